/** MQTT 5 packet types (section 2.1.2). */
export const CONNECT = 1, CONNACK = 2, PUBLISH = 3, PUBACK = 4, SUBSCRIBE = 8, SUBACK = 9, PINGREQ = 12, PINGRESP = 13,
    DISCONNECT = 14;

export const encoder = new TextEncoder();

export const u16 = (value) => [value >> 8 & 255, value & 255];
export const u32 = (value) => [...u16(value >>> 16), ...u16(value)];
const sized = (bytes) => [...u16(bytes.length), ...bytes];
export const text = (string) => sized(encoder.encode(string));
export const userProperty = (name, value) => [0x26, ...text(name), ...text(value)];
export const properties = (bytes) => [...varint(bytes.length), ...bytes];

export function varint(value) {
    const bytes = [];
    do {
        bytes.push(value % 128 | (value > 127 ? 128 : 0));
        value = Math.floor(value / 128);
    } while (value > 0);
    return bytes;
}

export function packetOf(type, flags, ...parts) {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = new Uint8Array(5 + length);
    let offset = 0;
    for (const part of [[type << 4 | flags], varint(length), ...parts]) {
        bytes.set(part, offset);
        offset += part.length;
    }
    return bytes.subarray(0, offset);
}
