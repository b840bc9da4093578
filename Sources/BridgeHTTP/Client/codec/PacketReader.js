import { MAXIMUM_PACKET } from '../contract/limits.js';
import { CONNACK, DISCONNECT, PINGRESP, PUBACK, PUBLISH, SUBACK } from './packets.js';

export const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes for each property by its identifier (MQTT 5, 2.2.2.2); v varint, s text or binary, p a pair of texts. */
const PROPERTY_KINDS = {
    0x01: 1, 0x02: 4, 0x03: 's', 0x08: 's', 0x09: 's', 0x0b: 'v', 0x11: 4, 0x12: 's', 0x13: 2, 0x15: 's', 0x16: 's',
    0x17: 1, 0x18: 4, 0x19: 1, 0x1a: 's', 0x1c: 's', 0x1f: 's', 0x21: 2, 0x22: 2, 0x23: 2, 0x24: 1, 0x25: 1,
    0x26: 'p', 0x27: 4, 0x28: 1, 0x29: 1, 0x2a: 1,
};

/** Reads a packet's body; whatever is not as MQTT 5 has it throws. */
class PacketReader {
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
        const reader = new PacketReader(this.take(this.varint()));
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
export function frame(bytes) {
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
export function decode({ type, flags, body }) {
    const reader = new PacketReader(body);
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
