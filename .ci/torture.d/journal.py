"""What publishers sent and were told, and what each subscriber got: all that the judge knows."""
import collections
import dataclasses
import enum
import threading
import time


@dataclasses.dataclass(eq=False)
class Message:
    """One event to be: it is sent again with the same `id` as its key, unless its publisher has no keys."""
    id: str
    channel: int
    payload: dict
    acknowledged: bool = False
    position: str | None = None


class Journal:
    """Messages by id and the faults found while the test runs. Safe to use from every thread."""

    def __init__(self, sabotage=None):
        self.lock = threading.Lock()
        self.messages = {}
        self.faults = []
        self.timeline = []
        self.began = time.monotonic()
        self.acknowledged = 0
        self.repeated = 0
        self.sabotage = sabotage

    def add(self, message):
        """Takes a message before it is sent for the first time."""
        with self.lock:
            self.messages[message.id] = message

    def acknowledge(self, message, position=None):
        """Takes an acknowledgement, with the position where the protocol tells it."""
        with self.lock:
            if self.sabotage == "position" and self.acknowledged >= 100 and position:
                self.sabotage = None
                epoch, seq = position.split(":")
                position = f"{epoch}:{int(seq) + 1}"
            if not message.acknowledged:
                self.acknowledged += 1
                message.acknowledged, message.position = True, position
                return
            self.repeated += 1
        if position != message.position:
            self.fault(f"{message.id} was acknowledged at {message.position}, and repeated at {position}")

    def identify(self, payload):
        """The id of the message that has this payload; None if it was never sent like that."""
        with self.lock:
            message = self.messages.get(payload.get("id")) if isinstance(payload, dict) else None
        return message.id if message and message.payload == payload else None

    def note(self, text):
        """Notes what happened, for whoever looks for the cause of a fault."""
        with self.lock:
            self.timeline.append(f"{time.monotonic() - self.began:9.3f} {text}")

    def fault(self, text):
        """Notes what must not happen."""
        self.note(f"FAULT {text}")
        with self.lock:
            self.faults.append(text)


class Promise(enum.Enum):
    """What a subscriber must get of the events that the log has."""
    EXACTLY_ONCE = "each once, in order"
    AT_LEAST_ONCE = "each at least once"
    NOTHING_ELSE = "none that the log has not"


class Ledger:
    """What one subscriber got: for each channel (seq, id) in the order of arrival."""

    def __init__(self):
        self.events = collections.defaultdict(list)
        self.last = collections.defaultdict(int)

    def record(self, hash, seq, id):
        """Takes a delivery, whether it was expected or not."""
        self.events[hash].append((seq, id))
        self.last[hash] = max(self.last[hash], seq)


class SabotagedLedger(Ledger):
    """Misrecords one delivery, so that the judge has something to find."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.passed, self.held = kind, 0, None

    def record(self, hash, seq, id):
        self.passed += 1
        if self.passed == 100 and self.kind == "drop":
            self.held = hash, seq, id
        if self.held == (hash, seq, id):
            # However often it comes.
            self.last[hash] = max(self.last[hash], seq)
            return
        if self.passed == 100:
            if self.kind == "double":
                super().record(hash, seq, id)
            if self.kind == "reorder":
                self.held = hash, seq, id
                return
        super().record(hash, seq, id)
        if self.kind == "reorder" and self.held and self.held[0] == hash:
            super().record(*self.held)
            self.held = None
