"""The bridge under test: a process that is killed and started again on the same folder and ports."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request

SERVICE, READER, PASSWORD = "shop", "board", "at least 12 characters"
SETTINGS = {
    # Nothing may be gone while a subscriber is away; small buffers put slow subscribers behind early.
    "retention": "{ time: 1h, events: 1000000, bytes: 4GiB }",
    "limits": "{ payload: 16KiB, upstream_per_second: 100000, connections: 1000, outbound_bytes: 32KiB }",
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Bridge:
    """Keeps a bridge running: one that ends is started again at once; one that was not killed is a fault."""

    def __init__(self, executable, folder, journal):
        self.executable, self.folder, self.journal = executable, folder, journal
        self.data = folder / "data"
        self.http, self.mqtt, self.broker = free_port(), free_port(), free_port()
        self.lock = threading.Lock()
        self.process, self.signals, self.ending = None, [], False
        self.kills, self.ends, self.broker_kills = 0, 0, 0
        self.slowest_start = 0.0
        self.up = threading.Event()
        self.log = open(folder / "bridge.log", "ab")
        self.configure()
        self.minder = threading.Thread(target=self.mind, daemon=True)

    def configure(self):
        made = subprocess.check_output([self.executable, "init", "--data", self.data, "--json"], timeout=60)
        made = json.loads(made)
        self.api_key = made["api_key"]
        path = pathlib.Path(made["config"])
        text = path.read_text()
        self.site = re.search(r'^site: "?([\w-]+)', text, re.MULTILINE)[1]
        self.grant_key = re.search(r"kid: (\w+), alg: HS256, secret: (\S+),", text).groups()
        for name, value in SETTINGS.items():
            text, found = re.subn(rf"^{name}:.*$", f"{name}: {value}", text, flags=re.MULTILINE)
            if found != 1:
                raise SystemExit(f"{path} has no line {name}")
        path.write_text(text)
        self.channel_key = base64.b64decode(re.search(r"^  channel: (\S+)", text, re.MULTILINE)[1])

    def hash(self, channel):
        """The hash of a channel that has no details."""
        names = ["v1", self.site, *(str(channel[name]) for name in ("contextid", "component", "area", "itemid")), ""]
        mac = hmac.new(self.channel_key, "\n".join(names).encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac[:20]).rstrip(b"=").decode()

    def write_accounts(self, hashes):
        """Gives the broker a service, and a reader of these channels."""
        (self.data / "broker/accounts.yaml").write_text(
            f'accounts:\n  - {{ name: {SERVICE}, role: service, password: "{PASSWORD}" }}\n'
            f'  - {{ name: {READER}, role: reader, password: "{PASSWORD}", channels: [{", ".join(hashes)}] }}\n')

    def start(self):
        """Starts it, and waits until it serves."""
        self.minder.start()
        if not self.up.wait(60):
            raise SystemExit(f"the bridge does not start: {self.folder / 'bridge.log'}")

    def mind(self):
        crashes = 0
        while crashes < 3:
            with self.lock:
                if self.ending:
                    return
                self.signals, began = [], time.monotonic()
                self.process = subprocess.Popen(
                    [self.executable, "serve", "--data", self.data, "--http", f"127.0.0.1:{self.http}",
                     "--mqtt", f"127.0.0.1:{self.mqtt}", "--broker", f"127.0.0.1:{self.broker}"],
                    stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
            self.await_healthy(began)
            status = self.process.wait()
            with self.lock:
                if self.ending:
                    return
                # A bridge that is starting may not know SIGTERM yet.
                due = {0, *(-number for number in self.signals)}
                if not self.signals or status not in due:
                    crashes += 1
                    self.journal.fault(f"the bridge ended with status {status} after {self.signals}")

    def await_healthy(self, began):
        while self.process.poll() is None:
            try:
                self.request("/healthz", timeout=1)
            except OSError:
                time.sleep(0.02)
                continue
            self.journal.note("the bridge serves")
            self.slowest_start = max(self.slowest_start, time.monotonic() - began)
            self.up.set()
            return

    def kill(self):
        """Kills the bridge, whatever it is doing, even starting."""
        self.signal(signal.SIGKILL)
        self.kills += 1

    def end(self):
        """Asks the bridge to end, which it must do in order."""
        self.signal(signal.SIGTERM)
        self.ends += 1

    def signal(self, number):
        while True:
            with self.lock:
                if self.process.poll() is None:
                    self.journal.note(f"the bridge gets {number.name}")
                    self.signals.append(number)
                    self.process.send_signal(number)
                    return
            time.sleep(0.01)

    def kill_broker(self):
        """Kills the embedded broker; false if none runs."""
        with self.lock:
            for pid in self.descendants():
                try:
                    if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "mosquitto":
                        os.kill(pid, signal.SIGKILL)
                        self.broker_kills += 1
                        self.journal.note("the broker is killed")
                        return True
                except OSError:
                    pass
        return False

    def descendants(self):
        rest = [self.process.pid]
        while rest:
            pid = rest.pop()
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    found = [int(child) for child in children.read_text().split()]
                except OSError:
                    continue
                rest += found
                yield from found

    def request(self, path, body=None, timeout=10):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", body and json.dumps(body).encode(),
                                         {"Authorization": f"Bearer {self.api_key}"})
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer) if answer.headers.get_content_type() == "application/json" else answer.read()

    def await_ready(self, seconds):
        """Waits until it serves and has its broker."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.request("/readyz", timeout=2)["status"] == "ready":
                    return True
            except OSError:
                pass
            time.sleep(0.05)
        return False

    def stop(self):
        with self.lock:
            self.ending = True
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.journal.fault("the bridge does not end on SIGTERM")
        self.log.close()
