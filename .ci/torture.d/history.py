"""What the log has, asked of `realtime_history` page by page."""
import json

from connection import Connection


class History:
    """Reads a channel from its first event, as a client that asks for what it missed."""

    def __init__(self, world):
        self.world, self.replies = world, {}
        self.grant = world.grant("historian", ["subscribe"])
        bridge = world.bridge
        self.connection = Connection(bridge.mqtt, "tcp", 5, "historian", "historian", self.grant["token"], self.receive)
        self.connection.subscribe([f"rt/{bridge.site}/re/historian/-/#"])
        self.asked = 0

    def receive(self, topic, payload):
        self.replies[topic.rsplit("/", 1)[1]] = json.loads(payload)

    def read(self, hash, epoch):
        """Everything after `epoch:0` as (seq, id); raises Closed if no answer comes."""
        events, more = [], True
        while more:
            found = self.ask(hash, f"{epoch}:{events[-1][0] if events else 0}")
            if found["recovered"] != "complete":
                self.world.journal.fault(f"history of {hash} was answered as {found['recovered']}")
            events += [(event["seq"], self.world.journal.identify(event["payload"])) for event in found["events"]]
            more = found["more"]
        return events

    def ask(self, hash, since):
        self.asked += 1
        request = f"h{self.asked}"
        body = json.dumps({"channels": [{"hash": hash, "since": since}]})
        self.connection.publish(f"rt/{self.world.bridge.site}/up/historian/realtime_history/{request}", body)
        self.connection.wait(lambda: request in self.replies)
        return self.replies.pop(request)["payload"]["channels"][0]
