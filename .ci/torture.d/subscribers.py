"""Subscribers over MQTT: each records whatever comes, and comes back where it was after each cut."""
import base64
import hashlib
import hmac
import json
import time

from actor import Actor
from bridge import PASSWORD, READER
from connection import Closed, Connection
from journal import Ledger, Promise, SabotagedLedger


class Subscriber(Actor):
    """What every subscriber records, and what it must get: see Promise."""

    promise = Promise.EXACTLY_ONCE

    def __init__(self, name, world, port, proxied):
        super().__init__(name, world, port, proxied)
        kind, _, target = (world.sabotage or "").partition(":")
        sabotaged = target == name and kind in ("drop", "double", "reorder")
        self.ledger = SabotagedLedger(kind) if sabotaged else Ledger()
        self.grant = world.grant(name, ["subscribe"])
        self.epoch = self.grant["channels"][0]["position"].split(":")[0]
        self.joined = set()

    def take(self, hash, event):
        """Records an event as it came, and notes whatever an event must not be."""
        if event.get("gap") or "closed" in event:
            return self.fault(f"was told {event}")
        if event["epoch"] != self.epoch:
            return self.fault(f"got an event of another epoch: {event['epoch']}")
        id = self.world.journal.identify(event["payload"])
        if not id:
            self.fault(f"got what was never sent, {hash} {event['seq']}: {str(event)[:200]}")
        self.ledger.record(hash, event["seq"], id)

    def has(self, heads):
        """Whether it has come to these heads, by hash."""
        return all(self.ledger.last[hash] >= head for hash, head in heads.items())

    def fault(self, text):
        self.world.journal.fault(f"{self.name} {text}")


class MQTTSubscriber(Subscriber):
    """A subscriber of all channels over paho's client."""

    def __init__(self, name, world, port, proxied, transport, version, qos):
        super().__init__(name, world, port, proxied)
        self.transport, self.version, self.qos = transport, version, qos
        self.promise = Promise.EXACTLY_ONCE if version == 5 else Promise.AT_LEAST_ONCE

    def run(self):
        while not self.ended.is_set():
            try:
                self.follow()
            except Closed as error:
                self.world.journal.note(f"{self.name} has no connection: {error}")
                self.rest(0.02, 0.3)

    def follow(self):
        """Connects, subscribes from where it is, and records until the connection ends."""
        connection = self.connect()
        self.connections += 1
        try:
            if self.version == 4:
                connection.subscribe(self.topics(self.world.hashes), self.qos)
                self.joined = set(self.world.hashes)
                self.world.journal.note(f"{self.name} has subscribed")
            else:
                self.join(connection)
            while not self.ended.is_set():
                connection.turn()
                self.obey()
        finally:
            self.joined = set()
            connection.abort()

    def connect(self):
        token = self.token() if self.version == 4 else self.grant["token"]
        return Connection(self.port, self.transport, self.version, self.name, self.name, token, self.receive)

    def topics(self, hashes):
        return [f"rt/{self.world.bridge.site}/ch/{hash}" for hash in hashes]

    def join(self, connection):
        """Subscribes with `since`, to all channels at once or to one after the other."""
        together = self.rng.random() < 0.5
        for hashes in [self.world.hashes] if together else [[hash] for hash in self.world.hashes]:
            prefix = (lambda hash: f"{hash} ") if len(hashes) > 1 else (lambda hash: "")
            since = [f"{prefix(hash)}{self.epoch}:{self.ledger.last[hash]}" for hash in hashes]
            told = connection.subscribe(self.topics(hashes), self.qos, since)
            self.joined |= set(hashes)
            self.world.journal.note(f"{self.name} asked for {since} and was told {told}")
            recovered = [value for name, value in told if name == "recovered"]
            if sorted(recovered) != sorted(f"{prefix(hash)}complete" for hash in hashes):
                self.fault(f"asked for {since} and was told {told}")

    def receive(self, topic, payload):
        hash = topic.rsplit("/", 1)[1]
        if hash not in self.joined:
            return self.fault(f"got an event of {hash} before its SUBACK")
        self.take(hash, json.loads(payload))

    def token(self):
        """A grant as an application signs it for a page made a few events ago: MQTT 3.1.1 knows no other start."""
        now = int(time.time())
        name, secret = self.world.bridge.grant_key
        claims = {"iss": self.world.bridge.site, "aud": "realtime-bridge", "sub": self.name, "sid": self.name,
                  "jti": f"{self.name}-{self.connections}", "iat": now, "exp": now + 3600, "ep": self.epoch,
                  "ch": [[hash, "s", max(0, self.contiguous(hash) - self.rng.randrange(50))]
                         for hash in self.world.hashes]}
        signed = b".".join(encoded(part) for part in ({"alg": "HS256", "typ": "JWT", "kid": name}, claims))
        mac = hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()
        return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()

    def contiguous(self, hash):
        """The last event up to which it has all: what came out of order does not count."""
        have, seq = {seq for seq, _ in self.ledger.events[hash]}, 0
        while seq + 1 in have:
            seq += 1
        return seq


class RoamingSubscriber(MQTTSubscriber):
    """Comes back over WebSocket or TCP, as it happens."""

    def __init__(self, name, world, ports):
        super().__init__(name, world, 0, False, "", 5, 0)
        self.ports = ports

    def connect(self):
        self.transport, self.port = self.rng.choice(self.ports)
        return super().connect()


class MirrorReader(MQTTSubscriber):
    """Reads on the broker what the bridge mirrors there: what it missed does not come again, but nothing else does."""

    def __init__(self, name, world, port):
        super().__init__(name, world, port, False, "tcp", 4, 1)
        self.promise = Promise.NOTHING_ELSE

    def connect(self):
        return Connection(self.port, self.transport, self.version, self.name, READER, PASSWORD, self.receive)


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
