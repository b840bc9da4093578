import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { RealtimeError } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { event, http, pass, server, settled, started, useScriptedServer } from './Harness.mjs';

useScriptedServer();

/** Connected by a stream. */
async function streaming(answer, options) {
    http.script.stream = (call) => call.begin({ [HASH]: ['k3f9:0', 'k3f9:0', 'none'] });
    http.script.poll = (call) => call.json({ channels: [] });
    return started(answer, { transports: ['stream'], ...options });
}

const replyWith = (reply) => { http.script.send = (call) => call.json(reply); };

describe('sendToServer over HTTP', () => {
    test('resolves with the answer of the component', async () => {
        http.script.send = (call) => call.json({ ok: true, payload: { got: call.body } });
        const { rt } = await streaming();
        assert.deepEqual(await rt.sendToServer('mod_quiz', { choice: 'ü' }), { got: { choice: 'ü' } });
        const [{ component, token, headers, init }] = http.all('send');
        assert.equal(component, 'mod_quiz');
        assert.equal(token, 'token-1');
        assert.equal(init.method, 'POST');
        assert.match(headers['idempotency-key'], /^[A-Za-z0-9_-]{22}$/);
    });

    test('rejects with the error of the component, or with the bridge\'s refusal', async () => {
        replyWith({ ok: false, error: { code: 'callback_failed', message: 'incident 7' } });
        const { rt } = await streaming();
        await assert.rejects(rt.sendToServer('mod_quiz', 1), { code: 'callback_failed', message: 'incident 7' });
        for (const [status, code] of [[403, 'forbidden'], [429, 'limit'], [429, 'busy'], [409, 'request_reused'],
            [404, 'no_callback'], [413, 'payload_too_large'], [401, 'grant_expired']]) {
            http.script.send = (call) => call.problem(status, code);
            await assert.rejects(rt.sendToServer('mod_quiz', 1), (error) =>
                error instanceof RealtimeError && error.code === code && error.message === `${code}: why`);
        }
    });

    test('is sent again with the same id where nothing answered, or something else than the bridge', async () => {
        const { rt } = await streaming();
        const ways = [
            (call) => call.fail(), (call) => call.problem(503, 'log_unavailable'),
            (call) => call.head(502, 'text/html').write('<h1>').end(), (call) => call.head(200).write('<h1>').end(),
            (call) => call.json({ ok: true, payload: 'at last' }),
        ];
        http.script.send = (call) => ways[http.all('send').length - 1](call);
        const answer = rt.sendToServer('mod_quiz', 1, { timeout: 60000 });
        for (let count = 0; count < ways.length; count++) await pass(5000);
        assert.equal(await answer, 'at last');
        assert.equal(new Set(http.all('send').map(({ headers }) => headers['idempotency-key'])).size, 1);
        assert.equal(http.all('send').length, ways.length);
    });

    test('waits as long as Retry-After says', async () => {
        mock.method(Math, 'random', () => 0);
        http.script.send = (call) => call.head(503, 'text/html', { 'retry-after': '3' }).end();
        const { rt } = await streaming();
        const answer = rt.sendToServer('mod_quiz', 1);
        await settled();
        await pass(2999);
        assert.equal(http.all('send').length, 1);
        replyWith({ ok: true, payload: 1 });
        await pass(1);
        assert.equal(await answer, 1);
    });

    test('goes in order to one component, side by side to others', async () => {
        const { rt } = await streaming();
        const answers = [1, 2, 3].map((payload) => rt.sendToServer('mod_quiz', payload));
        answers.push(rt.sendToServer('mod_chat', 4));
        await settled();
        assert.deepEqual(http.all('send').map(({ body }) => body), [1, 4]);
        http.script.send = (call) => call.json({ ok: true, payload: call.body });
        http.all('send').forEach((call) => call.json({ ok: true, payload: call.body }));
        assert.deepEqual(await Promise.all(answers), [1, 2, 3, 4]);
        assert.deepEqual(http.all('send').map(({ body }) => body), [1, 4, 2, 3]);
    });

    test('one that is given up is taken back, and the next goes on', async () => {
        const { rt } = await streaming();
        const controller = new AbortController();
        const { signal } = controller;
        const first = assert.rejects(rt.sendToServer('mod_quiz', 1, { signal }), { name: 'AbortError' });
        const second = assert.rejects(rt.sendToServer('mod_quiz', 2, { timeout: 1000 }), { code: 'timeout' });
        const third = rt.sendToServer('mod_quiz', 3);
        await settled();
        await pass(1000);
        await second;
        http.script.send = (call) => call.json({ ok: true, payload: call.body });
        controller.abort();
        await first;
        assert.equal(await third, 3);
        assert.deepEqual(http.all('send').map(({ body }) => body), [1, 3]);
        assert.ok(http.all('send')[0].isAborted);
    });

    test('is sent with the grant that may, tried from then on first', async () => {
        http.script.send = (call) => (call.token === 'token-b' ? call.json({ ok: true, payload: 1 })
            : call.problem(403, 'forbidden'));
        const { rt } = await streaming();
        await rt.add(grantAnswer({ token: 'token-b', channels: [] }));
        await rt.add(grantAnswer({ token: 'token-c', channels: [] }));
        assert.equal(await rt.sendToServer('mod_quiz', 1), 1);
        const tried = http.all('send').length;
        assert.equal(await rt.sendToServer('mod_quiz', 1), 1);
        assert.equal(http.all('send').length, tried + 1);
    });

    test('malformed replies are failures of the callback', async () => {
        const { rt } = await streaming();
        for (const reply of [{}, [], { ok: 'true' }, { ok: false }, { ok: false, error: null }]) {
            replyWith(reply);
            await assert.rejects(rt.sendToServer('mod_quiz', 1), { code: 'callback_failed' });
        }
    });
});

test('missing events are asked for over HTTP too', async () => {
    const { payloads } = await streaming();
    http.last('stream').event(HASH, event(3));
    await settled();
    assert.deepEqual(http.last('poll').body, { channels: [{ hash: HASH, since: 'k3f9:0' }] });
    http.script.poll = null;
    http.last('stream').event(HASH, event(4));
    await settled();
    assert.deepEqual(payloads(), [3, 4]);
});

describe('publish', () => {
    const granted = () => grantAnswer({ channels: [channel({ rights: ['subscribe', 'publish'] })] });

    test('waits for MQTT, which is tried at once', async () => {
        server.reachable = false;
        const { rt } = await streaming(granted(), { transports: ['websocket', 'stream'] });
        await pass(10000);
        server.reachable = true;
        const before = server.connections.length;
        const taken = rt.publish(HASH, { degrees: 21 });
        await settled();
        assert.equal(server.connections.length, before + 1);
        await taken;
        assert.equal(rt.transport, 'websocket');
        assert.equal(server.last.all('publish')[0].topic, `rt/demo/in/${HASH}`);
    });

    test('rejects as unsupported after its time, or at once where there will be no MQTT', async () => {
        server.reachable = false;
        const { rt } = await streaming(granted(), { transports: ['websocket', 'stream'] });
        const late = assert.rejects(rt.publish(HASH, 1, { timeout: 3000 }), { code: 'unsupported' });
        for (let count = 0; count < 5; count++) rt.publish(HASH, 2).catch(() => {});
        await pass(3000);
        await late;
        assert.ok(server.connections.length <= 3, 'many messages try WebSocket no oftener than few');
        const forced = await streaming(granted());
        await assert.rejects(forced.rt.publish(HASH, 1), { code: 'unsupported' });
    });
});
