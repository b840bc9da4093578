import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { CONNECTION_LOST, CONNECTION_RESTORED, EVENT } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { event, http, pass, server, settled, sleep, start, started, useScriptedServer } from './Harness.mjs';

useScriptedServer();

const placed = () => grantAnswer({ channels: [channel({ position: 'k3f9:0' })] });
const STREAM = { transports: ['stream'] };
const POLL = { transports: ['poll'] };
const ALL = { transports: ['websocket', 'stream', 'poll'] };

/** Gives the global scope what a page's has, and how many listen. */
let page;

beforeEach(() => {
    const listeners = new Map();
    const scope = (target, name) => ({
        addEventListener: (type, listener) => {
            listeners.set(`${name} ${type}`, (listeners.get(`${name} ${type}`) || 0) + 1);
            target.addEventListener(type, listener);
        },
        removeEventListener: (type, listener) => {
            listeners.set(`${name} ${type}`, listeners.get(`${name} ${type}`) - 1);
            target.removeEventListener(type, listener);
        },
    });
    const [window, document] = [new EventTarget(), new EventTarget()];
    Object.assign(globalThis, scope(window, 'window'));
    globalThis.document = { ...scope(document, 'document'), visibilityState: 'visible' };
    Object.defineProperty(globalThis, 'navigator', { value: { onLine: true }, configurable: true });
    page = {
        listeners,
        window: (type) => window.dispatchEvent(new Event(type)),
        document: (type) => document.dispatchEvent(new Event(type)),
    };
    http.script.stream = (call) => call.begin(Object.fromEntries(call.channels.map((hash) =>
        [hash, [call.since[hash] || 'k3f9:0', call.since[hash] || 'k3f9:0', 'complete']])));
    http.script.poll = (call) => call.body.wait === 0 && call.json({ channels: call.body.channels.map(
        ({ hash, since }) => ({ hash, position: since, recovered: 'complete', events: [], more: false })) });
});

afterEach(() => {
    for (const name of ['addEventListener', 'removeEventListener', 'document', 'navigator', 'origin']) {
        delete globalThis[name];
    }
});

describe('a page that slept', () => {
    test('finds its MQTT connection alive, though the timers fire late', async () => {
        const { kinds } = await started(placed());
        server.script.pingreq = null;
        await pass(30000);
        assert.equal(server.last.all('pingreq').length, 1);
        await sleep(3600000);
        assert.deepEqual(kinds(), [], 'what came meanwhile has not been read yet');
        server.last.push({ cmd: 'pingresp' });
        await pass(9000);
        assert.deepEqual(kinds(), []);
    });

    test('finds it dead within fifteen seconds', async () => {
        const { kinds } = await started(placed());
        server.script.pingreq = null;
        await sleep(3600000);
        await pass(15000);
        assert.equal(kinds()[0], CONNECTION_LOST);
    });

    test('opens its stream again from the position, without a word', async () => {
        const { told, payloads } = await started(placed(), STREAM);
        http.last('stream').event(HASH, event(1));
        await settled();
        await sleep(3600000);
        assert.equal(http.all('stream').length, 2);
        assert.equal(http.last('stream').headers['last-event-id'], `${HASH}@k3f9:1`);
        assert.ok(http.all('stream')[0].isAborted);
        http.last('stream').event(HASH, event(2));
        await settled();
        assert.deepEqual(payloads(), [1, 2]);
        assert.ok(told.every(({ kind }) => kind === EVENT));
    });

    test('is told of the outage where the stream cannot be opened', async () => {
        const { kinds } = await started(placed(), STREAM);
        http.reachable = false;
        await sleep(3600000);
        assert.deepEqual(kinds(), [CONNECTION_LOST]);
        http.reachable = true;
        await pass(30000);
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
    });

    test('renews what is due, though no timer has counted the sleep', async () => {
        const renew = mock.fn(async (held) => ({ ...held, token: 'token-2' }));
        const answer = { ...placed(), ttl: 3600 };
        await started(answer, { ...STREAM, renew });
        // The clock goes on, the timers did not: as where a machine sleeps.
        const now = Date.now();
        const clock = mock.method(Date, 'now', () => now + 3200000);
        page.document('resume');
        await pass(1000);
        clock.mock.restore();
        assert.equal(renew.mock.callCount(), 1);
    });
});

describe('a page that is woken', () => {
    for (const [target, name] of [['window', 'pageshow'], ['document', 'visibilitychange'], ['document', 'resume'],
        ['window', 'online']]) {
        test(`${name}: a stream or poll is opened again, unless it was heard just now`, async () => {
            for (const [kind, count] of [['stream', 1], ['poll', 2]]) {
                const { kinds } = await started(placed(), { transports: [kind] });
                assert.equal(http.all(kind).length, count);
                await pass(4000);
                page[target](name);
                await settled();
                assert.equal(http.all(kind).length, count);
                await pass(4000);
                page[target](name);
                await settled();
                assert.equal(http.all(kind).length, 2 * count);
                assert.deepEqual(kinds(), []);
            }
        });
    }

    test('what came before it slept is no sign of life: a stream or poll that stays silent is opened again', async () => {
        for (const [kind, count] of [['stream', 1], ['poll', 2]]) {
            const { kinds } = await started(placed(), { transports: [kind] });
            await pass(4000);
            page.document('resume');
            await pass(1000);
            assert.equal(http.all(kind).length, 2 * count);
            assert.deepEqual(kinds(), []);
        }
    });

    test('a stream that is heard again goes on', async () => {
        const { payloads } = await started(placed(), STREAM);
        await pass(4000);
        page.document('resume');
        await pass(500);
        http.last('stream').event(HASH, event(1));
        await settled();
        await pass(10000);
        assert.equal(http.all('stream').length, 1);
        assert.deepEqual(payloads(), [1]);
    });

    test('tries WebSocket again at once while it has fallen back, though not all the time', async () => {
        server.reachable = false;
        const { rt } = await started(placed(), ALL);
        await pass(10000);
        const before = server.connections.length;
        page.document('visibilitychange');
        await settled();
        assert.equal(server.connections.length, before + 1);
        page.document('visibilitychange');
        await settled();
        assert.equal(server.connections.length, before + 1);
        await pass(24000);
        assert.equal(server.connections.length, before + 2);
        server.reachable = true;
        page.window('online');
        await settled();
        assert.equal(rt.transport, 'websocket');
    });
});

describe('a page without a network', () => {
    test('an offline stream that breaks is told at once', async () => {
        const { kinds } = await started(placed(), STREAM);
        await pass(10000);
        http.reachable = false;
        page.window('offline');
        await settled();
        assert.deepEqual(kinds(), [CONNECTION_LOST]);
    });

    test('offline, MQTT that does not answer is told after ten seconds; one on this machine stays', async () => {
        const { kinds } = await started(placed());
        page.window('offline');
        await pass(10000);
        assert.deepEqual(kinds(), []);
        server.script.pingreq = null;
        page.window('offline');
        await pass(10000);
        assert.deepEqual(kinds(), [CONNECTION_LOST]);
    });

    test('offline, tries are seldom and cost no patience; online, it is tried at once', async () => {
        mock.method(Math, 'random', () => 1);
        const { kinds } = await started(placed());
        server.reachable = false;
        navigator.onLine = false;
        server.last.drop();
        await pass(300000);
        const before = server.connections.length;
        assert.ok(before >= 9 && before <= 11, `${before}`);
        navigator.onLine = true;
        server.reachable = true;
        page.window('online');
        await settled();
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
        server.last.drop();
        await pass(500);
        assert.equal(server.connections.length, before + 2);
    });
});

describe('close', () => {
    for (const options of [STREAM, POLL, ALL]) {
        test(`leaves nothing behind: ${options.transports}`, async () => {
            server.reachable = false;
            const renew = async (held) => held;
            const { rt, told } = await started({ ...placed(), ttl: 1000 }, { ...options, renew });
            http.script.poll = null;
            const waiting = [
                rt.sendToServer('mod_quiz', 1), rt.sendToServer('mod_quiz', 2),
                rt.add(grantAnswer({ token: 'b', channels: [] })),
            ];
            await settled();
            rt.close();
            for (const { reason } of await Promise.allSettled(waiting)) assert.equal(reason.code, 'closed');
            await settled();
            assert.deepEqual(http.open, []);
            assert.ok([...page.listeners.values()].every((count) => count === 0), 'listeners are left');
            const set = mock.method(globalThis, 'setTimeout');
            const before = http.calls.length + server.connections.length;
            await pass(3600000);
            page.window('online');
            assert.equal(set.mock.callCount(), 0);
            assert.equal(http.calls.length + server.connections.length, before);
            assert.deepEqual(told, []);
            assert.equal(rt.transport, null);
        });
    }

    test('while a better transport is tried, and within a handler of the stream', async () => {
        server.script.connect = null;
        const { rt } = await started(placed(), ALL);
        await pass(5000);
        assert.equal(rt.transport, 'stream');
        page.window('online');
        await settled();
        rt.close();
        assert.ok(server.connections.every(({ socket }) => socket.closed));
        const second = await started(placed(), STREAM);
        second.rt.subscribe(EVENT, () => second.rt.close());
        http.last('stream').event(HASH, event(1)).event(HASH, event(2));
        await settled();
        assert.deepEqual(second.payloads(), [1]);
        assert.deepEqual(http.open, []);
    });
});

describe('the hint', () => {
    const warn = () => mock.method(console, 'warn', () => {});

    test('is given once, where nothing is reached from a page of another origin', async () => {
        globalThis.origin = 'https://www.example.org';
        const warned = warn();
        server.reachable = http.reachable = false;
        start(placed(), ALL);
        for (let round = 0; round < 5; round++) await pass(30000);
        assert.equal(warned.mock.callCount(), 1);
        const [text] = warned.mock.calls[0].arguments;
        for (const part of ['http://bridge.test', 'https://www.example.org', '"origins"']) {
            assert.ok(text.includes(part), text);
        }
    });

    test('is not given on the bridge\'s own pages, without a page, or where something answers', async () => {
        const warned = warn();
        server.reachable = http.reachable = false;
        const first = start(placed(), ALL);
        await pass(30000);
        first.rt.close();
        globalThis.origin = 'http://bridge.test';
        const second = start(placed(), ALL);
        await pass(30000);
        second.rt.close();
        const third = start({ ...placed(), urls: { websocket: 'ws://bridge.test/mqtt' } }, ALL);
        await pass(30000);
        third.rt.close();
        globalThis.origin = 'https://www.example.org';
        http.reachable = true;
        http.script.stream = http.script.poll = (call) => call.head(502, 'text/html').end();
        start(placed(), ALL);
        await pass(30000);
        assert.equal(warned.mock.callCount(), 0);
    });
});
