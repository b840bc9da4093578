"""Holds what everyone was told against what the log has in the end."""
import collections

from journal import Promise


class Judge:
    """Compares acknowledgements and ledgers with `truth`: for each channel's hash the list of (seq, id) in the log."""

    def __init__(self, journal, channels, truth):
        self.journal, self.truth = journal, truth
        self.hashes = [channel.hash for channel in channels]
        self.checked = 0
        self.faults = []

    def judge(self, subscribers):
        self.check_log()
        self.check_acknowledgements()
        for subscriber in subscribers:
            for hash in self.hashes:
                got = subscriber.ledger.events[hash]
                self.checked += len(got)
                self.check(f"{subscriber.name} {hash}", subscriber.promise, got, self.truth[hash])
        return self.faults

    def check_log(self):
        """Without holes, nothing that was not sent, each message once and in its own channel."""
        places = collections.defaultdict(list)
        for number, hash in enumerate(self.hashes):
            for index, (seq, id) in enumerate(self.truth[hash]):
                if seq != index + 1:
                    self.fault(f"the log has {hash} {seq} where {index + 1} should be")
                    break
            for seq, id in self.truth[hash]:
                message = self.journal.messages.get(id)
                if not message:
                    self.fault(f"{hash} {seq} was never sent")
                elif message.channel != number:
                    self.fault(f"{hash} {seq} was sent to another channel: {id}")
                places[id].append(f"{hash} {seq}")
        for id, found in places.items():
            if len(found) > 1:
                self.fault(f"{id} became {len(found)} events: {found}")
        self.places = places

    def check_acknowledgements(self):
        """Each acknowledged message is in the log, at the position that its publisher was told, which nobody shares."""
        positions = {}
        for message in self.journal.messages.values():
            if not message.acknowledged:
                continue
            if message.id not in self.places:
                self.fault(f"{message.id} was acknowledged at {message.position} and is not in the log")
            if not message.position:
                continue
            hash = self.hashes[message.channel]
            seq = int(message.position.split(":")[1])
            other = positions.setdefault((hash, message.position), message)
            if other is not message:
                self.fault(f"{message.id} and {other.id} were both acknowledged at {hash} {message.position}")
            if not 0 < seq <= len(self.truth[hash]) or self.truth[hash][seq - 1] != (seq, message.id):
                self.fault(f"{message.id} was acknowledged at {message.position}, where it is not")

    def check(self, who, promise, got, expected):
        if promise is Promise.EXACTLY_ONCE:
            self.check_exactly_once(who, got, expected)
        else:
            self.check_set(who, got, expected, complete=promise is Promise.AT_LEAST_ONCE)

    def check_exactly_once(self, who, got, expected):
        """The same events in the same order; the first difference is told."""
        for index, (have, want) in enumerate(zip(got, expected)):
            if have != want:
                around = got[max(0, index - 2):index + 3]
                return self.fault(f"{who}: {want} should come, {have} came, in {around}")
        if len(got) != len(expected):
            self.fault(f"{who}: {len(got)} events came of {len(expected)}")

    def check_set(self, who, got, expected, complete):
        """Whatever came, however often, is in the log; with `complete` every event came."""
        if complete and (missing := set(expected) - set(got)):
            self.fault(f"{who}: {len(missing)} events are missing, the first {min(missing)}")
        if wrong := set(got) - set(expected):
            self.fault(f"{who}: {len(wrong)} events are not in the log, such as {next(iter(wrong))}")

    def fault(self, text):
        self.faults.append(text)
