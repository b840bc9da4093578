import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceConnection, packet, unpack } from '../../Sources/BridgeHTTP/TestPage/service.js';

const GRANT = { token: 'a.b.c', user: 'test', site: 'demo', urls: { websocket: 'ws://bridge.test/mqtt' } };

/** A WebSocket whose other end answers each packet with what a function says. */
function socketOf(answer) {
    const sent = [];
    class FakeSocket {
        constructor(url, protocol) {
            Object.assign(this, { url, protocol, readyState: 1 });
            setImmediate(() => this.onopen());
        }

        send(bytes) {
            const { packets: [found] } = unpack(bytes);
            sent.push(found);
            for (const reply of answer(found, this) || []) this.onmessage({ data: reply.buffer });
        }

        close() {
            this.readyState = 3;
        }
    }
    return { FakeSocket, sent };
}

const taken = ({ type, body }) => {
    if (type === 1) return [packet(0x20, [0, 0])];
    if (type === 8) return [packet(0x90, [body[0], body[1], 0])];
    const topic = 2 + body[0] * 256 + body[1];
    return type === 3 ? [packet(0x40, [...body.subarray(topic, topic + 2)])] : [];
};

const reply = (body) => {
    const topic = new TextEncoder().encode('rt/demo/reply/test/r');
    return packet(0x30, [0, topic.length, ...topic, ...new TextEncoder().encode(JSON.stringify(body))]);
};

test('packets come apart as they were put together, however they are cut', () => {
    const sizes = [0, 1, 127, 128, 16383, 16384];
    const all = Uint8Array.from(sizes.flatMap((size) => [...packet(0x32, new Uint8Array(size))]));
    for (const step of [7, 1000, all.length]) {
        let rest = new Uint8Array(0);
        const found = [];
        for (let start = 0; start < all.length; start += step) {
            const result = unpack(Uint8Array.from([...rest, ...all.subarray(start, start + step)]));
            found.push(...result.packets);
            rest = result.rest;
        }
        assert.deepEqual(found.map(({ body }) => body.length), sizes);
        assert.ok(found.every(({ type, flags }) => type === 3 && flags === 2));
        assert.equal(rest.length, 0);
    }
    assert.throws(() => unpack(Uint8Array.of(0x30, 255, 255, 255, 255, 1)), RangeError);
    assert.throws(() => unpack(Uint8Array.of(0x30, 255, 255, 255, 127)), RangeError);
});

test('a service connects with its grant as the password, and publishes with QoS 1', async () => {
    const { FakeSocket, sent } = socketOf(taken);
    const service = await ServiceConnection.open(GRANT, assert.fail, FakeSocket);
    await service.publish('r1', { payload: 1 });
    await service.publish('r2', { payload: 2 });
    service.close();
    assert.deepEqual(sent.map(({ type }) => type), [1, 8, 3, 3, 14]);
    const words = sent.map(({ body }) => new TextDecoder().decode(body));
    assert.ok(words[0].endsWith('a.b.c'));
    assert.ok(words[1].includes('rt/demo/reply/test/#'));
    assert.ok(words[2].includes('rt/demo/notify/test/r1') && words[2].endsWith('{"payload":1}'));
});

test('a refused connection, subscription, or a closed one rejects', async () => {
    for (const [refused, answer] of [[1, packet(0x20, [0, 5])], [8, packet(0x90, [0, 1, 128])]]) {
        const { FakeSocket } = socketOf((found) => (found.type === refused ? [answer] : taken(found)));
        await assert.rejects(ServiceConnection.open(GRANT, assert.fail, FakeSocket), /refuses/);
    }
    const { FakeSocket } = socketOf((found, socket) => (found.type === 3 ? socket.onclose() : taken(found)));
    const service = await ServiceConnection.open(GRANT, assert.fail, FakeSocket);
    await assert.rejects(service.publish('r1', {}), /closed/);
});

test('what the bridge refuses of a request is told', async () => {
    const told = [];
    const refusal = reply({ ok: false, error: { code: 'component_disabled', message: 'not enabled' } });
    const { FakeSocket } = socketOf((found) =>
        (found.type === 3 ? [reply({ ok: true, payload: {} }), refusal, ...taken(found)] : taken(found)));
    const service = await ServiceConnection.open(GRANT, ({ message }) => told.push(message), FakeSocket);
    await service.publish('r1', {});
    service.close();
    assert.deepEqual(told, ['component_disabled: not enabled']);
});
