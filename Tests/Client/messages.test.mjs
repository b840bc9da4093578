import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { RealtimeError } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { OTHER, pass, server, settled, start, started, useScriptedServer } from './Harness.mjs';

useScriptedServer();

describe('sendToServer', () => {
    test('resolves with the answer of the component', async () => {
        server.components.mod_quiz = (body) => ({ ok: true, payload: { got: JSON.parse(body) } });
        const { rt } = await started();
        assert.deepEqual(await rt.sendToServer('mod_quiz', { choice: 'ü' }), { got: { choice: 'ü' } });
        const { topic, qos } = server.last.all('publish')[0];
        assert.match(topic, /^rt\/demo\/up\/42\/mod_quiz\/[A-Za-z0-9_-]{22}$/);
        assert.equal(qos, 1);
        assert.deepEqual(await rt.sendToServer('mod_quiz'), { got: null });
    });

    test('waits for the connection', async () => {
        server.components.mod_quiz = () => ({ ok: true, payload: 1 });
        const { rt } = start();
        assert.equal(await rt.sendToServer('mod_quiz', 0), 1);
    });

    test('rejects with the error of the component', async () => {
        server.components.mod_quiz = () => ({ ok: false, error: { code: 'callback_failed', message: 'incident 7' } });
        const { rt } = await started();
        await assert.rejects(rt.sendToServer('mod_quiz', 1), (error) =>
            error instanceof RealtimeError && error.code === 'callback_failed' && error.message === 'incident 7');
    });

    test('rejects with the reason of a refusing PUBACK', async () => {
        server.script.publish = (packet, connection) => connection.push({
            cmd: 'puback', messageId: packet.messageId, reasonCode: 0x87,
            properties: { reasonString: 'forbidden: not this one' },
        });
        const { rt } = await started();
        await assert.rejects(rt.sendToServer('mod_quiz', 1), { code: 'forbidden', message: 'forbidden: not this one' });
    });

    test('rejects after the time-out, after which the answer is nothing', async () => {
        const { rt, told } = await started();
        const late = assert.rejects(rt.sendToServer('mod_quiz', 1, { timeout: 3000 }), { code: 'timeout' });
        await settled();
        const request = server.last.all('publish')[0].topic.split('/').pop();
        await pass(3000);
        await late;
        server.last.reply(request, { ok: true, payload: 1 });
        assert.deepEqual(told, []);
    });

    test('a time-out beyond what timers can is as long as they can', async () => {
        const { rt } = await started();
        const set = mock.method(globalThis, 'setTimeout');
        rt.sendToServer('mod_quiz', 1, { timeout: Infinity }).catch(() => {});
        await settled();
        assert.deepEqual(set.mock.calls.map(({ arguments: [, delay] }) => delay), [2 ** 31 - 1]);
    });

    test('can be aborted', async () => {
        const { rt } = await started();
        const controller = new AbortController();
        const { signal } = controller;
        const aborted = assert.rejects(rt.sendToServer('mod_quiz', 1, { signal }), { name: 'AbortError' });
        controller.abort();
        await aborted;
        await assert.rejects(rt.sendToServer('mod_quiz', 1, { signal }), { name: 'AbortError' });
    });

    test('is sent again with the same id after a reconnect, until it is answered', async () => {
        const { rt } = await started();
        const answer = rt.sendToServer('mod_quiz', { a: 1 });
        await settled();
        const [first] = server.last.all('publish');
        server.last.drop();
        server.components.mod_quiz = () => ({ ok: true, payload: 'at last' });
        await pass(500);
        assert.equal(await answer, 'at last');
        const [second] = server.last.all('publish');
        assert.equal(second.topic, first.topic);
        assert.deepEqual(second.payload, first.payload);
        server.last.drop();
        await pass(1000);
        assert.equal(server.last.all('publish').length, 0);
    });

    test('is bounded in number and in size', async () => {
        server.script.connect = (packet, connection) => connection.push({
            cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: { maximumPacketSize: 1000 },
        });
        const { rt } = await started();
        await assert.rejects(rt.sendToServer('mod_quiz', 'x'.repeat(1000)), { code: 'payload_too_large' });
        const many = Array.from({ length: 257 }, () => rt.sendToServer('mod_quiz', 1));
        await assert.rejects(many.pop(), { code: 'busy' });
        rt.close();
        assert.ok((await Promise.allSettled(many)).every(({ reason }) => reason.code === 'closed'));
    });

    test('names that would break a topic are refused here', async () => {
        const { rt } = await started();
        for (const name of ['a/b', '+', '', 'Mod', undefined]) {
            await assert.rejects(rt.sendToServer(name, 1), { code: 'channel_invalid' });
        }
        assert.equal(server.last.all('publish').length, 0);
    });
});

describe('publish', () => {
    test('resolves once the bridge has taken it, and repeats it with the same key after a loss', async () => {
        const { rt } = await started(grantAnswer({ channels: [channel({ rights: ['publish'] })] }));
        server.script.publish = null;
        const taken = rt.publish(HASH, { degrees: 21 });
        await settled();
        const [first] = server.last.all('publish');
        assert.equal(first.topic, `rt/demo/in/${HASH}`);
        assert.equal(first.payload.toString(), '{"degrees":21}');
        server.script.publish = (packet, connection) =>
            connection.push({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0 });
        server.last.drop();
        await pass(500);
        assert.equal(await taken, undefined);
        const [second] = server.last.all('publish');
        assert.equal(second.properties.userProperties.key, first.properties.userProperties.key);
    });

    test('rejects what the grant or the bridge refuses', async () => {
        const channels = [channel(), channel({ hash: OTHER, rights: ['publish'] })];
        const { rt } = await started(grantAnswer({ channels }));
        await assert.rejects(rt.publish(HASH, 1), { code: 'forbidden' });
        await assert.rejects(rt.publish('unknown', 1), { code: 'forbidden' });
        server.script.publish = (packet, connection) =>
            connection.push({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0x97 });
        await assert.rejects(rt.publish({ hash: OTHER }, 1), { code: 'limit' });
    });
});
