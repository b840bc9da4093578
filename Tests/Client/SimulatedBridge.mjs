/**
 * The bridge's side of the positions, on a ScriptedServer: subscriptions with `since`, and history. Each connection has
 * a cursor for each of its channels; `pump` moves it, with the faults that a client must stand.
 */
export class SimulatedBridge {
    /** @param {(bound: number) => number} below a random integer from 0 to below the bound */
    constructor(server, channels, below) {
        this.server = server;
        this.channels = channels;
        this.below = below;
        this.requests = [];
        this.started = new Map();
        server.script.subscribe = (packet, connection) => this.subscribe(packet, connection);
        server.components.realtime_history = (body, request, connection) => {
            const [{ hash, since }] = JSON.parse(body).channels;
            this.requests.push({ hash, since, request, connection, time: Date.now() });
        };
    }

    named(hash) {
        return this.channels.find((channel) => channel.hash === hash);
    }

    subscribe({ messageId, subscriptions, properties }, connection) {
        const several = subscriptions.length > 1;
        const given = [].concat((properties && properties.userProperties && properties.userProperties.since) || []);
        const told = { position: [], recovered: [] };
        connection.cursors ||= new Map();
        for (const { topic } of subscriptions) {
            const channel = this.named(topic.split('/').pop());
            if (!channel) continue; // The replies.
            const prefix = several ? `${channel.hash} ` : '';
            const since = given.find((value) => value.startsWith(prefix));
            const { from, recovered } = since
                ? channel.resume(since.slice(prefix.length)) : { from: channel.head, recovered: 'none' };
            if (!since) this.started.set(channel.hash, channel.events.length);
            told.position.push(prefix + channel.position);
            told.recovered.push(prefix + recovered);
            if (recovered === 'gap') channel.open = true;
            connection.cursors.set(channel.hash, {
                epoch: channel.epoch, seq: from, from, lowest: recovered === 'none' ? from : Math.max(0, from - 3),
            });
        }
        const granted = subscriptions.map(() => 0);
        connection.push({ cmd: 'suback', messageId, granted, properties: { userProperties: told } });
    }

    /** Sends some of what lies behind the cursor; with faults, leaves some out, and sends some again. */
    pump(channel, count, faults) {
        const { last } = this.server;
        const cursor = last.socket.readyState === 1 && last.cursors && last.cursors.get(channel.hash);
        if (!cursor) return;
        if (cursor.epoch !== channel.epoch) {
            Object.assign(cursor, { epoch: channel.epoch, seq: 0, from: 0, lowest: 0 });
            channel.open = true;
        }
        if (faults && this.below(6) === 0) {
            cursor.seq = Math.min(cursor.seq, Math.max(cursor.lowest, channel.oldest - 1, cursor.seq - this.below(4)));
        }
        for (; count > 0; count--) {
            if (cursor.seq < channel.oldest - 1) {
                cursor.seq = channel.oldest - 1;
                last.event(channel.hash, { seq: cursor.seq, epoch: channel.epoch.name, time: 0, gap: true });
            }
            if (cursor.seq === channel.head) return;
            cursor.seq++;
            if (faults && this.below(8) === 0) {
                // Where a client was told that some are missing, it cannot know which of the others come first.
                if (channel.open) channel.at(cursor.seq).gone = true;
                channel.at(cursor.seq).skipped = true;
                continue;
            }
            if (cursor.seq > cursor.from) channel.open = false;
            last.event(channel.hash, channel.body(cursor.seq));
        }
    }

    /** Answers a request for history, or refuses it. */
    answer(index, refuse) {
        const [{ hash, since, request, connection }] = this.requests.splice(index, 1);
        const channel = this.named(hash);
        if (refuse) channel.refuseSkipped();
        connection.reply(request, refuse
            ? { ok: false, error: { code: 'busy', message: 'refused' } }
            : { ok: true, payload: { channels: [channel.history(since, 1 + this.below(5))] } });
    }

    /** While that time goes by, a client gives up what it has asked for ten seconds ago. */
    expire(milliseconds) {
        this.requests.filter(({ time }) => Date.now() + milliseconds - time >= 10000)
            .forEach(({ hash }) => this.named(hash).refuseSkipped());
    }
}
