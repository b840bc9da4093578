"""Publishers: each sends a few events at once and repeats, with the same keys, whatever is not acknowledged."""
import http.client
import json
import threading
import time

from actor import Actor
from bridge import PASSWORD, SERVICE
from connection import Closed, Connection
from journal import Message

# What passes and is to be sent again; anything else is a fault.
PASSING = {"log_unavailable", "busy", "limit"}


class Publisher(Actor):
    """Composes, sends until all is acknowledged, rests; ends when `stopping` is set and nothing is left."""

    most_at_once, rests, bursts, keyed = 4, (0.02, 0.12), 0.0, True

    def __init__(self, name, world, port, proxied):
        super().__init__(name, world, port, proxied)
        self.stopping = threading.Event()
        self.sent = []

    def run(self):
        while not self.stopping.is_set():
            left = self.compose()
            while left and not self.ended.is_set():
                self.attempt(left)
                left = self.unacknowledged(left)
                if left:
                    self.rest(0.02, 0.2)
            self.rest(*self.rests)

    def compose(self):
        burst = self.rng.random() < self.bursts
        count = self.rng.randrange(100, 200) if burst else self.rng.randint(1, self.most_at_once)
        messages = [self.message(large=burst or self.rng.random() < 0.02) for _ in range(count)]
        # Now and then what was acknowledged long ago is sent again, as if the answer had been lost.
        if self.keyed and self.sent and self.rng.random() < 0.1:
            messages.append(self.rng.choice(self.sent[-200:]))
        return messages

    def message(self, large):
        number = len(self.sent) + 1
        size = self.rng.randrange(2000, 8000) if large else self.rng.randrange(200)
        payload = {"id": f"{self.name}-{number}", "text": "ä\"\n" + "x" * size, "n": [number, None, 1.5]}
        message = Message(payload["id"], self.rng.randrange(len(self.world.channels)), payload)
        self.world.journal.add(message)
        self.sent.append(message)
        return message

    def unacknowledged(self, messages):
        return [message for message in messages if not message.acknowledged]

    def channel(self, message):
        return self.world.channels[message.channel].members

    def request(self, message):
        return {"channel": self.channel(message), "payload": message.payload, "key": self.key(message)}

    def key(self, message):
        """The key, the same for every repetition; the sabotage `rekey` is a publisher that gets this wrong."""
        if self.world.sabotage == "rekey" and message.acknowledged:
            self.world.sabotage = None
            return message.id + "-again"
        return message.id

    def settle(self, message, result):
        """Takes `{hash, position}` or an error."""
        error = result.get("error")
        if not error:
            if result["hash"] != self.world.channels[message.channel].hash:
                self.world.journal.fault(f"{message.id} was acknowledged for {result['hash']}")
            self.world.journal.acknowledge(message, result["position"])
        elif error["code"] not in PASSING:
            self.world.journal.fault(f"{message.id} was refused: {error}")
            message.acknowledged = True


class HTTPPublisher(Publisher):
    """Uses `POST /v1/notify`, for one event or a batch, over a connection that it keeps."""

    def __init__(self, name, world, port, proxied, batches):
        super().__init__(name, world, port, proxied)
        self.connection = None
        if batches:
            self.most_at_once, self.rests, self.bursts = 20, (0.1, 0.4), 0.04
        else:
            self.most_at_once = 1

    def attempt(self, messages):
        body = [self.request(message) for message in messages]
        single = len(messages) == 1 and self.most_at_once == 1
        try:
            answer = self.post(body[0] if single else {"items": body})
        except (OSError, http.client.HTTPException, ValueError):
            self.connection = None
            return
        if answer is None:
            return
        for message, result in zip(messages, [answer] if single else answer["results"], strict=True):
            self.settle(message, result)

    def post(self, body):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            self.connections += 1
        headers = {"Authorization": f"Bearer {self.world.bridge.api_key}", "Content-Type": "application/json"}
        self.connection.request("POST", "/v1/notify", json.dumps(body), headers)
        response = self.connection.getresponse()
        answer = json.loads(response.read())
        if response.status == 200:
            return answer
        if answer.get("code") not in PASSING:
            self.world.journal.fault(f"{self.name} was answered {response.status}: {answer}")
            self.ended.set()
        return None


class ClosingPublisher(HTTPPublisher):
    """Sends one more event to every channel, once everything is up again."""

    def __init__(self, name, world, port):
        super().__init__(name, world, port, False, batches=True)

    def compose(self):
        self.stopping.set()
        messages = [self.message(large=False) for _ in self.world.channels]
        for number, message in enumerate(messages):
            message.channel = number
        return messages


class MQTTPublisher(Publisher):
    """Keeps an MQTT connection; what it sends is answered within three seconds, or sent again over another one."""

    def __init__(self, name, world, port, proxied, transport, version):
        super().__init__(name, world, port, proxied)
        self.transport, self.version = transport, version
        self.connection = None

    def attempt(self, messages):
        try:
            if not self.connection:
                self.connection = self.connect()
                self.connections += 1
            self.send(messages)
        except Closed:
            if self.connection:
                self.connection.abort()
            self.connection = None

    def open(self, user, password):
        return Connection(self.port, self.transport, self.version, self.name, user, password, self.receive)

    def wait(self, condition):
        end = time.monotonic() + 3
        while not condition():
            if time.monotonic() > end:
                raise Closed("no answer")
            self.obey()
            self.connection.turn()


class DevicePublisher(MQTTPublisher):
    """Publishes to `in` topics; a PUBACK acknowledges. MQTT 3.1.1 has no keys: a repetition is a new event."""

    rests = (0.05, 0.2)

    def __init__(self, name, world, port, proxied, transport, version):
        super().__init__(name, world, port, proxied, transport, version)
        self.keyed = version == 5

    def connect(self):
        if not getattr(self, "grant", None):
            self.grant = self.world.grant(self.name, ["publish"])
        connection = self.open(self.name, self.grant["token"])
        if self.version == 4:
            try:
                connection.subscribe([f"rt/{self.world.bridge.site}/re/{self.name}/-/#"])
            except Closed:
                connection.abort()
                raise
        return connection

    def receive(self, topic, payload):
        self.world.journal.fault(f"{self.name} was told on {topic}: {payload[:200]}")

    def unacknowledged(self, messages):
        left = super().unacknowledged(messages)
        return left if self.keyed else [self.message(large=False) for _ in left]

    def send(self, messages):
        sent = {}
        for message in messages:
            topic = f"rt/{self.world.bridge.site}/in/{self.world.channels[message.channel].hash}"
            key = self.key(message) if self.keyed else None
            sent[self.connection.publish(topic, json.dumps(message.payload), key)] = message
        published = self.connection.published
        try:
            self.wait(lambda: sent.keys() <= published.keys())
        finally:
            for id, message in sent.items():
                reason = published.pop(id, None)
                if reason == 0:
                    self.world.journal.acknowledge(message)
                elif reason is not None and reason not in (0x83, 0x97):
                    self.world.journal.fault(f"{message.id} was refused with {reason:#x}")


class ServicePublisher(MQTTPublisher):
    """Publishes `notify` requests, on the broker with an account or on the edge with a service's grant."""

    rests = (0.05, 0.25)

    def __init__(self, name, world, port, proxied, transport, version, on_broker):
        super().__init__(name, world, port, proxied, transport, version)
        self.on_broker = on_broker
        self.account = SERVICE if on_broker else name
        self.requests, self.asked = 0, {}

    def connect(self):
        if self.on_broker:
            password = PASSWORD
        else:
            self.grant = getattr(self, "grant", None) or self.world.grant(self.name, None)
            password = self.grant["token"]
        connection = self.open(self.account, password)
        self.asked.clear()
        try:
            connection.subscribe([f"rt/{self.world.bridge.site}/reply/{self.account}/#"], qos=1)
        except Closed:
            connection.abort()
            raise
        return connection

    def send(self, messages):
        for message in messages:
            self.requests += 1
            # The account's other publishers get this reply too.
            request = f"{self.name}-{self.requests}"
            self.asked[request] = message
            topic = f"rt/{self.world.bridge.site}/notify/{self.account}/{request}"
            self.connection.publish(topic, json.dumps(self.request(message)))
        self.wait(lambda: not self.asked)

    def receive(self, topic, payload):
        message = self.asked.pop(topic.rsplit("/", 1)[1], None)
        if message:
            reply = json.loads(payload)
            self.settle(message, reply["payload"] if reply["ok"] else reply)
