/**
 * A service's connection to the edge: MQTT 3.1.1 over WebSocket, as much of it as publishing takes. The browser client
 * has no such thing, since pages are no services.
 */

const [CONNACK, PUBLISH, PUBACK, SUBACK] = [2, 3, 4, 9];
/** Milliseconds. */
const TIMEOUT = 10000;
/** Bytes; what a service is answered is short. */
const MAXIMUM_PACKET = 1024 * 1024;

const encoder = new TextEncoder();
const u16 = (value) => [value >> 8 & 255, value & 255];

function text(value) {
    const bytes = encoder.encode(value);
    return [...u16(bytes.length), ...bytes];
}

/** A packet with its remaining length (MQTT 3.1.1, 2.2.3). */
export function packet(first, body) {
    const bytes = [first];
    let rest = body.length;
    do {
        bytes.push(rest % 128 | (rest > 127 ? 128 : 0));
        rest = Math.floor(rest / 128);
    } while (rest > 0);
    return Uint8Array.from([...bytes, ...body]);
}

/** The whole packets at the beginning of `bytes`, as `{type, flags, body}`, and the rest. */
export function unpack(bytes) {
    const packets = [];
    for (;;) {
        let [length, offset, byte] = [0, 1, 128];
        while (byte > 127 && offset < 5 && offset < bytes.length) {
            byte = bytes[offset];
            length += (byte & 127) * 128 ** (offset - 1);
            offset++;
        }
        if (byte > 127 && offset === 5) throw new RangeError('remaining length too long');
        if (byte < 128 && length > MAXIMUM_PACKET) throw new RangeError('packet too long');
        if (byte > 127 || bytes.length < offset + length) return { packets, rest: bytes };
        packets.push({ type: bytes[0] >> 4, flags: bytes[0] & 15, body: bytes.slice(offset, offset + length) });
        bytes = bytes.slice(offset + length);
    }
}

/** Publishes `notify` requests of a service's grant, one after the other. */
export class ServiceConnection {
    /** Connects; rejects where the bridge refuses. `refused` is called with an error where it refuses a request. */
    static async open(grant, refused, WebSocket = globalThis.WebSocket) {
        const service = new ServiceConnection(grant, refused);
        await service.connect(WebSocket);
        return service;
    }

    constructor({ token, user, site, urls }, refused) {
        Object.assign(this, { token, user, site, url: urls.websocket, refused });
        this.rest = new Uint8Array(0);
        this.waiting = null;
        this.lastID = 0;
    }

    async connect(WebSocket) {
        this.socket = new WebSocket(this.url, 'mqtt');
        this.socket.binaryType = 'arraybuffer';
        this.socket.onmessage = ({ data }) => this.receive(new Uint8Array(data));
        this.socket.onclose = () => this.fail(new Error('the bridge has closed the service’s connection'));
        await this.answer(CONNACK, () => {
            this.socket.onopen = () => this.socket.send(packet(0x10, [
                ...text('MQTT'), 4, 0xc2, ...u16(60), ...text(''), ...text(this.user), ...text(this.token)]));
        });
        const filter = `rt/${this.site}/reply/${this.user}/#`;
        await this.answer(SUBACK, () => this.socket.send(packet(0x82, [...u16(this.nextID()), ...text(filter), 0])));
    }

    /** Publishes with QoS 1; resolves with the acknowledgement. */
    publish(request, body) {
        const topic = `rt/${this.site}/notify/${this.user}/${request}`;
        return this.answer(PUBACK, () => this.socket.send(packet(0x32, [
            ...text(topic), ...u16(this.nextID()), ...encoder.encode(JSON.stringify(body))])));
    }

    close() {
        this.socket.onclose = null;
        if (this.socket.readyState === 1) this.socket.send(packet(0xe0, []));
        this.socket.close();
        this.fail(new Error('closed'));
    }

    /** Asks, and waits for the answer of a type: one at a time. */
    answer(type, ask) {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => this.fail(new Error('the bridge does not answer the service')), TIMEOUT);
            this.waiting = {
                type,
                resolve: () => { clearTimeout(timer); resolve(); },
                reject: (error) => { clearTimeout(timer); reject(error); },
            };
            ask();
        });
    }

    receive(bytes) {
        const joined = new Uint8Array(this.rest.length + bytes.length);
        joined.set(this.rest);
        joined.set(bytes, this.rest.length);
        try {
            const { packets, rest } = unpack(joined);
            this.rest = rest;
            packets.forEach((found) => this.take(found));
        } catch (error) {
            this.fail(error);
        }
    }

    take({ type, body }) {
        if (type === PUBLISH) {
            const reply = JSON.parse(new TextDecoder().decode(body.subarray(2 + body[0] * 256 + body[1])));
            if (reply.ok === false) this.refused(new Error(`${reply.error.code}: ${reply.error.message}`));
            return;
        }
        if (!this.waiting || this.waiting.type !== type) return;
        const refused = type === CONNACK ? body[1] !== 0 : type === SUBACK && body[2] >= 128;
        if (refused) return this.fail(new Error('the bridge refuses the service'));
        const { resolve } = this.waiting;
        this.waiting = null;
        resolve();
    }

    fail(error) {
        const { waiting } = this;
        this.waiting = null;
        if (waiting) waiting.reject(error);
    }

    nextID() {
        this.lastID = this.lastID % 65535 + 1;
        return this.lastID;
    }
}
