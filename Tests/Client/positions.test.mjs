import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONNECTION_LOST, CONNECTION_RESTORED, EVENT, GAP } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { OTHER, event, pass, recover, server, sinceOf, started, topicsOf, useScriptedServer } from './Harness.mjs';

useScriptedServer();

const at = (position, more = {}) => grantAnswer({ channels: [channel({ position })], ...more });
const send = (...sequences) => sequences.forEach((seq) => server.last.event(HASH, event(seq)));
const gapUpTo = (seq, epoch = 'k3f9') => server.last.event(HASH, { seq, epoch, time: 0, gap: true });

/** Loses the connection and waits for the next; what `since` it asks for. */
async function reconnect() {
    server.last.drop();
    await pass(30000);
    return sinceOf(server.last.all('subscribe')[0]);
}

describe('since', () => {
    test('every channel that has a position asks from it, in one SUBSCRIBE', async () => {
        const channels = [
            channel({ position: 'k3f9:7' }), channel({ hash: OTHER, position: 'zz:0' }), channel({ hash: 'new' }),
            channel({ hash: 'broken', position: 'k3f9' }),
        ];
        await started(grantAnswer({ channels }));
        const [packet, ...others] = server.last.all('subscribe');
        assert.equal(others.length, 0);
        assert.equal(topicsOf(packet).length, 5);
        assert.deepEqual(sinceOf(packet), [`${HASH} k3f9:7`, `${OTHER} zz:0`]);
    });

    test('goes on behind the last event of each channel after a reconnect', async () => {
        const channels = [channel({ position: 'k3f9:7' }), channel({ hash: OTHER, position: 'k3f9:2' })];
        const { payloads, kinds } = await started(grantAnswer({ channels }));
        send(8, 9);
        assert.deepEqual(await reconnect(), [`${HASH} k3f9:9`, `${OTHER} k3f9:2`]);
        recover({ [HASH]: ['k3f9:11', 'complete'], [OTHER]: ['k3f9:3', 'complete'] });
        assert.deepEqual(await reconnect(), [`${HASH} k3f9:9`, `${OTHER} k3f9:2`]);
        send(8, 9, 10, 11, 12);
        server.last.event(OTHER, event(3, 'other'));
        assert.deepEqual(payloads(), [8, 9, 10, 11, 12, 'other']);
        assert.ok(!kinds().includes(GAP));
    });

    test('alone in its SUBSCRIBE, a channel asks and is answered without its hash', async () => {
        const { rt, of } = await started();
        recover({ [OTHER]: ['zz:9', 'gap'] });
        await rt.add(grantAnswer({ token: 'b', channels: [channel({ hash: OTHER, position: 'k3f9:4' })] }));
        assert.deepEqual(sinceOf(server.last.all('subscribe')[1]), ['k3f9:4']);
        assert.deepEqual(of(GAP).map(({ hash, position }) => [hash, position]), [[OTHER, 'zz:9']]);
    });

    test('several channels added at once ask each with its hash', async () => {
        const { rt } = await started();
        const channels = [channel({ hash: OTHER, position: 'k3f9:4' }), channel({ hash: 'third', position: 'k3f9:0' })];
        await rt.add(grantAnswer({ token: 'b', channels }));
        assert.deepEqual(sinceOf(server.last.all('subscribe')[1]), [`${OTHER} k3f9:4`, 'third k3f9:0']);
    });

    test('SUBACK gives the position that was missing; the retained last event still comes, once', async () => {
        recover({ [HASH]: ['k3f9:40', 'none'] });
        const { payloads, of } = await started();
        send(40, 40, 41);
        assert.deepEqual(payloads(), [40, 41]);
        assert.equal(of(GAP).length, 0);
        assert.deepEqual(await reconnect(), [`${HASH} k3f9:41`]);
    });

    test('begun at a position that only the token has, the first event tells where', async () => {
        recover({ [HASH]: ['k3f9:40', 'complete'] });
        const { payloads, of } = await started();
        assert.equal(await reconnect(), undefined);
        send(38, 39, 40, 41);
        assert.deepEqual(payloads(), [38, 39, 40, 41]);
        assert.equal(of(GAP).length, 0);
    });

    test('what SUBACK says of a position or of no channel of ours counts only in the right form', async () => {
        recover({ [HASH]: ['k3f9', 'gap'], [OTHER]: ['k3f9:1 k3f9:2', 'gap'] });
        const { payloads, of } = await started(grantAnswer({
            channels: [channel({ position: 'k3f9:1' }), channel({ hash: OTHER, position: 'k3f9:1' })],
        }));
        send(2);
        assert.deepEqual(payloads(), [2]);
        assert.equal(of(GAP).length, 0);
    });

    test('what comes before SUBACK does not count', async () => {
        server.script.subscribe = null;
        const { payloads } = await started(at('k3f9:1'));
        send(2);
        server.last.event(HASH, { closed: 'revoked' });
        const { messageId } = server.last.all('subscribe')[0];
        server.last.push({ cmd: 'suback', messageId, granted: [0, 0] });
        send(2, 3);
        assert.deepEqual(payloads(), [2, 3]);
    });
});

describe('a gap', () => {
    test('told by SUBACK is told once, and what is retained follows whatever its number', async () => {
        recover({ [HASH]: ['k3f9:40', 'gap'] });
        const { kinds, of, payloads } = await started(at('k3f9:30'));
        send(38, 38, 39, 40, 41);
        assert.deepEqual(kinds(), [GAP, EVENT, EVENT, EVENT, EVENT]);
        const { kind, ...told } = of(GAP)[0];
        assert.deepEqual(told, {
            component: 'mod_quiz', area: 'game', itemid: 0, contextid: 15, channeldetails: '', hash: HASH,
            position: 'k3f9:40',
        });
        assert.equal(kind, GAP);
        assert.deepEqual(payloads(), [38, 39, 40, 41]);
    });

    test('and so is one where the position lies beyond the head', async () => {
        recover({ [HASH]: ['k3f9:40', 'gap'] });
        const { of, payloads } = await started(at('k3f9:50'));
        send(39, 40, 40, 41);
        assert.deepEqual(of(GAP).map(({ position }) => position), ['k3f9:40']);
        assert.deepEqual(payloads(), [39, 40, 41]);
    });

    test('is told once where the connection breaks before anything that is retained came', async () => {
        recover({ [HASH]: ['k3f9:40', 'gap'] });
        const { of, payloads } = await started(at('k3f9:30'));
        assert.deepEqual(await reconnect(), [`${HASH} k3f9:30`]);
        assert.deepEqual(of(GAP).map(({ position }) => position), ['k3f9:40']);
        recover({ [HASH]: ['k3f9:40', 'complete'] });
        assert.deepEqual(await reconnect(), [`${HASH} k3f9:30`]);
        gapUpTo(36);
        gapUpTo(37);
        send(38, 39);
        assert.deepEqual(payloads(), [38, 39]);
        assert.deepEqual(of(GAP).map(({ position }) => position), ['k3f9:40']);
    });

    test('is told again where more may be gone than was told', async () => {
        recover({ [HASH]: ['k3f9:40', 'gap'] });
        const { of } = await started(at('k3f9:30'));
        recover({ [HASH]: ['k3f9:45', 'gap'] });
        await reconnect();
        assert.deepEqual(of(GAP).map(({ position }) => position), ['k3f9:40', 'k3f9:45']);
        send(45);
        await reconnect();
        assert.equal(of(GAP).length, 3);
    });

    test('told on the topic is one for a page that has seen nothing yet', async () => {
        const { kinds, of } = await started();
        gapUpTo(8);
        send(9);
        assert.deepEqual(kinds(), [GAP, EVENT]);
        assert.equal(of(GAP)[0].position, 'k3f9:8');
    });

    test('is none where nothing was expected', async () => {
        recover({ [HASH]: ['k3f9:40', 'gap'] });
        const { kinds } = await started();
        send(38, 39);
        assert.deepEqual(kinds(), [EVENT, EVENT]);
    });

    test('told on the topic moves the position, once, and not back', async () => {
        const { kinds, of } = await started(at('k3f9:0'));
        send(1);
        gapUpTo(8);
        gapUpTo(8);
        gapUpTo(5);
        send(9);
        assert.deepEqual(kinds(), [EVENT, GAP, EVENT]);
        assert.equal(of(GAP)[0].position, 'k3f9:8');
        gapUpTo(12);
        assert.deepEqual(await reconnect(), [`${HASH} k3f9:12`]);
    });

    test('told within a handler that closes the client is the last thing told', async () => {
        const { rt, kinds } = await started(at('k3f9:1'));
        rt.subscribe(GAP, () => rt.close());
        server.last.event(HASH, { ...event(3), epoch: 'zz' });
        assert.deepEqual(kinds(), [GAP]);
    });
});

describe('another epoch', () => {
    test('in an event is a gap, and goes on from there', async () => {
        const { told, payloads, of } = await started(at('k3f9:8'));
        send(9);
        server.last.event(HASH, { ...event(1, 'new'), epoch: 'zz' });
        server.last.event(HASH, { ...event(2, 'newer'), epoch: 'zz' });
        assert.deepEqual(told.map(({ kind, position }) => [kind, position]), [
            [EVENT, 'k3f9:9'], [GAP, 'zz:0'], [EVENT, 'zz:1'], [EVENT, 'zz:2'],
        ]);
        send(8, 9);
        assert.deepEqual(payloads(), [9, 'new', 'newer']);
        assert.equal(of(GAP).length, 1);
    });

    test('in a told gap is one gap', async () => {
        const { of, payloads } = await started(at('k3f9:8'));
        gapUpTo(3, 'zz');
        server.last.event(HASH, { ...event(4), epoch: 'zz' });
        assert.deepEqual(of(GAP).map(({ position }) => position), ['zz:3']);
        assert.deepEqual(payloads(), [4]);
    });

    for (const recovered of ['gap', 'complete', 'none']) {
        test(`in a SUBACK that says ${recovered} is one gap, told once`, async () => {
            const { of, payloads } = await started(at('k3f9:8'));
            recover({ [HASH]: ['zz:3', recovered] });
            assert.deepEqual(await reconnect(), [`${HASH} k3f9:8`]);
            assert.deepEqual(of(GAP).map(({ position }) => position), ['zz:3']);
            assert.deepEqual(await reconnect(), [`${HASH} zz:0`]);
            [1, 2, 3, 4].forEach((seq) => server.last.event(HASH, { ...event(seq), epoch: 'zz' }));
            assert.deepEqual(payloads(), [1, 2, 3, 4]);
            assert.equal(of(GAP).length, 1);
        });
    }
});

describe('a renewed grant', () => {
    const renewed = (position) => ({
        renew: async (held) => ({
            ...held, token: 'token-2', ttl: 0,
            channels: [channel({ position }), channel({ hash: OTHER, position: 'k3f9:70' })],
        }),
    });

    for (const position of ['k3f9:1', 'k3f9:99', 'zz:99', undefined]) {
        test(`moves no position that the client has, to ${position}; of new channels it gives it`, async () => {
            const { kinds, payloads } = await started(at('k3f9:4', { ttl: 100 }), renewed(position));
            send(5);
            await pass(90000);
            assert.deepEqual(sinceOf(server.last.all('subscribe')[1]), ['k3f9:70']);
            send(5, 6);
            assert.deepEqual(payloads(), [5, 6]);
            assert.deepEqual(await reconnect(), [`${HASH} k3f9:6`, `${OTHER} k3f9:70`]);
            assert.deepEqual(kinds(), [EVENT, EVENT, CONNECTION_LOST, CONNECTION_RESTORED]);
        });
    }

    test('gives the position to a channel that had none, where it renews the connection', async () => {
        recover({});
        await started(grantAnswer(), renewed('k3f9:60'));
        server.last.push({ cmd: 'disconnect', reasonCode: 0xa0 });
        await pass(0);
        assert.deepEqual(sinceOf(server.last.all('subscribe')[0]), [`${HASH} k3f9:60`, `${OTHER} k3f9:70`]);
    });

    test('reopens a channel that had run out where it stood', async () => {
        const { payloads } = await started(at('k3f9:4', { ttl: 100 }), renewed('k3f9:9'));
        send(5);
        server.last.event(HASH, { closed: 'expired' });
        send(6);
        await pass(90000);
        assert.deepEqual(sinceOf(server.last.all('subscribe')[1]), [`${HASH} k3f9:5`, `${OTHER} k3f9:70`]);
        send(6);
        assert.deepEqual(payloads(), [5, 6]);
    });
});
