"""Headless Chromium as a program: a command in JSON a line comes in, an answer in JSON a line goes out.

    {"do": "open", "window", "url"}                    opens a page in a window of that name
    {"do": "type", "window", "element", "text"}        types into the element with that id
    {"do": "click", "window", "element"}
    {"do": "wait", "window", "for"}                    waits until a JavaScript expression is true
    {"do": "freeze", "window"}                         hides the page and lets it run nothing, as browsers do in time
    {"do": "resume", "window"}                         lets it run again, and shows it
    {"do": "hide", "window"}                           minimizes the page's window
    {"do": "console", "window", "saying"}              waits until the console says that
    {"do": "close", "window"}

Answers are {"seen": command, "error": text or null, "value": what the expression came to, or the console's message}. It ends with its input.
Its arguments are the browser's.
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
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", *sys.argv[1:]):
        options.add_argument(argument)
    # Pages in the background are to be slowed down as they are for users; the driver would rather have them not.
    options.add_experimental_option("excludeSwitches", [
        "disable-background-timer-throttling", "disable-backgrounding-occluded-windows", "disable-renderer-backgrounding",
    ])
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


class Browser:
    def __init__(self, driver):
        self.driver = driver
        self.windows = {}

    def open(self, window, url):
        if self.windows:
            # The window that was last spoken to may be closed.
            self.show(next(iter(self.windows)))
            self.driver.switch_to.new_window("window")
        self.windows[window] = self.driver.current_window_handle
        self.driver.get(url)

    def type(self, window, element, text):
        self.element(window, element).send_keys(text)

    def click(self, window, element):
        self.element(window, element).click()

    def show(self, window):
        self.driver.switch_to.window(self.windows[window])

    def wait(self, window, **condition):
        self.show(window)
        expression = condition["for"]
        try:
            return WebDriverWait(self.driver, SECONDS, poll_frequency=0.05).until(
                lambda driver: driver.execute_script(f"return {expression}")
            )
        except TimeoutException:
            shown = self.driver.execute_script(
                "return globalThis.seen ? JSON.stringify(seen.slice(-20)) : document.body.innerText")
            raise TimeoutException(f"never true: {expression}; the page shows: {shown}") from None

    def freeze(self, window):
        self.hide(window)
        self.driver.execute_cdp_cmd("Page.setWebLifecycleState", {"state": "frozen"})

    def resume(self, window):
        self.show(window)
        self.driver.execute_cdp_cmd("Page.setWebLifecycleState", {"state": "active"})
        self.driver.set_window_rect(0, 0, 800, 600)

    def hide(self, window):
        self.show(window)
        self.driver.minimize_window()

    def console(self, window, saying):
        self.show(window)
        def message(driver):
            messages = (entry["message"] for entry in driver.get_log("browser"))
            return next((message for message in messages if saying in message), None)
        return WebDriverWait(self.driver, SECONDS, poll_frequency=0.05).until(message)

    def close(self, window):
        self.show(window)
        self.driver.close()
        del self.windows[window]

    def element(self, window, element):
        self.show(window)
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
