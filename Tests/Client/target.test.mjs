import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { CONNECTION_LOST, DENIED, EVENT, GAP } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH } from './ScriptedServer.mjs';
import { event, server, started, useScriptedServer } from './Harness.mjs';
import { entry } from './bundle.mjs';

useScriptedServer();

test('what is told is dispatched to listeners, with its detail', async () => {
    const { rt } = await started();
    assert.ok(rt instanceof EventTarget);
    const seen = [];
    const listener = (found) => seen.push([found.type, found.detail, found.target === rt]);
    for (const kind of [EVENT, CONNECTION_LOST, GAP, DENIED]) rt.addEventListener(kind, listener);
    server.last.event(HASH, event(1, { a: 1 }));
    rt.removeEventListener(EVENT, listener);
    server.last.event(HASH, event(2));
    server.last.event(HASH, { closed: 'revoked' });
    server.last.drop();
    assert.deepEqual(seen.map(([type, , isTarget]) => [type, isTarget]),
        [[EVENT, true], [DENIED, true], [CONNECTION_LOST, true]]);
    assert.deepEqual(seen[0][1].payload, { a: 1 });
    assert.equal(seen[0][1].position, 'k3f9:1');
});

test('once and signal are heeded', async () => {
    const { rt } = await started();
    const seen = [];
    const controller = new AbortController();
    rt.addEventListener(EVENT, ({ detail }) => seen.push(['once', detail.payload]), { once: true });
    rt.addEventListener(EVENT, ({ detail }) => seen.push(['signal', detail.payload]), { signal: controller.signal });
    for (const seq of [1, 2, 3]) {
        server.last.event(HASH, event(seq));
        if (seq === 2) controller.abort();
    }
    assert.deepEqual(seen, [['once', 1], ['signal', 1], ['signal', 2]]);
});

test('no member can be overwritten, and each works by itself', async () => {
    const { rt } = await started();
    assert.throws(() => { rt.close = null; }, TypeError);
    assert.throws(() => { rt.transport = 'poll'; }, TypeError);
    const { subscribe, sendToServer, addEventListener } = rt;
    assert.equal(typeof subscribe(EVENT, () => {}), 'function');
    await assert.rejects(sendToServer('A/B'), { code: 'channel_invalid' });
    addEventListener(EVENT, () => {});
});

test('where the platform has no CustomEvent, as in Node 18, the detail comes all the same', () => {
    const script = `
        delete globalThis.CustomEvent;
        const { connect, DENIED } = await import(${JSON.stringify(entry)});
        const rt = connect({ token: 't', user: 'u', site: 's', urls: { websocket: 'x' }, channels: [] },
            { transports: ['websocket'], WebSocket: class { constructor() { throw new SyntaxError('none'); } } });
        rt.addEventListener(DENIED, ({ type, detail }) => console.log(type, detail.reasonString));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--no-warnings', '-e', script]);
    assert.equal(String(output), 'denied SyntaxError: none\n');
});
