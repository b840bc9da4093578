"""Headless Chromium as a program: a command in JSON a line comes in, an answer in JSON a line goes out.

    {"do": "open", "window", "url"}                    opens a page in a window of that name
    {"do": "type", "window", "element", "text"}        types into the element with that id
    {"do": "click", "window", "element"}
    {"do": "wait", "window", "for"}                    waits until a JavaScript expression is true

Answers are {"seen": command, "error": text or null, "value": what the expression came to}. It ends with its input.
"""

import json
import signal
import sys

from selenium import webdriver
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 30


def start():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Browser:
    def __init__(self, driver):
        self.driver = driver
        self.windows = {}

    def open(self, window, url):
        if self.windows:
            self.driver.switch_to.new_window("window")
        self.windows[window] = self.driver.current_window_handle
        self.driver.get(url)

    def type(self, window, element, text):
        self.element(window, element).send_keys(text)

    def click(self, window, element):
        self.element(window, element).click()

    def wait(self, window, **condition):
        self.driver.switch_to.window(self.windows[window])
        expression = condition["for"]
        try:
            return WebDriverWait(self.driver, SECONDS, poll_frequency=0.05).until(
                lambda driver: driver.execute_script(f"return {expression}")
            )
        except TimeoutException:
            body = self.driver.execute_script("return document.body.innerText")
            raise TimeoutException(f"never true: {expression}; the page shows: {body}") from None

    def element(self, window, element):
        self.driver.switch_to.window(self.windows[window])
        return self.driver.find_element(By.ID, element)


def main():
    # A signal ends the program in order, once, so that the browser ends too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    driver = start()
    try:
        browser = Browser(driver)
        for line in sys.stdin:
            command = json.loads(line)
            name = command.pop("do")
            answer = {"seen": name, "error": None, "value": None}
            try:
                answer["value"] = getattr(browser, name)(**command)
            except WebDriverException as error:
                answer["error"] = error.msg
            print(json.dumps(answer), flush=True)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        driver.quit()


main()
