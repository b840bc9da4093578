"""What the bridge counts, over all its lives."""
import re
import threading
import time


class Metrics:
    """Reads the counters twice a second; what is counted just before a kill is lost."""

    def __init__(self, bridge):
        self.bridge = bridge
        self.before, self.last = {}, {}
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()

    def run(self):
        while not self.bridge.ending:
            try:
                text = self.bridge.request("/metrics", timeout=2).decode()
            except OSError:
                text = ""
            for name, value in re.findall(r"^(\w+) (\d+)$", text, re.MULTILINE):
                # A counter that went back is another process's.
                if int(value) < self.last.get(name, 0):
                    self.before[name] = self.before.get(name, 0) + self.last[name]
                self.last[name] = int(value)
            time.sleep(0.5)

    def total(self, name):
        return self.before.get(name, 0) + self.last.get(name, 0)
