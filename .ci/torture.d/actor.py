"""What publishers and subscribers have in common: a thread of their own, and trouble that is sent to them."""
import queue
import random
import threading
import time

from connection import Closed
from proxy import Proxy


class Actor:
    """A client with a thread, a generator of its own, and either a proxy or a direct connection.

    `cut` and `pause` may be called from every thread; a direct client cuts and pauses itself, between two turns.
    """

    def __init__(self, name, world, port, proxied):
        self.name, self.world = name, world
        self.rng = random.Random(f"{world.seed}/{name}")
        self.proxy = Proxy(port, random.Random(f"{world.seed}/{name}/proxy")) if proxied else None
        self.port = self.proxy.port if proxied else port
        self.orders = queue.SimpleQueue()
        self.ended = threading.Event()
        self.connections = 0
        self.thread = threading.Thread(target=self.guard, name=name, daemon=True)

    def start(self):
        self.thread.start()

    def guard(self):
        try:
            self.run()
        except BaseException as error:
            self.world.journal.fault(f"{self.name} of the test itself failed: {error!r}")
            raise

    def cut(self):
        """Ends the connection abruptly."""
        self.world.journal.note(f"{self.name} is cut")
        if self.proxy:
            self.proxy.cut()
        else:
            self.orders.put(None)

    def pause(self, seconds):
        """Has the client read nothing for a while."""
        self.world.journal.note(f"{self.name} reads nothing for {seconds:.3f} s")
        if self.proxy:
            self.proxy.pause(seconds)
        else:
            self.orders.put(seconds)

    def obey(self):
        """Does what was ordered of a direct client."""
        try:
            seconds = self.orders.get_nowait()
        except queue.Empty:
            return
        if seconds is None:
            raise Closed("cut")
        self.ended.wait(seconds)

    def rest(self, least, most):
        time.sleep(self.rng.uniform(least, most))
