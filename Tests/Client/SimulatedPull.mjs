/** The bridge's side of streams and polls, on a ScriptedHTTP, over the channels of a SimulatedBridge. */
export class SimulatedPull {
    constructor(http, bridge) {
        this.http = http;
        this.bridge = bridge;
        this.isBuffered = false; // A proxy lets no stream through.
        http.script.stream = (call) => this.stream(call);
        http.script.poll = (call) => this.poll(call);
    }

    /** A channel's beginning: `{from, recovered}`. */
    start(channel, since) {
        if (!since) return { from: channel.head, recovered: 'none' };
        const found = channel.resume(since);
        if (found.recovered === 'gap') channel.open = true;
        return found;
    }

    stream(call) {
        if (this.isBuffered) return call.head(200, 'text/event-stream');
        call.cursors = new Map();
        const told = {};
        for (const hash of call.channels) {
            const channel = this.bridge.named(hash);
            const { from, recovered } = this.start(channel, call.since[hash]);
            call.cursors.set(hash, { epoch: channel.epoch, seq: from });
            told[hash] = [`${channel.epoch.name}:${from}`, channel.position, recovered];
        }
        return call.begin(told);
    }

    poll(call) {
        if (call.isOver) return;
        let isEmpty = true;
        const channels = call.body.channels.map(({ hash, since }) => {
            const channel = this.bridge.named(hash);
            const { from, recovered } = this.start(channel, since);
            const events = [];
            for (let seq = from + 1; seq <= channel.head && events.length < 3; seq++) events.push(channel.body(seq));
            if (events.length || recovered === 'gap') isEmpty = false;
            if (events.length) channel.open = false;
            const last = from + events.length;
            return {
                hash, position: `${channel.epoch.name}:${last}`, recovered, events, more: last < channel.head,
            };
        });
        if (!isEmpty || !call.body.wait) call.json({ channels });
    }

    /** Sends some of what lies behind the cursors of streams, and answers polls that wait. */
    pump(channel, count) {
        for (const call of this.http.all('poll').slice(-8)) this.poll(call);
        for (const call of this.http.all('stream').slice(-8)) {
            const cursor = !call.isOver && call.cursors && call.cursors.get(channel.hash);
            if (cursor) this.move(call, channel, cursor, count);
        }
    }

    move(call, channel, cursor, count) {
        if (cursor.epoch !== channel.epoch) {
            Object.assign(cursor, { epoch: channel.epoch, seq: 0 });
            channel.open = true;
        }
        for (; count > 0; count--) {
            if (cursor.seq < channel.oldest - 1) {
                cursor.seq = channel.oldest - 1;
                call.event(channel.hash, { seq: cursor.seq, epoch: channel.epoch.name, time: 0, gap: true });
            }
            if (cursor.seq === channel.head) return;
            channel.open = false;
            call.event(channel.hash, channel.body(++cursor.seq));
        }
    }

    /** Ends one of the calls that are open, in one way or the other. */
    cut(below) {
        const { open } = this.http;
        if (!open.length) return;
        const call = open[below(open.length)];
        if (below(2)) call.fail();
        else call.end();
    }
}
