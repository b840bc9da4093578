"""Events in the order in which they came, summed up."""

import json


class Runs:
    """Runs `[epoch, first, last]` of events whose `seq` grows by one, and so does their payload where it is a number.

    What is lost, as the bridge tells it, is a run of its own: `[epoch, seq, "gap"]`. They are complete after a number
    of events, or with one whose payload is "end".
    """

    def __init__(self, count):
        self.runs = []
        self.missing = count
        self.payload = None

    @property
    def is_complete(self):
        return self.missing == 0 or self.payload == "end"

    def add(self, text):
        event = json.loads(text)
        epoch, seq = event["epoch"], event["seq"]
        if event.get("gap"):
            self.runs.append([epoch, seq, "gap"])
            return
        self.missing -= 1
        payload, before = event["payload"], self.payload
        self.payload = payload
        follows = self.runs and self.runs[-1][0] == epoch and self.runs[-1][2] == seq - 1
        if isinstance(payload, int) and isinstance(before, int):
            follows = follows and payload == before + 1
        if follows:
            self.runs[-1][2] = seq
        else:
            self.runs.append([epoch, seq, seq])
