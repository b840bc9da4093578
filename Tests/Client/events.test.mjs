import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EVENT, GAP, connect } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { OTHER, event, keep, server, settled, started, useScriptedServer } from './Harness.mjs';

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

    test('a handler may end another that is told behind it', async () => {
        const { rt } = await started();
        const seen = [];
        rt.subscribe(EVENT, () => end());
        const end = rt.subscribe(EVENT, ({ payload }) => seen.push(payload));
        server.last.event(HASH, event(1));
        assert.deepEqual(seen, []);
    });

    test('what is no event is passed over', async () => {
        const { told, payloads } = await started();
        const bodies = [
            'no JSON', 'null', '[]', '{"seq":"1","epoch":"k3f9"}', '{"seq":1}', '{"seq":0,"epoch":"k3f9"}',
            '{"seq":-1,"epoch":"k3f9","gap":true}', '{"seq":1,"epoch":"k3 f9"}', '{"seq":1,"epoch":["k3f9"]}',
            `{"seq":1,"epoch":"${'k'.repeat(17)}"}`, '{"seq":9007199254740993,"epoch":"k3f9"}',
        ];
        bodies.forEach((body) => server.last.event(HASH, body));
        server.last.event('unknown', event(1));
        assert.deepEqual(told, []);
        server.last.event(HASH, event(1));
        assert.deepEqual(payloads(), [1]);
    });
});
