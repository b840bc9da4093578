import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { DENIED, EVENT, GAP } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import {
    OTHER, event, historyRequests, pass, recover, server, settled, sinceOf, started, useScriptedServer,
} from './Harness.mjs';

useScriptedServer();

/** What was asked of `realtime_history`. */
let asked;

beforeEach(() => {
    asked = historyRequests();
});

const send = (...sequences) => sequences.forEach((seq) => server.last.event(HASH, event(seq)));
const events = (...sequences) => sequences.map((seq) => event(seq));

/** A client that has seen event 1 and missed those up to `seq`, which is held back. */
async function missingBefore(seq, options) {
    const client = await started(grantAnswer({ channels: [channel({ position: 'k3f9:0' })] }), options);
    send(1, seq);
    await settled();
    assert.deepEqual(client.payloads(), [1]);
    assert.deepEqual(asked.map(({ hash, since }) => [hash, since]), [[HASH, 'k3f9:1']]);
    return client;
}

/** Positions of the gaps and numbers of the events, in the order in which the page was told. */
const order = ({ told }) => told.map(({ kind, position, payload }) => (kind === GAP ? position : payload));

describe('a hole', () => {
    test('is filled from history before anything behind it', async () => {
        const client = await missingBefore(4);
        send(5, 4, 5);
        asked[0].answer({ events: events(2, 3) });
        send(6);
        assert.deepEqual(order(client), [1, 2, 3, 4, 5, 6]);
        assert.equal(asked.length, 1);
    });

    test('takes of history only what is missing', async () => {
        const client = await missingBefore(4);
        asked[0].answer({ events: events(0, 1, 2, 2, 3, 4, 5) });
        assert.deepEqual(order(client), [1, 2, 3, 4]);
        send(5, 6);
        assert.deepEqual(order(client), [1, 2, 3, 4, 5, 6]);
    });

    test('is filled page by page, and no further than it goes', async () => {
        const client = await missingBefore(6);
        asked[0].answer({ events: events(2, 3), more: true });
        await settled();
        assert.equal(asked[1].since, 'k3f9:3');
        send(7);
        asked[1].answer({ events: events(4, 5), more: true });
        await settled();
        assert.deepEqual(order(client), [1, 2, 3, 4, 5, 6, 7]);
        assert.equal(asked.length, 2);
    });

    test('behind another one is filled too', async () => {
        const client = await missingBefore(3);
        send(5, 6);
        asked[0].answer({ events: events(2) });
        await settled();
        assert.deepEqual(order(client), [1, 2, 3]);
        assert.equal(asked[1].since, 'k3f9:3');
        asked[1].answer({ events: events(4) });
        assert.deepEqual(order(client), [1, 2, 3, 4, 5, 6]);
    });

    test('given up takes no late answer for the one behind it', async () => {
        const client = await missingBefore(3);
        for (let seq = 5; seq <= 1004; seq++) send(seq);
        await settled();
        assert.deepEqual(order(client), [1, 'k3f9:2', 3]);
        asked[0].answer({ events: events(2) });
        assert.deepEqual(order(client), [1, 'k3f9:2', 3]);
        assert.equal(asked[1].since, 'k3f9:3');
        asked[1].answer({ events: events(4) });
        assert.equal(client.payloads().length, 1003);
        assert.equal(client.of(GAP).length, 1);
    });

    test('holds back its own channel only', async () => {
        const channels = [channel({ position: 'k3f9:0' }), channel({ hash: OTHER, position: 'k3f9:0' })];
        const { payloads } = await started(grantAnswer({ channels }));
        send(2);
        server.last.event(OTHER, event(1, 'other'));
        assert.deepEqual(payloads(), ['other']);
        await settled();
        asked[0].answer({ events: events(1) });
        assert.deepEqual(payloads(), ['other', 1, 2]);
    });

    test('is asked for no more after a loss: since brings it', async () => {
        const client = await missingBefore(4);
        const [first] = server.connections;
        recover({ [HASH]: ['k3f9:4', 'complete'] });
        first.drop();
        await pass(500);
        assert.deepEqual(sinceOf(server.last.all('subscribe')[0]), [`${HASH} k3f9:1`]);
        send(2, 3, 4);
        await pass(20000);
        assert.deepEqual(client.payloads(), [1, 2, 3, 4]);
        assert.equal(client.of(GAP).length, 0);
        assert.equal(asked.length, 1);
    });

    test('inside what a gap told by SUBACK leaves open is none, behind it is one', async () => {
        recover({ [HASH]: ['k3f9:40', 'gap'] });
        const client = await started(grantAnswer({ channels: [channel({ position: 'k3f9:9' })] }));
        send(42);
        await settled();
        assert.equal(asked[0].since, 'k3f9:9');
        asked[0].answer({ recovered: 'gap', events: events(38, 39, 40, 41) });
        assert.deepEqual(order(client), ['k3f9:40', 38, 39, 40, 41, 42]);
    });
});

describe('a hole that cannot be filled is a gap', () => {
    const failures = {
        'history has nothing': () => asked[0].answer({ recovered: 'gap' }),
        'it is refused': () => asked[0].refuse(),
        'it is not answered': () => pass(10000),
        'a page brings nothing new': () => asked[0].answer({ events: events(1), more: true }),
        'history is of another epoch': () =>
            asked[0].answer({ position: 'zz:3', events: [{ ...event(2), epoch: 'zz' }, { ...event(3), epoch: 'zz' }] }),
        'the answer is null': () => asked[0].answerWith(null),
        'the answer has no list': () => asked[0].answerWith({ channels: { hash: HASH } }),
        'the answer is of another channel': () => asked[0].answer({ hash: OTHER, events: events(2, 3) }),
        'the channel is null': () => asked[0].answerWith({ channels: [null] }),
        'the events are no list': () => asked[0].answer({ events: 'k3f9:2' }),
        'the events are none': () => asked[0].answer({ events: [null, 2, [], { seq: 2 }, { ...event(3), seq: '3' }] }),
    };
    for (const [name, fail] of Object.entries(failures)) {
        test(name, async () => {
            const client = await missingBefore(4);
            send(5);
            await fail();
            send(6);
            await settled();
            assert.deepEqual(order(client), [1, 'k3f9:3', 4, 5, 6]);
            assert.equal(asked.length, 1);
        });
    }

    test('each part of it that is missing, once', async () => {
        const client = await missingBefore(9);
        asked[0].answer({ recovered: 'gap', events: events(4, 5, 7) });
        assert.deepEqual(order(client), [1, 'k3f9:3', 4, 5, 'k3f9:6', 7, 'k3f9:8', 9]);
        server.last.event(HASH, { seq: 8, epoch: 'k3f9', time: 0, gap: true });
        assert.equal(client.of(GAP).length, 3);
    });

    test('too many events are held back', async () => {
        const client = await missingBefore(3);
        for (let seq = 4; seq <= 1002; seq++) send(seq);
        assert.deepEqual(order(client), [1]);
        send(1003);
        assert.deepEqual(order(client).slice(0, 4), [1, 'k3f9:2', 3, 4]);
        assert.equal(client.payloads().length, 1002);
        asked[0].answer({ events: events(2) });
        send(1004);
        assert.equal(client.payloads().pop(), 1004);
        assert.equal(client.of(GAP).length, 1);
    });

    test('too many bytes are held back', async () => {
        const client = await missingBefore(3);
        const large = 'x'.repeat(300 * 1024);
        [4, 5, 6].forEach((seq) => server.last.event(HASH, event(seq, large)));
        assert.deepEqual(order(client), [1]);
        server.last.event(HASH, event(7, large));
        assert.equal(client.payloads().length, 6);
        assert.equal(client.of(GAP).length, 1);
    });

    test('the connection takes no further request', async () => {
        server.script.connect = (packet, connection) => connection.push({
            cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: { receiveMaximum: 1 },
        });
        const client = await started(grantAnswer({ channels: [channel({ position: 'k3f9:0' })] }));
        server.script.publish = null;
        client.rt.sendToServer('mod_quiz', 1).catch(() => {});
        send(2, 4, 5);
        assert.deepEqual(order(client), ['k3f9:1', 2, 'k3f9:3', 4, 5]);
    });

    test('the channel is closed: what was held back comes first', async () => {
        const client = await missingBefore(3);
        send(5, 5, 3);
        server.last.event(HASH, { closed: 'revoked' });
        assert.deepEqual(client.kinds(), [EVENT, GAP, EVENT, GAP, EVENT, DENIED]);
        await settled();
        asked[0].answer({ events: events(2, 4) });
        send(6);
        assert.deepEqual(order(client).slice(0, 5), [1, 'k3f9:2', 3, 'k3f9:4', 5]);
        assert.equal(client.told.length, 6);
        assert.equal(asked.length, 1);
    });
});

describe('what comes behind a hole keeps its order', () => {
    test('a told gap', async () => {
        const client = await missingBefore(4);
        server.last.event(HASH, { seq: 7, epoch: 'k3f9', time: 0, gap: true });
        send(8);
        asked[0].answer({ events: events(2, 3) });
        assert.deepEqual(order(client), [1, 2, 3, 4, 'k3f9:7', 8]);
    });

    test('another epoch', async () => {
        const client = await missingBefore(4);
        server.last.event(HASH, { ...event(1, 'new'), epoch: 'zz' });
        send(4);
        asked[0].answer({ events: events(2, 3) });
        assert.deepEqual(order(client), [1, 2, 3, 4, 'zz:0', 'new']);
    });

    test('until a handler closes the client', async () => {
        const client = await missingBefore(6);
        send(7);
        client.rt.subscribe(EVENT, ({ payload }) => payload === 2 && client.rt.close());
        asked[0].answer({ events: events(2, 4), more: true });
        await settled();
        assert.deepEqual(order(client), [1, 2]);
        assert.equal(asked.length, 1);
    });

    test('or closes it at what was held back', async () => {
        const client = await missingBefore(3);
        send(5);
        client.rt.subscribe(EVENT, ({ payload }) => payload === 3 && client.rt.close());
        asked[0].answer({ events: events(2) });
        assert.deepEqual(order(client), [1, 2, 3]);
    });

    test('or closes it while the bridge closes the channel', async () => {
        const client = await missingBefore(3);
        client.rt.subscribe(GAP, () => client.rt.close());
        server.last.event(HASH, { closed: 'revoked' });
        assert.deepEqual(client.kinds(), [EVENT, GAP]);
    });

    test('or closes it at the gap that remains', async () => {
        const client = await missingBefore(4);
        client.rt.subscribe(GAP, () => client.rt.close());
        asked[0].refuse();
        assert.deepEqual(order(client), [1, 'k3f9:3']);
    });
});
