import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { CONNECTION_LOST, CONNECTION_RESTORED, EVENT, connect } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';

/** A bridge of its own on loopback, with Node's own fetch and clock: `calls` hold the responses that are open. */
async function serve(answer) {
    const calls = [];
    const server = createServer(async (request, response) => {
        let body = '';
        for await (const piece of request) body += piece;
        const { pathname } = new URL(request.url, 'http://localhost');
        const call = { path: pathname, headers: request.headers, body: body && JSON.parse(body), response };
        calls.push(call);
        answer(call);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { calls, server, http: `http://127.0.0.1:${server.address().port}` };
}

/** Waits until something is so; the test's own time-out bounds it. */
async function until(condition) {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const place = (seq) => `${HASH}@k3f9:${seq}`;
const sse = (seq, body, type = '') => `${type}id: ${place(seq)}\ndata: ${JSON.stringify(body)}\n\n`;
const message = (seq) => sse(seq, { hash: HASH, seq, epoch: 'k3f9', time: 0, payload: `é${seq}` });

/** As the bridge answers, over a log that the test appends to. */
function bridge(log) {
    return ({ path, headers, body, response }) => {
        const position = () => `k3f9:${log.length}`;
        if (path === '/v1/stream') {
            const from = Number((headers['last-event-id'] || place(0)).split(':')[1]);
            response.writeHead(200, { 'content-type': 'text/event-stream' });
            const channels = [{ hash: HASH, position: position(), recovered: 'complete' }];
            response.write(sse(from, { channels }, 'event: open\n'));
            for (let seq = from + 1; seq <= log.length; seq++) response.write(message(seq));
            return;
        }
        response.setHeader('content-type', 'application/json');
        if (path === '/v1/poll') {
            const [{ since }] = body.channels;
            const answer = () => {
                const events = log.slice(Number(since.split(':')[1]));
                response.end(JSON.stringify({
                    channels: [{ hash: HASH, position: position(), recovered: 'complete', events, more: false }],
                }));
            };
            if (!body.wait) return answer();
            log.waiting = answer;
            return;
        }
        response.end(JSON.stringify({ ok: true, payload: [body, headers['idempotency-key'].length] }));
    };
}

for (const kind of ['stream', 'poll']) {
    test(`over a network, by ${kind}`, { timeout: 20000 }, async (context) => {
        const log = [];
        const { calls, server, http } = await serve(bridge(log));
        const answer = grantAnswer({ channels: [channel({ position: 'k3f9:0' })] });
        const rt = connect({ ...answer, urls: { ...answer.urls, http } }, { transports: [kind] });
        context.after(() => {
            rt.close();
            server.close();
            server.closeAllConnections();
        });
        const payloads = [];
        const kinds = [];
        rt.subscribe(EVENT, ({ payload }) => payloads.push(payload));
        for (const told of [CONNECTION_LOST, CONNECTION_RESTORED]) rt.subscribe(told, () => kinds.push(told));
        const append = (count) => {
            for (; count > 0; count--) {
                const seq = log.length + 1;
                log.push({ seq, epoch: 'k3f9', time: 0, payload: `é${seq}` });
                for (const { path, response } of calls) if (path === '/v1/stream') response.write(message(seq));
            }
            const { waiting } = log;
            log.waiting = null;
            if (waiting) waiting();
        };
        const stands = () => rt.transport === kind && (kind === 'stream' || log.waiting);
        await until(stands);
        assert.deepEqual(await rt.sendToServer('mod_quiz', { a: 1 }), [{ a: 1 }, 22]);
        append(3);
        await until(() => payloads.length === 3 && stands());
        calls.forEach(({ response }) => response.destroy());
        append(3);
        await until(() => payloads.length === 6 && stands());
        assert.deepEqual(payloads, ['é1', 'é2', 'é3', 'é4', 'é5', 'é6']);
        assert.deepEqual(kinds, [CONNECTION_LOST, CONNECTION_RESTORED]);
        const ends = calls.filter(({ response }) => !response.writableEnded && !response.destroyed)
            .map(({ response }) => once(response, 'close'));
        assert.ok(ends.length > 0);
        rt.close();
        await Promise.all(ends);
    });
}
