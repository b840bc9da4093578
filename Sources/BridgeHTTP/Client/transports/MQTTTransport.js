import { decode, decoder, frame } from '../codec/PacketReader.js';
import { CONNACK, CONNECT, DISCONNECT, PINGREQ, PUBACK, PUBLISH, SUBACK, SUBSCRIBE } from '../codec/packets.js';
import { encoder, packetOf, properties, text, u16, u32, userProperty } from '../codec/packets.js';
import { ANSWER_TIMEOUT, MAXIMUM_PACKET } from '../contract/limits.js';
import { RealtimeError, codeOf } from '../contract/reasons.js';
import { objectOf } from '../contract/values.js';
import { Timers } from './Timers.js';

/** Seconds. */
const KEEP_ALIVE = 60;

/**
 * One connection of MQTT 5 over WebSocket. `HTTPTransport` has the same members: `connect(channels)`, `subscribe`,
 * `present`, `send`, `forget`, `publish`, `probe`, `fail`, `close`, and calls the same `opened`, `event(hash, body,
 * bytes)`, `reply(request, body)`, `lost(why)`: the last once, and nothing after it or after `close`. `why` is `{code,
 * reasonString}`: an MQTT reason where the bridge has said it, else 0; `unusable` where this page can never use it,
 * `isAnswered` and `retryAfter` (milliseconds) where something has answered.
 */
export class MQTTTransport {
    /** @param {{WebSocket: Function, answer: GrantAnswer, client: string, patience: number}} settings */
    constructor(settings, callbacks) {
        const { site, user } = settings.answer;
        this.settings = settings;
        this.callbacks = callbacks;
        this.root = `rt/${site}`;
        this.upRoot = `rt/${site}/up/${user}`;
        this.replyRoot = `rt/${site}/re/${user}/${settings.client}`;
        this.keepAlive = KEEP_ALIVE;
        this.maximumPacket = Infinity;
        this.receiveMaximum = 65535;
        this.accepted = false;
        this.ended = false;
        this.rest = new Uint8Array(0);
        this.lastID = 0;
        this.acks = new Map();
        this.timers = new Timers();
    }

    connect() {
        this.timers.deadline('connect', this.settings.patience, () => this.fail('no answer to CONNECT'));
        try {
            this.socket = new this.settings.WebSocket(this.settings.answer.urls.websocket, 'mqtt');
        } catch (error) {
            // An address that no WebSocket takes (mixed content, CSP, no address) stays so.
            this.timers.set('connect', 0, () => this.end({ code: 0, reasonString: String(error), unusable: true }));
            return;
        }
        this.socket.binaryType = 'arraybuffer';
        this.socket.onopen = () => this.greet();
        this.socket.onmessage = ({ data }) => this.receive(data);
        this.socket.onerror = () => {};
        this.socket.onclose = ({ code, reason }) =>
            this.end({ code: code >= 4128 && code < 4256 ? code - 4000 : 0, reasonString: reason || '' });
    }

    /** Asks for channels `{hash, since}`; `done(results)` gets `{hash, reason, position, recovered}` for each. */
    subscribe(channels, withReplies, done) {
        const filters = channels.map(({ hash }) => `${this.root}/ch/${hash}`);
        if (withReplies) filters.unshift(`${this.replyRoot}/#`);
        const prefix = (hash) => (filters.length > 1 ? `${hash} ` : '');
        const since = channels.filter((channel) => channel.since)
            .flatMap((channel) => userProperty('since', prefix(channel.hash) + channel.since));
        const id = this.nextID();
        this.acks.set(id, { type: SUBACK, done: ({ reasons, properties: { user, reasonString } }) => {
            if (reasons.length !== filters.length) return this.fail('SUBACK does not match');
            this.timers.clear(`subscribe${id}`);
            const told = (name, hash) => {
                const found = user.find(([key, value]) => key === name && value.startsWith(prefix(hash)));
                return found && found[1].slice(prefix(hash).length);
            };
            const offset = withReplies ? 1 : 0;
            done(channels.map(({ hash, since }, index) => ({
                hash, since, reason: reasons[index + offset], reasonString,
                position: told('position', hash), recovered: told('recovered', hash),
            })));
        } });
        this.timers.deadline(`subscribe${id}`, ANSWER_TIMEOUT, () => this.fail('no answer to SUBSCRIBE'));
        const asked = filters.map((filter) => [...text(filter), 0]); // QoS 0
        this.write(packetOf(SUBSCRIBE, 2, u16(id), properties(since), ...asked));
    }

    /** Sends a message to a component; `done(error)` says whether it was taken, the answer comes as `reply`. */
    send(component, request, body, done) {
        this.transmit(`${this.upRoot}/${component}/${request}`, [], body, done);
    }

    /** Presents a further grant; the answer comes as `reply`. */
    present(request, { token }, done) {
        this.send('realtime_grant', request, token, done);
    }

    /** Nobody waits for that reply any more: there is nothing to be ended. */
    forget() {}

    /** Publishes on a channel; the same `key` counts once. */
    publish(hash, key, body, done) {
        this.transmit(`${this.root}/in/${hash}`, userProperty('key', key), body, done);
    }

    /** Finds out whether the other end is there: an answer within ten seconds, or the connection is given up. */
    probe() {
        if (!this.accepted || this.timers.has('answer')) return;
        this.write(packetOf(PINGREQ, 0));
        this.timers.deadline('answer', ANSWER_TIMEOUT, () => this.fail('no answer to PINGREQ'));
    }

    /** Gives the connection up, as if it were lost. */
    fail(reasonString) {
        this.end({ code: 0, reasonString });
    }

    close() {
        if (this.accepted && !this.ended) this.write(packetOf(DISCONNECT, 0));
        this.release();
    }

    transmit(topic, extra, body, done) {
        if (this.acks.size >= this.receiveMaximum) return done(new RealtimeError('busy', 'too much is unacknowledged'));
        const id = this.nextID();
        const bytes = packetOf(PUBLISH, 2, text(topic), u16(id), properties(extra), encoder.encode(body));
        if (bytes.length > this.maximumPacket) return done(new RealtimeError('payload_too_large', 'for the server'));
        this.acks.set(id, { type: PUBACK, done: ({ reason, properties: { reasonString } }) =>
            done(reason >= 0x80 ? new RealtimeError(codeOf(reason, reasonString), reasonString) : null) });
        this.write(bytes);
    }

    greet() {
        const { answer, client } = this.settings;
        this.write(packetOf(
            CONNECT, 0, text('MQTT'), [5, 0xc2], u16(KEEP_ALIVE), properties([0x27, ...u32(MAXIMUM_PACKET)]),
            text(client), text(answer.user), text(answer.token)));
    }

    receive(data) {
        // Text is no MQTT (MQTT 5, 6.0.0-1), and digits would be taken for a size.
        if (typeof data === 'string') return this.fail('a text frame');
        let packets;
        try {
            packets = this.unpack(new Uint8Array(data));
        } catch (error) {
            return this.end({ code: 0, reasonString: `malformed packet: ${error.message}` });
        }
        this.timers.clear('answer');
        for (const packet of packets) {
            if (this.ended) return;
            this.handle(packet);
        }
    }

    unpack(bytes) {
        if (this.rest.length) {
            const joined = new Uint8Array(this.rest.length + bytes.length);
            joined.set(this.rest);
            joined.set(bytes, this.rest.length);
            bytes = joined;
        }
        const packets = [];
        for (let next; (next = frame(bytes)); bytes = bytes.subarray(next.length)) packets.push(decode(next));
        this.rest = bytes;
        return packets;
    }

    handle(packet) {
        const { type, reason } = packet;
        if (this.accepted === (type === CONNACK) && type !== DISCONNECT) return this.fail('packet out of order');
        switch (type) {
        case CONNACK: {
            this.timers.clear('connect');
            if (reason) return this.end({ code: reason, reasonString: packet.properties.reasonString });
            const found = packet.properties;
            this.accepted = true;
            this.keepAlive = found[0x13] || this.keepAlive;
            this.receiveMaximum = found[0x21] || this.receiveMaximum;
            this.maximumPacket = found[0x27] || this.maximumPacket;
            this.beat();
            return this.callbacks.opened();
        }
        case PUBLISH:
            if (packet.id) this.write(packetOf(PUBACK, 0, u16(packet.id)));
            return this.deliver(packet);
        case PUBACK:
        case SUBACK: {
            const ack = this.acks.get(packet.id);
            if (!ack || ack.type !== type) return this.fail('acknowledges what was not sent');
            this.acks.delete(packet.id);
            return ack.done(packet);
        }
        case DISCONNECT:
            return this.end({ code: reason, reasonString: packet.properties.reasonString });
        }
    }

    deliver({ topic, payload }) {
        let content = '';
        try {
            content = decoder.decode(payload);
        } catch {
            // Not of the bridge's making; were it an event, the next one's number would tell.
        }
        const body = objectOf(content);
        if (!body) return;
        const name = topic.slice(topic.lastIndexOf('/') + 1);
        if (topic === `${this.root}/ch/${name}`) this.callbacks.event(name, body, payload.length);
        else if (topic === `${this.replyRoot}/${name}`) this.callbacks.reply(name, body);
    }

    /** Half the keep-alive: what JavaScript does not see (WebSocket pings) proves nothing to it. */
    beat() {
        this.timers.set('beat', this.keepAlive * 500, (late) => {
            this.beat();
            this.probe();
            if (late) this.callbacks.slept();
        });
    }

    write(bytes) {
        if (!this.ended && this.socket.readyState === 1) this.socket.send(bytes);
    }

    nextID() {
        do this.lastID = this.lastID % 65535 + 1; while (this.acks.has(this.lastID));
        return this.lastID;
    }

    end(why) {
        if (this.ended) return;
        this.release();
        this.callbacks.lost(why);
    }

    release() {
        this.ended = true;
        this.timers.clearAll();
        this.acks.clear();
        if (!this.socket) return;
        // `onerror` stays: in Node, an error event that nobody takes ends the program.
        this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
        this.socket.close();
    }
}
