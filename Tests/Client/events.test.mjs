import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVENT, GAP, connect } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { OTHER, event, keep, pass, server, settled, sinceOf, started, useScriptedServer } from './Harness.mjs';

useScriptedServer();

describe('events', () => {
    test('reach the handler with the channel and the position', async () => {
        const { of } = await started();
        server.last.event(HASH, event(1, { a: 1 }, { by: '7' }));
        assert.deepEqual(of(EVENT), [{
            kind: EVENT, component: 'mod_quiz', area: 'game', itemid: 0, contextid: 15, channeldetails: '', hash: HASH,
            payload: { a: 1 }, position: 'k3f9:1', time: 1732370000123, by: '7',
        }]);
    });

    test('doubles are dropped', async () => {
        const { payloads, of } = await started(grantAnswer({ channels: [channel({ position: 'k3f9:1' })] }));
        [1, 2, 2, 1, 3].forEach((seq) => server.last.event(HASH, event(seq)));
        assert.deepEqual(payloads(), [2, 3]);
        assert.equal(of(GAP).length, 0);
    });

    test('a jump is a gap, and is told before the event', async () => {
        const { kinds, of } = await started();
        server.last.event(HASH, event(1));
        server.last.event(HASH, event(4));
        assert.deepEqual(kinds(), [EVENT, GAP, EVENT]);
        assert.equal(of(GAP)[0].position, 'k3f9:3');
        assert.equal(of(GAP)[0].area, 'game');
    });

    test('another epoch is a gap', async () => {
        const { kinds, payloads } = await started();
        server.last.event(HASH, event(9));
        server.last.event(HASH, { ...event(1), epoch: 'zz' });
        assert.deepEqual(kinds(), [EVENT, GAP, EVENT]);
        assert.deepEqual(payloads(), [9, 1]);
    });

    test('a gap told by the bridge moves the position', async () => {
        const { kinds, of } = await started();
        server.last.event(HASH, event(1));
        server.last.event(HASH, { seq: 8, epoch: 'k3f9', time: 0, gap: true });
        server.last.event(HASH, event(9));
        assert.deepEqual(kinds(), [EVENT, GAP, EVENT]);
        assert.equal(of(GAP)[0].position, 'k3f9:8');
    });

    test('a gap told by SUBACK is told once, and what is retained follows whatever its number', async () => {
        server.script.subscribe = (packet, connection) => connection.push({
            cmd: 'suback', messageId: packet.messageId, granted: [0, 0],
            properties: { userProperties: { position: [`${HASH} k3f9:40`], recovered: [`${HASH} gap`] } },
        });
        const { kinds, of, payloads } = await started(grantAnswer({ channels: [channel({ position: 'k3f9:50' })] }));
        [39, 40, 40, 41].forEach((seq) => server.last.event(HASH, event(seq)));
        assert.deepEqual(kinds(), [GAP, EVENT, EVENT, EVENT]);
        assert.equal(of(GAP)[0].position, 'k3f9:40');
        assert.deepEqual(payloads(), [39, 40, 41]);
    });

    test('SUBACK gives the position that was missing; the retained last event still comes', async () => {
        server.script.subscribe = (packet, connection) => connection.push({
            cmd: 'suback', messageId: packet.messageId, granted: [0, 0],
            properties: { userProperties: { position: [`${HASH} k3f9:40`], recovered: [`${HASH} none`] } },
        });
        const { payloads, of } = await started();
        [40, 40, 41].forEach((seq) => server.last.event(HASH, event(seq)));
        assert.deepEqual(payloads(), [40, 41]);
        assert.equal(of(GAP).length, 0);
        server.last.drop();
        await pass(500);
        assert.deepEqual(sinceOf(server.last.all('subscribe')[0]), [`${HASH} k3f9:41`]);
    });

    test('a handler that throws breaks no other, and is reported', async () => {
        const reported = [];
        globalThis.reportError = (error) => reported.push(error.message);
        const client = connect(grantAnswer(), { WebSocket: server.WebSocket });
        keep(client);
        const seen = [];
        client.subscribe(EVENT, () => { throw new Error('mine'); });
        client.subscribe(EVENT, ({ payload }) => seen.push(payload));
        await settled();
        server.last.event(HASH, event(1));
        delete globalThis.reportError;
        assert.deepEqual(seen, [1]);
        assert.deepEqual(reported, ['mine']);
    });

    test('subscribe takes a filter, and answers how to end it', async () => {
        const { rt } = await started(grantAnswer({ channels: [channel(), channel({ hash: OTHER, area: 'board' })] }));
        const seen = [];
        const end = rt.subscribe(EVENT, { area: 'board', itemid: '0' }, ({ payload }) => seen.push(payload));
        server.last.event(HASH, event(1, 'game'));
        server.last.event(OTHER, event(1, 'board'));
        end();
        server.last.event(OTHER, event(2, 'late'));
        assert.deepEqual(seen, ['board']);
        assert.throws(() => rt.subscribe('events', () => {}), TypeError);
    });

    test('what is no event is passed over', async () => {
        const { told, payloads } = await started();
        const bodies = ['no JSON', 'null', '[]', '{"seq":"1","epoch":"k3f9"}', '{"seq":1}'];
        bodies.forEach((body) => server.last.event(HASH, body));
        server.last.event('unknown', event(1));
        assert.deepEqual(told, []);
        server.last.event(HASH, event(1));
        assert.deepEqual(payloads(), [1]);
    });
});
