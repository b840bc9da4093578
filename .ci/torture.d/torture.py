"""The whole test: who takes part, how it runs, and how it ends."""
import dataclasses
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time

from bridge import Bridge
from browser import BrowserSubscriber
from chaos import Chaos, plan
from connection import Closed
from history import History
from journal import Journal
from judge import Judge
from metrics import Metrics
from proxy import Proxy
from publishers import ClosingPublisher, DevicePublisher, HTTPPublisher, ServicePublisher
from subscribers import MirrorReader, MQTTSubscriber, RoamingSubscriber

CHANNELS = 6


@dataclasses.dataclass
class Channel:
    """A channel as HTTP names it, and its hash."""

    members: dict
    hash: str


class World:
    """What every actor needs: the bridge, the journal, the channels, the seed."""

    def __init__(self, args, root, here, folder):
        self.seed, self.sabotage, self.here, self.folder = args.seed, args.sabotage, here, folder
        self.node = shutil.which("node") or sys.exit("there is no node")
        self.client = root / "Sources/BridgeHTTP/Client/realtime.js"
        self.journal = Journal(args.sabotage)
        self.bridge = Bridge(args.bridge, folder, self.journal)
        channels = [{"contextid": 15 + number, "component": "mod_quiz", "area": "game", "itemid": number}
                    for number in range(CHANNELS)]
        self.channels = [Channel(members, self.bridge.hash(members)) for members in channels]
        self.bridge.write_accounts(self.hashes)

    @property
    def hashes(self):
        return [channel.hash for channel in self.channels]

    def grant(self, user, rights):
        """A grant for all channels; without rights, a service's. The bridge may be down for a moment."""
        body = {"user": user, "session": user, "ttl": 36000}
        if rights:
            body["channels"] = [channel.members | {"rights": rights} for channel in self.channels]
        else:
            body |= {"role": "service", "components": ["mod_quiz"], "channels": []}
        for _ in range(300):
            try:
                return self.bridge.request("/v1/grants", body)
            except OSError as error:
                failure = error
                time.sleep(0.1)
        raise failure


class Torture:
    """Runs the test and answers its exit status."""

    def __init__(self, args, root, here):
        self.args = args
        if args.seed is None:
            args.seed = random.randrange(1 << 32)
        self.rng = random.Random(args.seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="realtime-torture-"))
        self.world = World(args, root, here, self.folder)
        self.metrics = Metrics(self.world.bridge)
        self.publishers, self.subscribers = [], []
        self.settled = 0.0

    def run(self):
        print(f"seed {self.args.seed}", flush=True)
        faults = []
        try:
            self.begin()
            chaos = self.trouble()
            truth = self.finish()
            judge = Judge(self.world.journal, self.world.channels, truth)
            faults = judge.judge(self.subscribers)
            self.summarize(chaos, judge, truth)
        except (SystemExit, KeyboardInterrupt, Closed, OSError) as ended:
            faults = [f"the test ended early: {ended or 'interrupted'}"]
        finally:
            self.stop()
        if faults := self.world.journal.faults + faults:
            self.keep(faults)
        else:
            shutil.rmtree(self.folder)
        return 1 if faults else 0

    # -- who takes part

    def begin(self):
        Proxy.run()
        world, bridge = self.world, self.world.bridge
        bridge.start()
        self.metrics.start()
        ws, tcp = ("websockets", bridge.http), ("tcp", bridge.mqtt)
        for name, (transport, port), proxied, version, qos in [
            ("ws5", ws, False, 5, 0), ("ws5-proxy", ws, True, 5, 0), ("tcp5", tcp, False, 5, 1),
            ("tcp5-proxy", tcp, True, 5, 0), ("ws3", ws, True, 4, 0), ("tcp3", tcp, False, 4, 1),
        ]:
            self.subscribers.append(MQTTSubscriber(name, world, port, proxied, transport, version, qos))
        self.browser = BrowserSubscriber("browser", world, bridge.http, world.client)
        self.mirror = MirrorReader("mirror", world, bridge.broker)
        self.subscribers += [RoamingSubscriber("roaming5", world, [ws, tcp]), self.browser, self.mirror]
        self.publishers = [
            HTTPPublisher("http", world, bridge.http, False, batches=False),
            HTTPPublisher("http-proxy", world, bridge.http, True, batches=False),
            HTTPPublisher("batch", world, bridge.http, True, batches=True),
            DevicePublisher("device5", world, bridge.mqtt, False, "tcp", 5),
            DevicePublisher("device5-ws", world, bridge.http, True, "websockets", 5),
            DevicePublisher("device3", world, bridge.mqtt, True, "tcp", 4),
            ServicePublisher("broker3", world, bridge.broker, False, "tcp", 4, on_broker=True),
            ServicePublisher("broker5", world, bridge.broker, True, "tcp", 5, on_broker=True),
            ServicePublisher("edge5", world, bridge.http, False, "websockets", 5, on_broker=False),
        ]
        for actor in self.publishers + self.subscribers:
            actor.start()

    # -- how it runs

    def trouble(self):
        args, actors = self.args, self.publishers + self.subscribers
        cuts = args.seconds if args.cuts is None else args.cuts
        pauses = args.seconds / 3 if args.pauses is None else args.pauses
        troubles = plan(self.rng, args.seconds, args.kills, args.ends, args.broker_kills, int(cuts), int(pauses),
                        [actor.name for actor in actors if not isinstance(actor, HTTPPublisher) or actor.proxy],
                        # A broker drops what a reader does not read: nothing that the mirror could mend.
                        [actor.name for actor in self.subscribers if actor is not self.mirror], [self.browser.name])
        chaos = Chaos(self.world.bridge, actors, troubles, self.progress)
        chaos.run(args.seconds)
        for kind, done, planned in [("bridge", self.world.bridge.kills, args.kills),
                                    ("broker", self.world.bridge.broker_kills, args.broker_kills)]:
            if done < planned:
                self.world.journal.fault(f"the {kind} was killed {done} times only: none was there to kill")
        return chaos

    def progress(self, part):
        if sys.stderr.isatty():
            done = int(part * 40)
            journal, bridge = self.world.journal, self.world.bridge
            print(f"\r[{'#' * done}{'.' * (40 - done)}] {journal.acknowledged:,} events, {bridge.kills} kills, "
                  f"{len(journal.faults)} faults ", end="", file=sys.stderr, flush=True)

    def finish(self):
        """Ends the trouble, waits until everyone has everything, and returns what the log has."""
        began = time.monotonic()
        end = began + self.args.wait
        if not self.world.bridge.await_ready(self.args.wait):
            self.world.journal.fault("the bridge is not ready again")
        for publisher in self.publishers:
            publisher.stopping.set()
        # The mirror's reader gets what is mirrored while it is there.
        while not (self.mirror.joined and self.mirror.orders.empty()) and time.monotonic() < end:
            time.sleep(0.05)
        self.publishers.append(ClosingPublisher("closing", self.world, self.world.bridge.http))
        self.publishers[-1].start()
        for publisher in self.publishers:
            publisher.thread.join(max(0, end - time.monotonic()))
            if publisher.thread.is_alive():
                self.world.journal.fault(f"{publisher.name} gets no acknowledgement")
        truth = self.read_log(end)
        heads = {hash: events[-1][0] for hash, events in truth.items() if events}
        while not all(subscriber.has(heads) for subscriber in self.subscribers) and time.monotonic() < end:
            self.browser.wake()
            time.sleep(0.5)
        self.settled = time.monotonic() - began
        for subscriber in self.subscribers:
            if not subscriber.has(heads):
                subscriber.fault(f"has come to {dict(subscriber.ledger.last)} only, of {heads}")
        # Whatever comes too often still has a moment to come.
        time.sleep(0.5)
        if sys.stderr.isatty():
            print("\r" + " " * 100 + "\r", end="", file=sys.stderr)
        return truth

    def read_log(self, end):
        """Reads every channel from its first event, as a subscriber that begins now."""
        bridge = self.world.bridge
        reader = MQTTSubscriber("reader", self.world, bridge.mqtt, False, "tcp", 5, 0)
        heads = {}
        for granted in reader.grant["channels"]:
            heads[granted["hash"]] = int(granted["position"].split(":")[1])
        reader.start()
        while not reader.has(heads):
            if time.monotonic() > end:
                raise SystemExit("the log cannot be read to its end")
            time.sleep(0.05)
        reader.ended.set()
        reader.thread.join(10)
        truth = {hash: reader.ledger.events[hash] for hash in self.world.hashes}
        history = History(self.world)
        for hash, events in truth.items():
            if history.read(hash, reader.epoch) != events:
                self.world.journal.fault(f"history of {hash} is not what a subscriber gets")
        history.connection.abort()
        return truth

    # -- how it ends

    def summarize(self, chaos, judge, truth):
        bridge = self.world.bridge
        reconnects = sum(max(0, actor.connections - 1) for actor in self.publishers + self.subscribers)
        print(f"{self.world.journal.acknowledged:,} events acknowledged, {sum(map(len, truth.values())):,} in the log, "
              f"{self.world.journal.repeated:,} repeated answers the same")
        print(f"{judge.checked:,} deliveries checked to {len(self.subscribers)} subscribers")
        behind, replayed = map(self.metrics.total, ("realtime_subscriptions_behind_total", "realtime_replays_total"))
        print(f"{behind:,} times a subscription was too slow to be live, {replayed:,} deliveries from the log "
              "(both at least)")
        print(f"{bridge.kills} kills of the bridge, {bridge.broker_kills} of the broker, {bridge.ends} ends in order, "
              f"{chaos.cuts} cuts, {chaos.pauses} pauses, {reconnects} reconnects, "
              f"slowest start {bridge.slowest_start:.2f} s, all settled in {self.settled:.1f} s")

    def keep(self, faults):
        for subscriber in self.subscribers:
            path = self.folder / f"{subscriber.name}.json"
            path.write_text(json.dumps(subscriber.ledger.events))
        (self.folder / "timeline").write_text("\n".join(self.world.journal.timeline) + "\n")
        (self.folder / "faults").write_text("\n".join(faults) + "\n")
        for fault in faults[:20]:
            print(f"FAULT {fault}")
        if len(faults) > 20:
            print(f"and {len(faults) - 20} more")
        print(f"seed {self.args.seed}; everything is kept in {self.folder}")

    def stop(self):
        for actor in self.publishers + self.subscribers:
            actor.ended.set()
        if self.subscribers:
            self.browser.stop()
        self.world.bridge.stop()
