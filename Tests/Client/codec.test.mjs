import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH } from './ScriptedServer.mjs';
import { event, pass, server, started, useScriptedServer } from './Harness.mjs';

useScriptedServer();

describe('malformed packets', () => {
    const bytes = {
        'a length of five bytes': [0x30, 0xff, 0xff, 0xff, 0xff, 0x01],
        'a packet beyond the bound': [0x30, 0xff, 0xff, 0xff, 0x7f],
        'a topic longer than its packet': [0x30, 0x03, 0x00, 0x09, 0x61],
        'a topic that is no UTF-8': [0x30, 0x04, 0x00, 0x01, 0xff, 0x00],
        'properties longer than the packet': [0x30, 0x05, 0x00, 0x01, 0x61, 0x7f, 0x00],
        'an unknown property': [0x30, 0x06, 0x00, 0x01, 0x61, 0x02, 0x7e, 0x00],
        'QoS 2': [0x34, 0x06, 0x00, 0x01, 0x61, 0x00, 0x01, 0x00],
        'an empty topic': [0x30, 0x03, 0x00, 0x00, 0x00],
        'an empty CONNACK': [0x20, 0x00],
        'a second CONNACK': [0x20, 0x03, 0x00, 0x00, 0x00],
        'a packet that only clients send': [0x10, 0x00],
        'reserved flags': [0xd1, 0x00],
        'a PUBACK for nothing': [0x40, 0x02, 0x00, 0x63],
        'a SUBACK for nothing': [0x90, 0x04, 0x00, 0x63, 0x00, 0x00],
    };
    for (const [name, data] of Object.entries(bytes)) {
        test(`${name}: the connection is left and made anew`, async () => {
            const { kinds } = await started();
            assert.doesNotThrow(() => server.last.pushBytes(data));
            assert.ok(server.connections[0].socket.closed);
            await pass(500);
            assert.equal(server.connections.length, 2);
            assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
        });
    }

    test('text, of which digits would be the size of an array', async () => {
        const { of } = await started();
        server.last.socket.onmessage({ data: '4' });
        assert.ok(server.connections[0].socket.closed);
        assert.equal(of(CONNECTION_LOST)[0].reasonString, 'a text frame');
    });

    test('a SUBACK with too few reasons', async () => {
        server.script.subscribe = (packet, connection) =>
            connection.push({ cmd: 'suback', messageId: packet.messageId, granted: [0] });
        await started();
        assert.ok(server.connections[0].socket.closed);
    });

    test('random bytes never throw, in whatever pieces', async () => {
        let state = 12345;
        const byte = () => (state = (state * 1103515245 + 12345) % 2147483648) >> 16 & 255;
        const { told } = await started();
        for (let round = 0; round < 2000; round++) {
            const data = Array.from({ length: byte() % 24 }, byte);
            assert.doesNotThrow(() => server.last.pushBytes(data));
            if (server.last.socket.closed) await pass(30000);
        }
        assert.ok(told.every(({ kind }) => [CONNECTION_LOST, CONNECTION_RESTORED].includes(kind) || kind === DENIED));
    });

    test('packets may come in pieces and several at once', async () => {
        const { payloads } = await started();
        const { last } = server;
        const pieces = [];
        const { pushBytes } = last;
        last.pushBytes = (data) => pieces.push(...data);
        [1, 2, 3].forEach((seq) => last.event(HASH, event(seq)));
        last.pushBytes = pushBytes;
        pieces.forEach((byte) => last.pushBytes([byte]));
        assert.deepEqual(payloads(), [1, 2, 3]);
        last.pushBytes([]);
        last.pushBytes = (data) => pieces.push(...data);
        pieces.length = 0;
        [4, 5].forEach((seq) => last.event(HASH, event(seq)));
        last.pushBytes = pushBytes;
        last.pushBytes(pieces);
        assert.deepEqual(payloads(), [1, 2, 3, 4, 5]);
    });
});
