"""The browser client under Node, as a subscriber behind a proxy."""
import json
import os
import subprocess
import threading

from subscribers import Subscriber


class BrowserSubscriber(Subscriber):
    """Runs browser.mjs, which prints what the client tells, a line of JSON each."""

    def __init__(self, name, world, port, client):
        super().__init__(name, world, port, proxied=True)
        self.client = client
        self.writing = threading.Lock()
        self.process = None

    def run(self):
        program = [self.world.node, self.world.here / "browser.mjs", self.client]
        log = open(self.world.folder / f"{self.name}.log", "wb")
        # Debian's packages, for a Node that is not Debian's.
        environment = os.environ | {"NODE_PATH": "/usr/share/nodejs"}
        self.process = subprocess.Popen(program, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=log, text=True)
        urls = {"websocket": f"ws://127.0.0.1:{self.port}/mqtt"}
        self.say(self.grant | {"urls": urls})
        self.connections = 1
        for line in self.process.stdout:
            self.told(json.loads(line))
        if not self.ended.is_set():
            self.fault(f"ended by itself with status {self.process.wait(timeout=10)}: {log.name}")

    def told(self, told):
        if told["kind"] == "event":
            epoch, seq = told["position"].split(":")
            self.take(told["hash"], {"epoch": epoch, "seq": int(seq), "payload": told["payload"]})
        elif told["kind"] in ("connection_lost", "connection_restored"):
            self.connections += told["kind"] == "connection_restored"
            self.world.journal.note(f"{self.name} told {told}")
        else:
            self.fault(f"told {told}")

    def wake(self):
        """Tells the client that the page is online, so that it tries at once."""
        self.say("online")

    def say(self, value):
        with self.writing:
            try:
                print(json.dumps(value), file=self.process.stdin, flush=True)
            except (OSError, AttributeError):
                pass  # It has ended, which `run` reports, or is not started yet.

    def stop(self):
        self.ended.set()
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=10)
