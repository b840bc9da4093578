/**
 * Realtime Bridge, browser client: one module without dependencies, for browsers and Node 20.
 *
 *     const rt = connect(grantAnswer, { renew: async (grantAnswer) => fetchANewOne(grantAnswer) });
 *     rt.subscribe(EVENT, ({ component, area, itemid, payload, position }) => …);
 *     const answer = await rt.sendToServer('mod_quiz', { choice: 3 });
 *     rt.close();
 *
 * Sections: Contract, Codec (MQTT 5 packets), Transport (MQTT over WebSocket), Client (channels, positions,
 * grants, reconnection), Entry. One file, because it is served as it is, without a build.
 *
 * @typedef {{contextid: number|string, component: string, area: string, itemid: number|string,
 *   channeldetails: string, rights: string[], hash: string, topic?: string, position?: string}} GrantedChannel
 * @typedef {{token: string, user: string, session?: string, site: string, expires?: number, ttl?: number,
 *   urls: {websocket: string, http?: string, mqtt?: string}, channels: GrantedChannel[]}} GrantAnswer
 *   What `POST /v1/grants` answers; the application's page embeds it as it is.
 */

// ---------------------------------------------------------------------------------------------- Contract

/**
 * An event of a channel, each once and in order: `{component, area, itemid, contextid, channeldetails, hash, payload,
 * position, time, by}`.
 */
const EVENT = 'event';
/** The connection is gone, told once an outage: `{code, reason, reasonString}`. Reconnecting goes on by itself. */
const CONNECTION_LOST = 'connection_lost';
/** The connection is back, and its channels are subscribed again: `{}`. */
const CONNECTION_RESTORED = 'connection_restored';
/** Events are lost to this page, told once: the channel's members and `position`, up to which some are missing. */
const GAP = 'gap';
/** Final. `{channel, code, reason, reasonString}`: that channel is closed, or with `channel: null` everything. */
const DENIED = 'denied';

const KINDS = [EVENT, CONNECTION_LOST, CONNECTION_RESTORED, GAP, DENIED];

/** What `sendToServer`, `publish` and `add` reject with: a `code` of the contract, or `closed`, and a message. */
class RealtimeError extends Error {
    constructor(code, message) {
        super(message || code);
        this.name = 'RealtimeError';
        this.code = code;
    }
}

/** Milliseconds: the longest wait for a CONNACK, and for any other answer to what was sent. */
const CONNECT_TIMEOUT = 20000;
const ANSWER_TIMEOUT = 10000;
/** Milliseconds: how long the application may take to renew a grant. */
const RENEW_TIMEOUT = 30000;
/** Full jitter: between 0 and min(cap, base·2^attempt) milliseconds. A connection that stood this long starts anew. */
const RETRY_BASE = 500;
const RETRY_CAP = 30000;
const STABLE_AFTER = 10000;
/** Unanswered messages that a client holds; beyond it sending rejects with `busy`. */
const MAXIMUM_PENDING = 256;
/** What a channel holds back while missing events are asked for; beyond it they are a gap. Bytes as they came. */
const MAXIMUM_HELD = 1000;
const MAXIMUM_HELD_BYTES = 1024 * 1024;

/** MQTT reasons after which a fresh grant may help, and those after which nothing does. All others pass. */
const RENEWABLE = [0x86, 0x87, 0x98, 0xa0];
const FINAL = [0x84, 0x85, 0x8a, 0x8c];
const CODES = {
    0x86: 'grant_invalid', 0x87: 'forbidden', 0x95: 'payload_too_large', 0x97: 'limit',
    0x98: 'grant_revoked', 0x99: 'payload_invalid', 0xa0: 'grant_expired',
};

/** The contract's code for an MQTT refusal: the bridge's reason strings begin with it. */
function codeOf(reason, reasonString, otherwise = 'forbidden') {
    const named = /^([a-z][a-z_]*):/.exec(reasonString);
    return named ? named[1] : CODES[reason] || otherwise;
}

/** The JSON of a payload; what JSON has no form for becomes null, as it does inside arrays. */
const json = (payload) => JSON.stringify([payload]).slice(1, -1);

/** 132 random bits as 22 characters of base64url. */
function randomID() {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => alphabet[byte & 63]).join('');
}

// ------------------------------------------------------------------------------------------------- Codec

const CONNECT = 1, CONNACK = 2, PUBLISH = 3, PUBACK = 4, SUBSCRIBE = 8, SUBACK = 9, PINGREQ = 12, PINGRESP = 13,
    DISCONNECT = 14;

const KEEP_ALIVE = 60;
/** Bytes; asked of the server in CONNECT, so that a broken length cannot make the page gather memory. */
const MAXIMUM_PACKET = 16 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const u16 = (value) => [value >> 8 & 255, value & 255];
const u32 = (value) => [...u16(value >>> 16), ...u16(value)];
const sized = (bytes) => [...u16(bytes.length), ...bytes];
const text = (string) => sized(encoder.encode(string));
const userProperty = (name, value) => [0x26, ...text(name), ...text(value)];
const properties = (bytes) => [...varint(bytes.length), ...bytes];

function varint(value) {
    const bytes = [];
    do {
        bytes.push(value % 128 | (value > 127 ? 128 : 0));
        value = Math.floor(value / 128);
    } while (value > 0);
    return bytes;
}

function packetOf(type, flags, ...parts) {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = new Uint8Array(5 + length);
    let offset = 0;
    for (const part of [[type << 4 | flags], varint(length), ...parts]) {
        bytes.set(part, offset);
        offset += part.length;
    }
    return bytes.subarray(0, offset);
}

/** Bytes for each property by its identifier (MQTT 5, 2.2.2.2); v varint, s text or binary, p a pair of texts. */
const PROPERTY_KINDS = {
    0x01: 1, 0x02: 4, 0x03: 's', 0x08: 's', 0x09: 's', 0x0b: 'v', 0x11: 4, 0x12: 's', 0x13: 2, 0x15: 's', 0x16: 's',
    0x17: 1, 0x18: 4, 0x19: 1, 0x1a: 's', 0x1c: 's', 0x1f: 's', 0x21: 2, 0x22: 2, 0x23: 2, 0x24: 1, 0x25: 1,
    0x26: 'p', 0x27: 4, 0x28: 1, 0x29: 1, 0x2a: 1,
};

/** Reads a packet's body; whatever is not as MQTT 5 has it throws. */
class Reader {
    constructor(bytes) {
        this.bytes = bytes;
        this.offset = 0;
    }

    get atEnd() {
        return this.offset >= this.bytes.length;
    }

    take(count) {
        const end = this.offset + count;
        if (end > this.bytes.length) throw new RangeError('packet too short');
        const bytes = this.bytes.subarray(this.offset, end);
        this.offset = end;
        return bytes;
    }

    uint(count) {
        return this.take(count).reduce((value, byte) => value * 256 + byte, 0);
    }

    varint() {
        for (let value = 0, scale = 1; scale <= 128 ** 3; scale *= 128) {
            const byte = this.uint(1);
            value += (byte & 127) * scale;
            if (byte < 128) return value;
        }
        throw new RangeError('variable byte integer too long');
    }

    text() {
        return decoder.decode(this.take(this.uint(2)));
    }

    /** The properties by identifier, and `user`: the user properties as pairs. */
    properties() {
        const found = { user: [] };
        if (this.atEnd) return found;
        const reader = new Reader(this.take(this.varint()));
        while (!reader.atEnd) {
            const id = reader.varint();
            const kind = PROPERTY_KINDS[id];
            if (kind === undefined) throw new RangeError('unknown property');
            if (kind === 'p') found.user.push([reader.text(), reader.text()]);
            else if (kind === 's') found[id] = reader.take(reader.uint(2));
            else found[id] = kind === 'v' ? reader.varint() : reader.uint(kind);
        }
        found.reasonString = found[0x1f] ? decoder.decode(found[0x1f]) : '';
        return found;
    }
}

/** The first packet in `bytes`: `{type, flags, body, length}`, or null while it is not all there. */
function frame(bytes) {
    let length = 0;
    for (let index = 1; index < bytes.length; index++) {
        if (index > 4) throw new RangeError('remaining length too long');
        length += (bytes[index] & 127) * 128 ** (index - 1);
        if (bytes[index] > 127) continue; // One more byte; a fifth is refused above.
        if (length > MAXIMUM_PACKET) throw new RangeError('packet too long');
        const end = index + 1 + length;
        if (bytes.length < end) return null;
        return { type: bytes[0] >> 4, flags: bytes[0] & 15, body: bytes.subarray(index + 1, end), length: end };
    }
    return null;
}

/** A packet that a server may send, as values. */
function decode({ type, flags, body }) {
    const reader = new Reader(body);
    if (type !== PUBLISH && flags !== 0) throw new RangeError('reserved flags set');
    switch (type) {
    case CONNACK:
        return { type, session: reader.uint(1), reason: reader.uint(1), properties: reader.properties() };
    case PUBLISH: {
        const qos = flags >> 1 & 3;
        const topic = reader.text();
        if (qos > 1 || topic === '') throw new RangeError('neither QoS 2 nor topic aliases were agreed');
        const id = qos ? reader.uint(2) : 0;
        reader.properties();
        return { type, topic, id, payload: body.subarray(reader.offset) };
    }
    case PUBACK:
        return { type, id: reader.uint(2), reason: reader.atEnd ? 0 : reader.uint(1), properties: reader.properties() };
    case SUBACK:
        return { type, id: reader.uint(2), properties: reader.properties(), reasons: body.subarray(reader.offset) };
    case DISCONNECT:
        return { type, reason: reader.atEnd ? 0 : reader.uint(1), properties: reader.properties() };
    case PINGRESP:
        return { type };
    default:
        throw new RangeError('not a packet for clients');
    }
}

// --------------------------------------------------------------------------------------------- Transport

/**
 * One connection of MQTT 5 over WebSocket. Others (server-sent events, long polling) have the same members: `connect`,
 * `subscribe`, `send`, `publish`, `probe`, `fail`, `close`, and call the same `opened`, `event(hash, body, bytes)`,
 * `reply(request, body)`, `lost(why)`: the last once, and nothing after it or after `close`.
 */
class MQTTTransport {
    /** @param {{WebSocket: Function, answer: GrantAnswer, client: string}} settings */
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
        this.timers = {};
    }

    connect() {
        this.timer('connect', CONNECT_TIMEOUT, () => this.fail('no answer to CONNECT'));
        try {
            this.socket = new this.settings.WebSocket(this.settings.answer.urls.websocket, 'mqtt');
        } catch (error) {
            // An address that no WebSocket takes (mixed content, CSP, no address) stays so.
            return this.timer('connect', 0, () => this.end({ code: 0, reasonString: String(error), final: true }));
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
            this.timer(`subscribe${id}`);
            const told = (name, hash) => {
                const found = user.find(([key, value]) => key === name && value.startsWith(prefix(hash)));
                return found && found[1].slice(prefix(hash).length);
            };
            const offset = withReplies ? 1 : 0;
            done(channels.map(({ hash }, index) => ({
                hash, reason: reasons[index + offset], reasonString,
                position: told('position', hash), recovered: told('recovered', hash),
            })));
        } });
        this.timer(`subscribe${id}`, ANSWER_TIMEOUT, () => this.fail('no answer to SUBSCRIBE'));
        const asked = filters.map((filter) => [...text(filter), 0]); // QoS 0
        this.write(packetOf(SUBSCRIBE, 2, u16(id), properties(since), ...asked));
    }

    /** Sends a message to a component; `done(error)` says whether it was taken, the answer comes as `reply`. */
    send(component, request, body, done) {
        this.transmit(`${this.upRoot}/${component}/${request}`, [], body, done);
    }

    /** Publishes on a channel; the same `key` counts once. */
    publish(hash, key, body, done) {
        this.transmit(`${this.root}/in/${hash}`, userProperty('key', key), body, done);
    }

    /** Finds out whether the other end is there: an answer within ten seconds, or the connection is given up. */
    probe() {
        if (!this.accepted || this.timers.answer) return;
        this.write(packetOf(PINGREQ, 0));
        this.timer('answer', ANSWER_TIMEOUT, () => this.fail('no answer to PINGREQ'));
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
        let packets;
        try {
            packets = this.unpack(new Uint8Array(data));
        } catch (error) {
            return this.end({ code: 0, reasonString: `malformed packet: ${error.message}` });
        }
        this.timer('answer');
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
            this.timer('connect');
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
        let body;
        try {
            body = JSON.parse(decoder.decode(payload));
        } catch {
            return; // Not of the bridge's making; were it an event, the next one's number would tell.
        }
        if (body === null || typeof body !== 'object') return;
        const name = topic.slice(topic.lastIndexOf('/') + 1);
        if (topic === `${this.root}/ch/${name}`) this.callbacks.event(name, body, payload.length);
        else if (topic === `${this.replyRoot}/${name}`) this.callbacks.reply(name, body);
    }

    /** Half the keep-alive: what JavaScript does not see (WebSocket pings) proves nothing to it. */
    beat() {
        this.timer('beat', this.keepAlive * 500, () => {
            this.beat();
            this.probe();
        });
    }

    write(bytes) {
        if (!this.ended && this.socket.readyState === 1) this.socket.send(bytes);
    }

    nextID() {
        do this.lastID = this.lastID % 65535 + 1; while (this.acks.has(this.lastID));
        return this.lastID;
    }

    /** Sets the timer of that name anew; without a function only ends it. */
    timer(name, milliseconds, run) {
        clearTimeout(this.timers[name]);
        delete this.timers[name];
        if (!run) return;
        this.timers[name] = setTimeout(() => {
            delete this.timers[name];
            run();
        }, milliseconds);
    }

    end(why) {
        if (this.ended) return;
        this.release();
        this.callbacks.lost(why);
    }

    release() {
        this.ended = true;
        Object.keys(this.timers).forEach((name) => this.timer(name));
        this.acks.clear();
        if (!this.socket) return;
        // `onerror` stays: in Node, an error event that nobody takes ends the program.
        this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
        this.socket.close();
    }
}

// ------------------------------------------------------------------------------------------------ Client

/** The parts of `{epoch}:{seq}`; null where it is no position. */
function positionOf(text) {
    const found = /^([\w-]{1,16}):(\d{1,15})$/.exec(text);
    return found && { epoch: found[1], seq: Number(found[2]) };
}

/** Whether that is an event, or a gap told in an event's place. */
const isEvent = (body) => Boolean(body) && typeof body.epoch === 'string' && Number.isSafeInteger(body.seq)
    && positionOf(`${body.epoch}:${body.seq}`) !== null && (body.seq > 0 || body.gap === true);

/** The channel's part of an answer of `realtime_history`. */
function historyOf(hash, payload) {
    const channels = payload && payload.channels;
    const found = Array.isArray(channels) && channels.find((channel) => channel && channel.hash === hash);
    return found && Array.isArray(found.events) ? found : { events: [] };
}

/**
 * A channel that a grant names, and where the page is in it: at the event `seq` of `epoch`; null: nowhere yet.
 * The page has been told that events up to `told` are missing: whichever still come are taken. `again` is 1 while the
 * event at `seq` may come itself (`retain: last` sends it first). Both hold until the first event.
 */
class Channel {
    constructor(given) {
        this.given = given;
        this.hash = given.hash;
        this.closed = false;
        this.joined = false;
        this.hole = null; // or {held, bytes}: what came behind missing events, while these are asked for
        this.left = {};
        this.epoch = null;
        this.startFrom(given);
    }

    startFrom({ position }) {
        this.moveTo(positionOf(position) || { epoch: null, seq: 0 });
    }

    moveTo({ epoch, seq }, told = 0, again = 0) {
        if (epoch !== this.epoch) this.left = { epoch: this.epoch, seq: this.seq };
        Object.assign(this, { epoch, seq, told, again });
    }

    get position() {
        return this.epoch === null ? undefined : `${this.epoch}:${this.seq}`;
    }

    /** Takes what SUBACK says: the head, and what comes of the events up to it. Answers as `advance` does. */
    begin(position, recovered) {
        const head = positionOf(position);
        if (!head) return null;
        if (this.epoch === null) {
            // Begun at a position that only the token has, the first event tells where that was; else it is now.
            if (recovered !== 'complete' && recovered !== 'gap') this.moveTo(head, 0, 1);
            return null;
        }
        const other = head.epoch !== this.epoch || head.seq < this.seq; // Not the log that the position was of.
        const gap = other || recovered === 'gap';
        const news = other || head.seq > this.told;
        this.moveTo(other ? { epoch: head.epoch, seq: 0 } : this, gap ? head.seq : this.told);
        return gap && news ? position : null;
    }

    /** The last event that is not expected any more. */
    get passed() {
        return Math.max(this.seq, this.told);
    }

    /** Whether it was seen before. */
    knows({ epoch, seq }) {
        if (epoch === this.epoch) return seq <= this.seq - this.again;
        return epoch === this.left.epoch && seq <= this.left.seq;
    }

    /** Whether events before this one are missing that the bridge may still have. */
    lacks({ epoch, seq, gap }) {
        return gap !== true && epoch === this.epoch && seq - 1 > this.passed;
    }

    /** Moves to an event or a told gap; answers the position up to which the page is to be told of a gap, or null. */
    advance(body) {
        const { epoch, seq, gap } = body;
        const end = gap === true ? seq : seq - 1;
        const same = epoch === this.epoch;
        const missing = same ? end > this.passed : this.epoch !== null || gap === true;
        this.moveTo(body, same && gap === true ? this.told : 0);
        return missing ? `${epoch}:${end}` : null;
    }

    get wanted() {
        return !this.closed && this.given.rights.includes('subscribe');
    }

    get members() {
        const { component, area, itemid, contextid, channeldetails = '' } = this.given;
        return { component, area, itemid, contextid, channeldetails, hash: this.hash };
    }
}

/** Everything behind `connect`: one user's grants, channels and messages over one connection after another. */
class Client {
    constructor(answer, options) {
        this.options = options;
        this.clientID = randomID();
        this.phase = 'connecting'; // or ready, waiting, renewing, ended
        this.transport = null;
        this.attempt = 0;
        this.renewed = false;
        this.outage = false;
        this.handlers = [];
        this.channels = new Map();
        this.pending = new Map();
        this.grants = [this.hold(answer)];
        this.learn(answer);
        this.wake = () => this.check();
        this.sources = [[globalThis, 'online'], [globalThis, 'pageshow'], [globalThis.document, 'visibilitychange']]
            .filter(([target]) => target && target.addEventListener);
        this.sources.forEach(([target, name]) => target.addEventListener(name, this.wake));
        this.schedule();
        this.open();
    }

    // Handlers

    subscribe(kind, filter, handler) {
        if (typeof filter === 'function') [filter, handler] = [null, filter];
        if (!KINDS.includes(kind) || typeof handler !== 'function') throw new TypeError('no such kind, or no handler');
        const entry = { kind, filter: Object.entries(filter || {}), handler };
        this.handlers = [...this.handlers, entry];
        return () => {
            this.handlers = this.handlers.filter((other) => other !== entry);
        };
    }

    emit(kind, detail) {
        const subject = detail.channel || detail;
        for (const entry of this.handlers) {
            if (entry.kind !== kind) continue;
            if (!entry.filter.every(([name, value]) => String(subject[name]) === String(value))) continue;
            try {
                entry.handler(detail);
            } catch (error) {
                // The page's own error, told where the page's errors are told; the next handler still runs.
                if (typeof reportError === 'function') reportError(error);
                else queueMicrotask(() => { throw error; });
            }
        }
    }

    // Connection

    open() {
        this.phase = 'connecting';
        this.presented = this.grants[0];
        this.transport = new MQTTTransport(
            { WebSocket: this.options.WebSocket, answer: this.presented.answer, client: this.clientID },
            {
                opened: () => this.opened(),
                event: (hash, body, bytes) => this.receive(hash, body, bytes),
                reply: (request, body) => this.replied(request, body),
                lost: (why) => this.lost(why),
            });
        this.transport.connect();
    }

    /** Channels of the connection's own grant first, then the further grants one by one, then the page goes on. */
    opened() {
        const further = this.grants.slice(1);
        const own = new Set(this.presented.answer.channels.map(({ hash }) => hash));
        const later = new Set(further.flatMap(({ answer }) => answer.channels.map(({ hash }) => hash)));
        const first = [...this.channels.values()].filter(({ hash }) => own.has(hash) || !later.has(hash));
        this.join(first, true, () => this.presentAll(further, () => this.ready()));
    }

    ready() {
        if (this.phase !== 'connecting') return;
        this.phase = 'ready';
        this.readySince = Date.now();
        // Added while this connection was being set up.
        const added = this.grants.slice(1).filter(({ done }) => done);
        if (this.outage) {
            this.outage = false;
            this.emit(CONNECTION_RESTORED, {});
        }
        if (this.phase !== 'ready') return;
        if (this.grants[0] !== this.presented) this.presentRenewed();
        this.presentAll(added, () => {});
        [...this.pending.values()].filter(({ bound }) => !bound).forEach((entry) => entry.transmit());
    }

    lost({ code, reasonString, final }) {
        const wasReady = this.phase === 'ready';
        if (wasReady && Date.now() - this.readySince >= STABLE_AFTER) {
            this.attempt = 0;
            this.renewed = false;
        }
        this.transport = null;
        this.phase = 'waiting';
        // What was held back comes again, behind what is missing.
        this.channels.forEach((channel) => Object.assign(channel, { joined: false, hole: null }));
        [...this.pending.values()].filter(({ bound }) => bound).forEach(({ id }) => this.forget(id));
        const detail = { code: codeOf(code, reasonString, 'connection_lost'), reason: code, reasonString };
        if (wasReady) {
            this.outage = true;
            this.emit(CONNECTION_LOST, detail);
            if (this.phase === 'ended') return;
        }
        if (RENEWABLE.includes(code)) return this.renewOr(detail);
        if (final || FINAL.includes(code)) return this.deny(detail);
        this.retry();
    }

    /** A refused grant: one fresh grant may help; refused again, it is final. */
    renewOr(detail) {
        if (!this.options.renew || this.renewed) return this.deny(detail);
        this.renewed = true;
        this.phase = 'renewing';
        this.renew().then((fresh) => {
            if (this.phase !== 'renewing') return;
            if (fresh) this.open();
            else this.deny(detail);
        }, () => {
            if (this.phase !== 'renewing') return;
            this.renewed = false; // The application could not be asked (offline, say), which says nothing of the grant.
            this.retry();
        });
    }

    retry() {
        this.phase = 'waiting';
        this.retryTimer = setTimeout(() => this.open(), this.jitter(this.attempt++));
    }

    jitter(attempt) {
        return Math.random() * Math.min(RETRY_CAP, RETRY_BASE * 2 ** attempt);
    }

    /** The page is online or looked at again: what was waiting is tried at once, what stands must prove it. */
    check() {
        if (globalThis.document && document.visibilityState === 'hidden') return;
        if (this.phase === 'ready') return this.transport.probe();
        if (this.phase !== 'waiting') return;
        clearTimeout(this.retryTimer);
        this.open();
    }

    deny(detail) {
        this.end(new RealtimeError(detail.code, detail.reasonString));
        this.emit(DENIED, { channel: null, ...detail });
    }

    end(error) {
        if (this.phase === 'ended') return;
        this.phase = 'ended';
        this.endedBy = error;
        clearTimeout(this.retryTimer);
        clearTimeout(this.renewTimer);
        this.sources.forEach(([target, name]) => target.removeEventListener(name, this.wake));
        if (this.transport) this.transport.close();
        this.transport = null;
        [...this.pending.keys()].forEach((id) => this.settle(id, error));
        this.grants.forEach(({ done }) => done && done(error));
    }

    // Channels

    learn(answer) {
        for (const given of answer.channels) {
            const known = this.channels.get(given.hash);
            if (!known) {
                this.channels.set(given.hash, new Channel(given));
                continue;
            }
            known.given = given;
            known.closed = false;
            // A position that we have stays: the grant's may lie beyond events that are still on their way here.
            if (!known.joined && known.epoch === null) known.startFrom(given);
        }
    }

    join(channels, withReplies, done) {
        const wanted = channels.filter((channel) => channel.wanted && !channel.joined);
        if (!wanted.length && !withReplies) return done();
        const asked = wanted.map(({ hash, position }) => ({ hash, since: position }));
        this.transport.subscribe(asked, withReplies, (results) => {
            for (const result of results) {
                const channel = this.channels.get(result.hash);
                if (this.phase === 'ended') return;
                if (result.reason >= 0x80) {
                    this.shut(channel, codeOf(result.reason, result.reasonString), result.reason, result.reasonString);
                    continue;
                }
                channel.joined = true;
                this.miss(channel, channel.begin(result.position, result.recovered));
            }
            done();
        });
    }

    /** Nothing of a channel counts before its SUBACK. */
    receive(hash, body, bytes) {
        const channel = this.channels.get(hash);
        if (!channel || !channel.joined || this.phase === 'ended') return;
        if (typeof body.closed === 'string') {
            // Nothing is given to whom the channel is closed: what is held back comes, with a gap at each hole.
            if (channel.hole) this.release(channel, (body) => this.deliver(channel, body));
            if (this.phase !== 'ended') this.shut(channel, `grant_${body.closed}`, 0, body.closed);
            return;
        }
        if (!isEvent(body) || channel.knows(body)) return;
        const { hole } = channel;
        if (!hole && !channel.lacks(body)) return this.deliver(channel, body);
        if (!hole) {
            channel.hole = { held: [[body, bytes]], bytes };
            return this.fill(channel);
        }
        hole.held.push([body, bytes]);
        hole.bytes += bytes;
        if (hole.held.length > MAXIMUM_HELD || hole.bytes > MAXIMUM_HELD_BYTES) this.release(channel);
    }

    deliver(channel, body) {
        if (this.phase === 'ended' || channel.knows(body)) return;
        this.miss(channel, channel.advance(body));
        if (body.gap === true || this.phase === 'ended') return;
        const { payload, time, by } = body;
        this.emit(EVENT, { ...channel.members, payload, position: channel.position, time, by });
    }

    /** Tells that events up to that position are missing, if there is one. */
    miss(channel, position) {
        if (position) this.emit(GAP, { ...channel.members, position });
    }

    /** Asks for what is missing before the events held back, page by page. */
    fill(channel) {
        const { hash, position, hole } = channel;
        const [[first]] = hole.held;
        const body = json({ channels: [{ hash, since: position }] });
        this.request('realtime_history', body, { timeout: ANSWER_TIMEOUT, bound: true }, (error, payload) => {
            if (channel.hole !== hole) return; // Released or lost meanwhile.
            const { events, more } = historyOf(hash, payload);
            events.filter((event) => isEvent(event) && event.epoch === first.epoch && event.seq < first.seq)
                .forEach((event) => this.deliver(channel, event));
            if (this.phase === 'ended') return;
            if (more === true && channel.position !== position && channel.lacks(first)) return this.fill(channel);
            this.release(channel);
        });
    }

    /** Goes on with what was held back; what is missing before it still is a gap. */
    release(channel, take = (body, bytes) => this.receive(channel.hash, body, bytes)) {
        const [[first], ...further] = channel.hole.held;
        channel.hole = null;
        this.deliver(channel, first);
        further.forEach(([body, bytes]) => take(body, bytes));
    }

    shut(channel, code, reason, reasonString) {
        channel.closed = true;
        channel.joined = false;
        this.emit(DENIED, { channel: channel.members, code, reason, reasonString });
    }

    // Grants

    hold(answer) {
        const { token, user, site, urls, channels } = answer || {};
        if (![token, user, site, urls && urls.websocket].every((value) => typeof value === 'string' && value)
            || !Array.isArray(channels)
            || !channels.every(({ hash, rights }) => /^[\w-]+$/.test(hash) && Array.isArray(rights))) {
            throw new TypeError('not the answer of POST /v1/grants');
        }
        return { answer, received: Date.now(), asked: false, done: null };
    }

    add(answer) {
        return new Promise((resolve, reject) => {
            const grant = this.hold(answer);
            if (this.phase === 'ended') throw this.endedBy;
            const timer = setTimeout(() => {
                this.drop(grant);
                grant.done(new RealtimeError('timeout', 'the grant was not answered in time'));
            }, ANSWER_TIMEOUT);
            grant.done = (error) => {
                clearTimeout(timer);
                grant.done = null;
                if (error) reject(error);
                else resolve();
            };
            this.grants.push(grant);
            this.schedule();
            if (this.phase === 'ready') this.presentAll([grant], () => {});
        });
    }

    drop(grant) {
        this.grants = this.grants.filter((other) => other !== grant);
    }

    /** Presents a grant on the live connection and subscribes to its channels; nothing is called after a loss. */
    present(grant, done) {
        this.request('realtime_grant', grant.answer.token, { timeout: ANSWER_TIMEOUT, bound: true }, (error) => {
            if (error || this.phase === 'ended') return done(error);
            this.learn(grant.answer);
            this.join(grant.answer.channels.map(({ hash }) => this.channels.get(hash)), false, () => done(null));
        });
    }

    presentAll([grant, ...further], done) {
        if (this.phase === 'ended') return;
        if (!grant) return done();
        this.present(grant, (error) => {
            if (this.phase === 'ended') return;
            if (this.grants.includes(grant)) {
                if (error) this.refused(grant, error);
                else if (grant.done) grant.done(null);
            }
            if (this.transport) this.presentAll(further, done);
        });
    }

    refused(grant, error) {
        if (!grant.done && error.code === 'timeout') return this.transport.fail('no answer to a grant');
        this.drop(grant);
        if (grant.done) return grant.done(error);
        for (const { hash } of grant.answer.channels) {
            const channel = this.channels.get(hash);
            if (!channel.joined && channel.wanted) this.shut(channel, error.code, 0, error.message);
        }
    }

    presentRenewed() {
        const grant = this.grants[0];
        this.present(grant, (error) => {
            if (this.phase === 'ended') return;
            if (error) this.transport.fail('the renewed grant needs a new connection');
            else this.presented = grant;
        });
    }

    /** Asks the application for a fresh grant for all channels, once at a time; null where it has none. */
    renew() {
        if (this.renewal) return this.renewal;
        const asked = { ...this.grants[0].answer, channels: [...this.channels.values()].map(({ given }) => given) };
        let timer;
        const late = new Promise((_, reject) => {
            timer = setTimeout(() => reject(new RealtimeError('timeout', 'renew did not settle')), RENEW_TIMEOUT);
        });
        this.renewal = Promise.race([Promise.resolve().then(() => this.options.renew(asked)), late])
            .then((answer) => answer && this.adopt(answer))
            .finally(() => {
                clearTimeout(timer);
                this.renewal = null;
            });
        return this.renewal;
    }

    adopt(answer) {
        const fresh = this.hold(answer);
        if (this.phase === 'ended') return fresh;
        const covered = new Set(answer.channels.map(({ hash }) => hash));
        const kept = this.grants.slice(1)
            .filter(({ done, answer }) => done || answer.channels.some(({ hash }) => !covered.has(hash)));
        kept.forEach((grant) => { grant.asked = true; });
        this.grants = [fresh, ...kept];
        if (this.phase !== 'ready') this.learn(answer);
        this.schedule();
        return fresh;
    }

    /** By the answer's `ttl` from when it was received: no clock but this page's own, and only its differences. */
    schedule() {
        clearTimeout(this.renewTimer);
        const due = this.grants.filter(({ answer, asked }) => answer.ttl > 0 && !asked)
            .map(({ answer, received }) => received + answer.ttl * 1000 * (0.75 + Math.random() / 10));
        if (!this.options.renew || !due.length) return;
        this.renewTimer = setTimeout(() => this.renewAhead(0), Math.max(1000, Math.min(...due) - Date.now()));
    }

    renewAhead(attempt) {
        this.renew().then((fresh) => {
            if (fresh && fresh === this.grants[0] && this.phase === 'ready') this.presentRenewed();
        }, () => {
            if (this.phase === 'ended') return;
            this.renewTimer = setTimeout(() => this.renewAhead(attempt + 1), 1000 + this.jitter(attempt));
        });
    }

    // Messages

    /** `bound`: belongs to this connection and ends with it; else it is sent again on the next one. */
    request(component, body, { timeout, bound }, done) {
        return this.wait({
            done, bound, timeout,
            transmit: (id, taken) => this.transport.send(component, id, body, (error) => error && taken(error)),
        });
    }

    wait({ timeout, transmit, ...entry }) {
        const id = entry.id = randomID();
        entry.timer = setTimeout(() => this.settle(id, new RealtimeError('timeout', 'no answer in time')), timeout);
        entry.transmit = () => transmit(id, (error) => this.settle(id, error));
        this.pending.set(id, entry);
        if (entry.bound || this.phase === 'ready') entry.transmit();
        return id;
    }

    forget(id) {
        const entry = this.pending.get(id);
        if (entry) clearTimeout(entry.timer);
        this.pending.delete(id);
        return entry;
    }

    settle(id, error, payload) {
        const entry = this.forget(id);
        if (entry) entry.done(error, payload);
    }

    replied(id, { ok, payload, error }) {
        if (ok === true) return this.settle(id, null, payload);
        const { code = 'callback_failed', message } = error || {};
        this.settle(id, new RealtimeError(String(code), message && String(message)));
    }

    /** One message that waits for its answer, as a promise; ended by time-out, signal or `close`. */
    promise({ timeout = 10000, signal } = {}, start) {
        return new Promise((resolve, reject) => {
            if (this.phase === 'ended') throw this.endedBy;
            if (signal && signal.aborted) throw signal.reason;
            if (this.pending.size >= MAXIMUM_PENDING) throw new RealtimeError('busy', 'too many messages are waiting');
            let id = null;
            const abort = () => {
                this.forget(id);
                reject(signal.reason);
            };
            const done = (error, payload) => {
                if (signal) signal.removeEventListener('abort', abort);
                if (error) reject(error);
                else resolve(payload);
            };
            if (signal) signal.addEventListener('abort', abort, { once: true });
            id = start(timeout, done);
        });
    }

    async sendToServer(component, payload, options) {
        if (typeof component !== 'string' || !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(component)) {
            throw new RealtimeError('channel_invalid', 'not the name of a component');
        }
        return this.promise(options, (timeout, done) => this.request(component, json(payload), { timeout }, done));
    }

    async publish(channel, payload, options) {
        const known = this.channels.get(typeof channel === 'string' ? channel : channel.hash);
        if (!known || !known.given.rights.includes('publish')) {
            throw new RealtimeError('forbidden', 'the grant has no right to publish on this channel');
        }
        return this.promise(options, (timeout, done) => this.wait({
            done, timeout,
            transmit: (key, taken) => this.transport.publish(known.hash, key, json(payload), taken),
        }));
    }
}

// ------------------------------------------------------------------------------------------------- Entry

/**
 * Connects, and stays connected until `close` or DENIED.
 *
 * @param {GrantAnswer} grantAnswer
 * @param {object} [options]
 * @param {(held: GrantAnswer) => Promise<GrantAnswer|null>} [options.renew] asks the application for a fresh grant for
 *   all of `held.channels`: called ahead of time, and when a grant is refused. Null says that there is none any more; a
 *   rejection is tried again later.
 * @param {Function} [options.WebSocket] where the platform has none (Node 20: the one of package `ws`)
 */
function connect(grantAnswer, { renew, WebSocket = globalThis.WebSocket } = {}) {
    const client = new Client(grantAnswer, { renew, WebSocket });
    return Object.freeze({
        /** `(kind, handler)` or `(kind, {component, area, …}, handler)`; answers the function that ends it. */
        subscribe: (kind, filter, handler) => client.subscribe(kind, filter, handler),
        /** Takes a further grant of the same user and session; resolves once its channels are subscribed. */
        add: (answer) => client.add(answer),
        /** `(component, payload, {timeout, signal})` resolves with the component's answer; milliseconds. */
        sendToServer: (component, payload, options) => client.sendToServer(component, payload, options),
        /** `(channel or hash, payload, {timeout, signal})` resolves once the bridge has taken it. */
        publish: (channel, payload, options) => client.publish(channel, payload, options),
        /** Ends everything; messages that wait reject with code `closed`. */
        close: () => client.end(new RealtimeError('closed', 'the client was closed')),
    });
}

// The plain script (global `Realtime`) is this file with its last line turned: it stays the only export, on one line.
export { connect, EVENT, CONNECTION_LOST, CONNECTION_RESTORED, GAP, DENIED, RealtimeError };
