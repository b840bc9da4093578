import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, GAP } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import {
    OTHER, event, http, pass, refuse, server, settled, sinceOf, start, started, useScriptedServer,
} from './Harness.mjs';

useScriptedServer();

const ALL = { transports: ['websocket', 'stream', 'poll'] };
const STREAM = { transports: ['stream'] };
const POLL = { transports: ['poll'] };
const placed = (position = 'k3f9:7') => grantAnswer({ channels: [channel({ position })] });

/** Every stream begins where it is asked to, at that head. */
const streams = (head = 'k3f9:7') => {
    http.script.stream = (call) => call.begin(Object.fromEntries(call.channels.map((hash) =>
        [hash, [call.since[hash] || head, call.since[hash] || head, call.since[hash] ? 'complete' : 'none']])));
};

/** Answers a poll for one channel. */
const polled = (call, position, events = [], more = {}) => call.json({
    channels: [{ hash: HASH, position, recovered: 'complete', events, more: false, ...more }],
});

/** The first poll is answered at once, the others wait. */
const polls = (position = 'k3f9:7') => {
    http.script.poll = (call) => call.body.wait === 0 && call.json({
        channels: call.body.channels.map(({ hash, since }) =>
            ({ hash, position: since || position, recovered: since ? 'complete' : 'none', events: [], more: false })),
    });
};

describe('choosing', () => {
    test('WebSocket first; nothing else is tried where it stands', async () => {
        const { rt } = await started(placed(), ALL);
        assert.equal(rt.transport, 'websocket');
        await pass(300000);
        assert.equal(http.calls.length, 0);
    });

    test('none while there is none', async () => {
        const { rt } = start(placed(), ALL);
        assert.equal(rt.transport, null);
        await settled();
        server.last.drop();
        assert.equal(rt.transport, null);
        rt.close();
        assert.equal(rt.transport, null);
    });

    test('closed ahead of CONNACK, the stream is next, then polls', async () => {
        server.reachable = false;
        streams();
        const { rt, told } = await started(placed(), ALL);
        assert.equal(rt.transport, 'stream');
        assert.equal(http.all('poll').length, 0);
        http.script.stream = (call) => call.problem(404, 'not_found');
        polls();
        const second = await started(placed(), ALL);
        assert.equal(second.rt.transport, 'poll');
        assert.deepEqual(told, []);
    });

    test('a WebSocket and a stream without an answer are left after five seconds each', async () => {
        server.script.connect = null;
        polls();
        const { rt } = await started(placed(), ALL);
        await pass(4999);
        assert.equal(http.calls.length, 0);
        await pass(1);
        assert.ok(server.last.socket.closed);
        const [stream] = http.all('stream');
        stream.head(200, 'text/event-stream'); // A proxy that buffers passes the head on.
        await pass(4999);
        assert.equal(http.all('poll').length, 0);
        await pass(1);
        assert.ok(stream.isAborted);
        assert.equal(rt.transport, 'poll');
    });

    test('where nothing answers, the next round begins with WebSocket again, and has more patience', async () => {
        mock.method(Math, 'random', () => 1);
        server.script.connect = null;
        const { rt } = await started(placed(), ALL);
        await pass(5000);
        await pass(5000);
        await pass(20000);
        assert.equal(server.connections.length, 1);
        await pass(500);
        assert.equal(server.connections.length, 2);
        await pass(9999);
        assert.equal(http.all('stream').length, 1);
        await pass(1);
        assert.equal(http.all('stream').length, 2);
        assert.equal(rt.transport, null);
    });

    test('a refusal by a name that every object has is not the bridge\'s: the next is tried', async () => {
        polls();
        http.script.stream = (call) => call.problem(401, 'constructor');
        const { rt } = await started(placed(), { transports: ['stream', 'poll'] });
        assert.equal(rt.transport, 'poll');
    });

    test('a bridge that refuses for the moment is not tried on another way', async () => {
        server.script.connect = refuse(0x89, 'busy: come later');
        await started(placed(), ALL);
        assert.equal(http.calls.length, 0);
        await pass(500);
        assert.equal(server.connections.length, 2);
    });

    test('transports limits and orders', async () => {
        polls();
        const { rt } = await started(placed(), { transports: ['poll', 'websocket'] });
        assert.equal(rt.transport, 'poll');
        assert.equal(server.connections.length, 0);
        assert.throws(() => start(placed(), { transports: ['carrier pigeon'] }), TypeError);
        assert.throws(() => start(placed(), { transports: [] }), TypeError);
    });

    test('an address that no WebSocket takes leaves the others', async () => {
        streams();
        const WebSocket = class { constructor() { throw new SyntaxError('bad address'); } };
        const { rt, told } = start(placed(), { ...ALL, WebSocket });
        await pass(0);
        assert.equal(rt.transport, 'stream');
        await pass(59000);
        assert.deepEqual(told, []);
    });

    test('without fetch and WebSocket it is final', async () => {
        const { of } = start(placed(), { ...ALL, WebSocket: null, fetch: null });
        await pass(0);
        assert.equal(of(DENIED).length, 1);
    });
});

describe('the stream', () => {
    test('is asked for with the grant in a header, and positions in another', async () => {
        streams();
        const channels = [{ position: 'k3f9:7' }, { hash: OTHER }, { hash: 'p', rights: [] }].map(channel);
        await started(grantAnswer({ channels }), STREAM);
        const [{ token, channels: asked, headers, init }] = http.calls;
        assert.equal(token, 'token-1');
        assert.deepEqual(asked, [HASH, OTHER]);
        assert.equal(headers['last-event-id'], `${HASH}@k3f9:7`);
        assert.equal(init.method, 'GET');
        assert.equal(init.credentials, 'omit');
    });

    test('brings events, each once, and the gap that its beginning tells', async () => {
        const { told, payloads } = start(placed(), STREAM);
        await settled();
        http.last('stream').begin({ [HASH]: ['k3f9:20', 'k3f9:30', 'gap'] });
        await settled();
        assert.deepEqual(told.map(({ kind, position }) => [kind, position]), [[GAP, 'k3f9:30']]);
        http.last('stream').event(HASH, event(21)).event(HASH, event(22)).event(HASH, event(22));
        await settled();
        assert.deepEqual(payloads(), [21, 22]);
    });

    test('in pieces of whatever size', async () => {
        const { payloads } = start(placed(), STREAM);
        await settled();
        const call = http.last('stream');
        const text = `: hello\r\nevent: open\r\nid: ${HASH}@k3f9:7\r\ndata: {"channels":[{"hash":"${HASH}",`
            + `\r\ndata: "position":"k3f9:7","recovered":"complete"}]}\r\n\r\n`
            + `id: ${HASH}@k3f9:8\ndata: ${JSON.stringify({ hash: HASH, ...event(8, 'ü€𝄞') })}\n\n`;
        call.head(200, 'text/event-stream');
        for (const byte of new TextEncoder().encode(text)) call.write(Uint8Array.of(byte));
        await settled();
        assert.deepEqual(payloads(), ['ü€𝄞']);
    });

    test('retain: last and a position that only the token has', async () => {
        const { payloads, of } = start(grantAnswer(), STREAM);
        await settled();
        http.last('stream').begin({ [HASH]: ['k3f9:4', 'k3f9:5', 'none'] }).event(HASH, event(5)).event(HASH, event(6));
        await settled();
        assert.deepEqual(payloads(), [5, 6]);
        assert.deepEqual(of(GAP), []);
    });

    test('that ends after it stood is opened again at once, without a word; the next end is a loss', async () => {
        streams();
        const { kinds, payloads } = await started(placed(), STREAM);
        await pass(20000);
        http.last('stream').event(HASH, event(8));
        await settled();
        http.last('stream').end();
        await settled();
        assert.equal(http.all('stream').length, 2);
        assert.equal(http.last('stream').headers['last-event-id'], `${HASH}@k3f9:8`);
        http.last('stream').event(HASH, event(9));
        await settled();
        assert.deepEqual(payloads(), [8, 9]);
        http.last('stream').fail();
        await settled();
        assert.deepEqual(kinds(), [EVENT, EVENT, CONNECTION_LOST]);
        await pass(500);
        assert.deepEqual(kinds(), [EVENT, EVENT, CONNECTION_LOST, CONNECTION_RESTORED]);
    });

    test('that cannot be opened again is lost, once, and restored, once', async () => {
        streams();
        const { kinds } = await started(placed(), STREAM);
        await pass(20000);
        http.reachable = false;
        http.last('stream').fail();
        for (let attempt = 0; attempt < 5; attempt++) await pass(30000);
        http.reachable = true;
        await pass(30000);
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
    });

    test('without a byte for a minute it is given up; comments keep it', async () => {
        streams();
        const { kinds } = await started(placed(), STREAM);
        for (let count = 0; count < 10; count++) {
            await pass(25000);
            http.last('stream').write(':\n\n');
            await settled();
        }
        assert.deepEqual(kinds(), []);
        assert.equal(http.calls.length, 1);
        await pass(75000);
        assert.equal(kinds()[0], CONNECTION_LOST);
        assert.ok(http.calls[0].isAborted);
    });

    test('a channel refused is denied, the others go on', async () => {
        const { of, payloads } = start(grantAnswer({ channels: [channel(), channel({ hash: OTHER })] }), STREAM);
        await settled();
        http.last('stream').begin({
            [HASH]: { code: 'area_disabled', message: 'not this one' }, [OTHER]: ['k3f9:0', 'k3f9:0', 'none'],
        });
        await settled();
        assert.deepEqual(of(DENIED).map(({ code, reason, channel: { hash } }) => [code, reason, hash]),
            [['area_disabled', 0x87, HASH]]);
        http.last('stream').event(OTHER, event(1));
        await settled();
        assert.deepEqual(payloads(), [1]);
    });

    test('a stream of which no channel may be read denies them, and the connection stays', async () => {
        polls();
        http.script.stream = (call) => call.problem(403, 'forbidden');
        const { of, rt } = await started(placed(), STREAM);
        assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]), [['forbidden', HASH]]);
        assert.equal(rt.transport, 'stream');
        assert.deepEqual(http.last('poll').body, { channels: [], wait: 25 });
    });

    test('channels closed one by one are denied; after the last the bridge is asked what holds', async () => {
        const { of, rt } = start(grantAnswer({ channels: [channel(), channel({ hash: OTHER })] }), STREAM);
        await settled();
        const beginning = ['k3f9:0', 'k3f9:0', 'none'];
        const call = http.last('stream').begin({ [HASH]: beginning, [OTHER]: beginning });
        call.message({ hash: HASH, closed: 'revoked' });
        await settled();
        assert.equal(rt.transport, 'stream');
        call.message({ hash: OTHER, closed: 'revoked' });
        await settled();
        assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]),
            [['grant_revoked', HASH], ['grant_revoked', OTHER]]);
        assert.deepEqual(http.last('poll').body, { channels: [], wait: 0 });
        http.last('poll').problem(401, 'grant_revoked');
        await settled();
        assert.deepEqual(of(DENIED)[2], {
            kind: DENIED, channel: null, code: 'grant_revoked', reason: 0x98, reasonString: 'grant_revoked: why',
        });
    });

    test('a line without an end is cut off', async () => {
        const { rt } = start(placed(), STREAM);
        await settled();
        const call = http.last('stream').head(200, 'text/event-stream');
        const piece = new Uint8Array(1024 * 1024).fill(120);
        let count = 0;
        for (; count < 100 && !call.isAborted; count++) {
            call.write(piece);
            await settled();
        }
        assert.ok(count <= 18, `${count} MiB`);
        assert.equal(rt.transport, null);
    });

    test('what is malformed ends nothing but itself', async () => {
        streams();
        const { kinds, payloads } = await started(placed(), STREAM);
        const call = http.last('stream');
        for (const data of ['', '{', 'null', '5', '[]', '{"hash":"x"}', `{"hash":"${HASH}","seq":"8"}`, 'data: 1']) {
            call.write(`id: ,@,@@\nretry: 0\nunknown\ndata: ${data}\n\n`);
        }
        call.write('event: other\ndata: {}\n\n').event(HASH, event(8));
        await settled();
        assert.deepEqual(payloads(), [8]);
        assert.deepEqual(kinds(), [EVENT]);
    });

    test('a beginning that is none, or another type, is no stream', async () => {
        http.script.stream = (call) => call.head(200, 'text/html').write('<h1>Welcome to our hotel</h1>').end();
        polls();
        const { rt } = await started(placed(), { transports: ['stream', 'poll'] });
        assert.equal(rt.transport, 'poll');
        for (const data of ['null', '{"channels":{}}', '{"channels":[null]}']) {
            http.script.stream = (call) =>
                call.head(200, 'text/event-stream').write(`event: open\ndata: ${data}\n\n`);
            const { rt } = await started(placed(), { transports: ['stream', 'poll'] });
            assert.equal(rt.transport, 'poll');
        }
    });
});

describe('polls', () => {
    test('ask at once, then wait, each from the position before', async () => {
        polls();
        const { payloads } = await started(placed(), POLL);
        assert.deepEqual(http.calls.map(({ body }) => body), [
            { channels: [{ hash: HASH, since: 'k3f9:7' }], wait: 0 },
            { channels: [{ hash: HASH, since: 'k3f9:7' }], wait: 25 },
        ]);
        polled(http.last('poll'), 'k3f9:9', [event(8), event(9)]);
        await settled();
        assert.deepEqual(payloads(), [8, 9]);
        assert.deepEqual(http.last('poll').body, { channels: [{ hash: HASH, since: 'k3f9:9' }], wait: 25 });
    });

    test('more is fetched without waiting', async () => {
        polls();
        await started(placed(), POLL);
        polled(http.last('poll'), 'k3f9:8', [event(8)], { more: true });
        await settled();
        assert.equal(http.all('poll')[2].body.wait, 0);
    });

    test('a gap is told, first and later', async () => {
        const { told } = start(placed(), POLL);
        await settled();
        polled(http.last('poll'), 'k3f9:21', [event(20), event(21)], { recovered: 'gap' });
        await settled();
        polled(http.last('poll'), 'k3f9:41', [event(41)], { recovered: 'gap' });
        await settled();
        polled(http.last('poll'), 'next:1', [event(1, 1, { epoch: 'next' })], { recovered: 'gap' });
        await settled();
        assert.deepEqual(told.map(({ kind, position }) => [kind, position]), [
            [GAP, 'k3f9:21'], [EVENT, 'k3f9:20'], [EVENT, 'k3f9:21'],
            [GAP, 'k3f9:41'], [EVENT, 'k3f9:41'], [GAP, 'next:1'], [EVENT, 'next:1'],
        ]);
    });

    test('without a position of its own the page begins where the first answer says', async () => {
        polls('k3f9:4');
        const { payloads, of } = await started(grantAnswer(), POLL);
        assert.equal(http.last('poll').body.channels[0].since, 'k3f9:4');
        polled(http.last('poll'), 'k3f9:5', [event(5)]);
        await settled();
        assert.deepEqual(payloads(), [5]);
        assert.deepEqual(of(GAP), []);
    });

    test('one that is cut is made again, once, without a word', async () => {
        polls();
        const { kinds } = await started(placed(), POLL);
        await pass(20000);
        http.last('poll').head(504, 'text/html').end();
        await settled();
        assert.equal(http.all('poll').length, 4);
        assert.deepEqual(kinds(), []);
        http.last('poll').fail();
        await settled();
        assert.deepEqual(kinds(), [CONNECTION_LOST]);
    });

    test('one without an answer is given up ten seconds after its time', async () => {
        polls();
        await started(placed(), POLL);
        await pass(34999);
        assert.ok(!http.last('poll').isAborted);
        await pass(1);
        assert.ok(http.all('poll')[1].isAborted);
        assert.equal(http.all('poll').length, 4);
    });

    test('a bridge that does not wait is not asked at once again', async () => {
        polls();
        await started(placed(), POLL);
        for (let count = 0; count < 5; count++) {
            const before = http.calls.length;
            polled(http.last('poll'), 'k3f9:7');
            await settled();
            assert.equal(http.calls.length, before);
            await pass(1000);
            assert.equal(http.calls.length, before + 1);
        }
    });

    test('a channel that is refused is not asked for again', async () => {
        const { of } = start(grantAnswer({ channels: [channel(), channel({ hash: OTHER })] }), POLL);
        await settled();
        http.last('poll').json({ channels: [
            { hash: HASH, error: { code: 'forbidden', message: 'not this one' } },
            { hash: OTHER, position: 'k3f9:0', recovered: 'none', events: [], more: false },
        ] });
        await settled();
        assert.equal(of(DENIED)[0].channel.hash, HASH);
        assert.deepEqual(http.last('poll').body.channels.map(({ hash }) => hash), [OTHER]);
    });

    test('malformed answers and endless ones are failures', async () => {
        const { rt, told } = start(placed(), POLL);
        for (const text of ['', '[]', '{', '{"channels":null}', '{"channels":[7]}', '{"channels":[{"hash":"x"}]}']) {
            await settled();
            http.last('poll').head().write(text).end();
            await pass(30000);
        }
        const call = http.last('poll').head();
        const piece = new Uint8Array(1024 * 1024).fill(120);
        let count = 0;
        for (; count < 100 && !call.isAborted; count++) {
            call.write(piece);
            await settled();
        }
        assert.ok(count <= 18, `${count} MiB`);
        assert.equal(rt.transport, null);
        assert.deepEqual(told, []);
    });
});

describe('going back', () => {
    /** On a stream, while there is no WebSocket. */
    async function fallen() {
        server.reachable = false;
        streams();
        const client = await started(placed(), ALL);
        assert.equal(client.rt.transport, 'stream');
        return client;
    }

    test('WebSocket is tried after 30 seconds, then ever more seldom, up to five minutes', async () => {
        mock.method(Math, 'random', () => 0);
        await fallen();
        for (const seconds of [30, 60, 120, 240, 300, 300]) {
            const before = server.connections.length;
            for (let left = seconds * 1000 - 1; left > 0; left -= 20000) {
                http.last('stream').write(':\n\n');
                await pass(Math.min(left, 20000));
            }
            assert.equal(server.connections.length, before);
            await pass(1);
            assert.equal(server.connections.length, before + 1);
        }
    });

    test('it takes over without a word, from the position, and the stream is closed', async () => {
        const { rt, kinds, payloads } = await fallen();
        http.last('stream').event(HASH, event(8));
        server.reachable = true;
        await pass(30000);
        assert.equal(rt.transport, 'websocket');
        assert.deepEqual(sinceOf(server.last.all('subscribe')[0]), [`${HASH} k3f9:8`]);
        assert.ok(http.all('stream').every(({ isAborted }) => isAborted));
        server.last.event(HASH, event(8));
        server.last.event(HASH, event(9));
        assert.deepEqual(payloads(), [8, 9]);
        assert.deepEqual(kinds(), [EVENT, EVENT]);
    });

    test('soon, where WebSocket has stood before', async () => {
        streams();
        const { rt, kinds } = await started(placed(), ALL);
        server.reachable = false;
        server.last.drop();
        await pass(500);
        assert.equal(rt.transport, 'stream');
        server.reachable = true;
        await pass(2000);
        assert.equal(rt.transport, 'websocket');
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
    });

    test('from polls to the stream, where there is no WebSocket', async () => {
        mock.method(Math, 'random', () => 0);
        server.reachable = false;
        polls();
        http.script.stream = (call) => call.problem(503, 'log_unavailable');
        const { rt, kinds, payloads } = await started(placed(), ALL);
        assert.equal(rt.transport, 'poll');
        http.script.stream = null;
        await pass(30000);
        const stream = http.last('stream');
        assert.equal(stream.headers['last-event-id'], `${HASH}@k3f9:7`);
        // The poll goes on meanwhile: what it brings is not brought again.
        polled(http.last('poll'), 'k3f9:9', [event(8), event(9)]);
        await settled();
        stream.begin({ [HASH]: ['k3f9:7', 'k3f9:8', 'complete'] });
        await settled();
        assert.equal(rt.transport, 'stream');
        stream.event(HASH, event(8)).event(HASH, event(9)).event(HASH, event(10));
        await settled();
        assert.deepEqual(payloads(), [8, 9, 10]);
        assert.deepEqual(kinds(), [EVENT, EVENT, EVENT]);
        assert.ok(http.all('poll').every(({ isOver }) => isOver));
    });

    test('messages that wait keep their ids', async () => {
        const { rt } = await fallen();
        const answer = rt.sendToServer('mod_quiz', { a: 1 }, { timeout: 60000 });
        await settled();
        const [sent] = http.all('send');
        server.components.mod_quiz = () => ({ ok: true, payload: 'once' });
        server.reachable = true;
        await pass(30000);
        assert.equal(await answer, 'once');
        const [again] = server.last.all('publish');
        assert.equal(again.topic.split('/').pop(), sent.headers['idempotency-key']);
        assert.ok(sent.isAborted);
    });

    test('a better one that refuses or breaks while it begins changes nothing, or is one outage', async () => {
        mock.method(Math, 'random', () => 0);
        const { rt, kinds } = await fallen();
        server.reachable = true;
        server.script.connect = refuse(0x87, 'grant_expired: no');
        await pass(30000);
        assert.equal(rt.transport, 'stream');
        assert.deepEqual(kinds(), []);
        server.script.connect = (packet, connection) =>
            connection.push({ cmd: 'connack', reasonCode: 0, sessionPresent: false });
        server.script.subscribe = (packet, connection) => connection.drop();
        for (let count = 0; count < 3; count++) {
            http.last('stream').write(':\n\n');
            await pass(20000);
        }
        await pass(0);
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
        assert.equal(rt.transport, 'stream');
    });

    test('a fall-back that is lost while a better one is tried begins a round', async () => {
        mock.method(Math, 'random', () => 0);
        const { rt, kinds } = await fallen();
        server.reachable = true;
        server.script.connect = null;
        await pass(30000);
        const candidate = server.last;
        assert.ok(!candidate.socket.closed);
        http.reachable = false;
        http.last('stream').fail();
        await settled();
        assert.ok(candidate.socket.closed);
        assert.deepEqual(kinds(), [CONNECTION_LOST]);
        http.reachable = true;
        await pass(0);
        assert.equal(rt.transport, 'stream');
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
    });
});
