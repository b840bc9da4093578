"""The trouble: a plan made of the seed alone, and its execution."""
import dataclasses
import time


@dataclasses.dataclass(order=True)
class Trouble:
    """At `at` seconds: kill or end the bridge, kill the broker, cut, wake or pause an actor."""
    at: float
    kind: str
    actor: str = ""
    seconds: float = 0.0


def plan(rng, seconds, kills, ends, broker_kills, cuts, pauses, actors, readers, pages):
    """As many of each kind as told, each at a random moment of its own share of the time."""
    def moments(count):
        return [(index + rng.random()) * seconds / count for index in range(count)]

    troubles = [Trouble(at, "bridge") for at in moments(kills)]
    troubles += [Trouble(at, "end") for at in moments(ends)]
    troubles += [Trouble(at, "broker") for at in moments(broker_kills)]
    troubles += [Trouble(at, "cut", rng.choice(actors)) for at in moments(cuts)]
    troubles += [Trouble(at, "pause", rng.choice(readers), rng.uniform(1, 4)) for at in moments(pauses)]
    # A page that is looked at tries at once; else its waits would grow over most of the test.
    troubles += [Trouble(at, "wake", rng.choice(pages)) for at in moments(int(seconds / 4))]
    return sorted(troubles)


class Chaos:
    """Executes a plan against the bridge and the actors."""

    def __init__(self, bridge, actors, troubles, progress):
        self.bridge, self.troubles, self.progress = bridge, troubles, progress
        self.actors = {actor.name: actor for actor in actors}
        self.cuts = self.pauses = 0

    def run(self, seconds):
        began = time.monotonic()
        for trouble in self.troubles:
            self.wait(began, trouble.at, seconds)
            self.cause(trouble)
        self.wait(began, seconds, seconds)

    def wait(self, began, at, seconds):
        while (left := began + at - time.monotonic()) > 0:
            time.sleep(min(left, 0.25))
            self.progress((time.monotonic() - began) / seconds)

    def cause(self, trouble):
        if trouble.kind == "bridge":
            self.bridge.kill()
        elif trouble.kind == "end":
            self.bridge.end()
        elif trouble.kind == "broker":
            # None runs while the bridge starts: the next that does is meant.
            end = time.monotonic() + 10
            while not self.bridge.kill_broker() and time.monotonic() < end:
                time.sleep(0.01)
        elif trouble.kind == "cut":
            self.actors[trouble.actor].cut()
            self.cuts += 1
        elif trouble.kind == "wake":
            self.actors[trouble.actor].wake()
        else:
            self.actors[trouble.actor].pause(trouble.seconds)
            self.pauses += 1
