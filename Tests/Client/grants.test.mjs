import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import {
    OTHER, event, pass, refuse, server, settled, sinceOf, start, started, topicsOf, useScriptedServer,
} from './Harness.mjs';

useScriptedServer();

describe('refusals', () => {
    test('without renew, a refused grant is final', async () => {
        server.script.connect = refuse(0x87, 'grant_expired: the grant has run out');
        const { rt, told } = await started();
        assert.deepEqual(told, [{
            kind: DENIED, channel: null, code: 'grant_expired', reason: 0x87,
            reasonString: 'grant_expired: the grant has run out',
        }]);
        await pass(600000);
        assert.equal(server.connections.length, 1);
        await assert.rejects(rt.sendToServer('mod_quiz', 1), { code: 'grant_expired' });
        await assert.rejects(rt.add(grantAnswer()), { code: 'grant_expired' });
    });

    test('a refused grant is renewed once; refused again, it is final', async () => {
        server.script.connect = refuse(0x86, '');
        const renew = mock.fn(async (held) => ({ ...held, token: 'token-2' }));
        const { of } = await started(grantAnswer(), { renew });
        assert.equal(renew.mock.callCount(), 1);
        assert.deepEqual(server.connections.map((c) => c.connect.password.toString()), ['token-1', 'token-2']);
        assert.equal(of(DENIED).length, 1);
        assert.equal(of(DENIED)[0].code, 'grant_invalid');
    });

    test('an expired connection is renewed and restored', async () => {
        const renew = async (held) => ({ ...held, token: 'token-2' });
        const { kinds } = await started(grantAnswer(), { renew });
        server.last.push({ cmd: 'disconnect', reasonCode: 0xa0 });
        await settled();
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
        assert.equal(server.last.connect.password.toString(), 'token-2');
    });

    test('the close code says it where no DISCONNECT did', async () => {
        const { of } = await started();
        server.last.drop(4000 + 0x98, 'grant_revoked: by the application');
        assert.deepEqual(of(DENIED).map(({ code, reason }) => [code, reason]), [['grant_revoked', 0x98]]);
    });

    test('an application that has no grant any more makes it final', async () => {
        const { of } = await started(grantAnswer(), { renew: async () => null });
        server.last.push({ cmd: 'disconnect', reasonCode: 0x98 });
        await settled();
        assert.equal(of(DENIED)[0].code, 'grant_revoked');
        assert.equal(server.connections.length, 1);
    });

    test('an application that cannot be asked is asked again', async () => {
        const { connect: accept } = server.script;
        let online = false;
        const renew = async (held) => {
            if (!online) throw new TypeError('fetch failed');
            server.script.connect = accept;
            return { ...held, token: 'token-2' };
        };
        server.script.connect = refuse(0x87, 'grant_expired: run out');
        const { of } = await started(grantAnswer(), { renew });
        await pass(500);
        await pass(1000);
        online = true;
        await pass(30000);
        assert.equal(of(DENIED).length, 0);
        assert.equal(server.last.connect.password.toString(), 'token-2');
        assert.equal(server.last.all('subscribe').length, 1);
    });

    test('a refused channel is denied, the others go on', async () => {
        server.script.subscribe = (packet, connection) => connection.push({
            cmd: 'suback', messageId: packet.messageId,
            granted: packet.subscriptions.map(({ topic }) => (topic.endsWith(HASH) ? 0x87 : 0)),
        });
        const { of, payloads } = await started(grantAnswer({ channels: [channel(), channel({ hash: OTHER })] }));
        assert.equal(of(DENIED).length, 1);
        assert.equal(of(DENIED)[0].channel.hash, HASH);
        assert.equal(of(DENIED)[0].code, 'forbidden');
        server.last.event(OTHER, event(1));
        assert.deepEqual(payloads(), [1]);
        server.last.drop();
        await pass(500);
        assert.deepEqual(topicsOf(server.last.all('subscribe')[0]).slice(1), [`rt/demo/ch/${OTHER}`]);
    });

    test('a channel closed by the bridge is denied, once', async () => {
        const { of, payloads } = await started();
        server.last.event(HASH, { closed: 'revoked' });
        server.last.event(HASH, { closed: 'revoked' });
        server.last.event(HASH, event(1));
        assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]), [['grant_revoked', HASH]]);
        assert.deepEqual(payloads(), []);
    });
});

describe('a right that expires before its renewal', () => {
    const expire = () => server.last.event(HASH, { closed: 'expired' });
    const two = () => grantAnswer({ channels: [channel(), channel({ hash: OTHER })] });

    test('is renewed: the page is told nothing, and misses nothing', async () => {
        const renew = mock.fn(async (held) => ({ ...held, token: 'token-2' }));
        const { told, payloads } = await started(two(), { renew });
        server.last.event(HASH, event(42));
        expire();
        server.last.event(OTHER, { closed: 'expired' });
        await settled();
        assert.equal(renew.mock.callCount(), 1);
        assert.equal(server.connections.length, 1);
        const again = server.last.all('subscribe')[1];
        assert.deepEqual(topicsOf(again), [`rt/demo/ch/${HASH}`, `rt/demo/ch/${OTHER}`]);
        assert.equal(sinceOf(again)[0], `${HASH} k3f9:42`);
        server.last.event(HASH, event(43));
        assert.deepEqual(payloads(), [42, 43]);
        assert.deepEqual(told.filter(({ kind }) => kind === DENIED), []);
    });

    test('is final where the renewed grant does not name the channel', async () => {
        const renew = async (held) => ({ ...held, token: 'token-2', channels: [channel({ hash: OTHER })] });
        const { of } = await started(two(), { renew });
        expire();
        await settled();
        assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]), [['grant_expired', HASH]]);
    });

    test('is final where the application has no grant any more', async () => {
        const { of } = await started(two(), { renew: async () => null });
        expire();
        await settled();
        assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]), [['grant_expired', HASH]]);
    });

    test('is final without renew', async () => {
        const { of } = await started(two());
        expire();
        await settled();
        assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]), [['grant_expired', HASH]]);
    });
});

describe('renewal and further grants', () => {
    test('renews between 75 and 85 percent of the ttl, on the live connection', async () => {
        const presented = [];
        server.components.realtime_grant = (token) => {
            presented.push(token);
            return { ok: true, payload: {} };
        };
        const renew = mock.fn(async (held) =>
            ({ ...held, token: 'token-2', channels: [...held.channels, channel({ hash: OTHER })] }));
        const { told } = await started(grantAnswer({ ttl: 1000 }), { renew });
        await pass(749000);
        assert.equal(renew.mock.callCount(), 0);
        await pass(101000);
        assert.equal(renew.mock.callCount(), 1);
        assert.deepEqual(renew.mock.calls[0].arguments[0].channels.map(({ hash }) => hash), [HASH]);
        assert.deepEqual(presented, ['token-2']);
        assert.deepEqual(topicsOf(server.last.all('subscribe')[1]), [`rt/demo/ch/${OTHER}`]);
        assert.deepEqual(told, []);
        server.last.drop();
        await pass(500);
        assert.equal(server.last.connect.password.toString(), 'token-2');
    });

    test('a bridge that takes no renewal is connected to anew with the fresh grant', async () => {
        server.components.realtime_grant = () => ({ ok: false, error: { code: 'no_callback', message: '' } });
        await started(grantAnswer({ ttl: 1000 }), { renew: async (held) => ({ ...held, token: 'token-2' }) });
        await pass(850000);
        await pass(500);
        assert.equal(server.connections.length, 2);
        assert.equal(server.last.connect.password.toString(), 'token-2');
    });

    test('and so is one that does not answer it', async () => {
        server.components.realtime_grant = () => null;
        server.script.pingreq = (packet, connection) => connection.push({ cmd: 'pingresp' });
        await started(grantAnswer({ ttl: 1000 }), { renew: async (held) => ({ ...held, token: 'token-2' }) });
        await pass(850000);
        await pass(10000);
        await pass(500);
        assert.equal(server.last.connect.password.toString(), 'token-2');
    });

    test('a renewal that fails is tried again', async () => {
        let calls = 0;
        const renew = async (held) => {
            if (++calls < 3) throw new Error('offline');
            return { ...held, token: 'token-2', ttl: 0 };
        };
        await started(grantAnswer({ ttl: 1000 }), { renew });
        await pass(850000);
        await pass(1500);
        await pass(2000);
        assert.equal(calls, 3);
    });

    test('add subscribes to further channels, with since, and presents them again after a reconnect', async () => {
        const { rt, payloads } = await started();
        await rt.add(grantAnswer({ token: 'token-b', channels: [channel({ hash: OTHER, position: 'k3f9:4' })] }));
        const added = server.last.all('subscribe')[1];
        assert.deepEqual(topicsOf(added), [`rt/demo/ch/${OTHER}`]);
        assert.deepEqual(sinceOf(added), ['k3f9:4']);
        server.last.event(OTHER, event(5));
        assert.deepEqual(payloads(), [5]);
        server.last.drop();
        await pass(500);
        assert.equal(server.last.connect.password.toString(), 'token-1');
        assert.equal(server.last.all('publish')[0].payload.toString(), 'token-b');
        assert.deepEqual(server.last.all('subscribe').map(({ subscriptions }) => subscriptions.length), [2, 1]);
        assert.deepEqual(sinceOf(server.last.all('subscribe')[1]), ['k3f9:5']);
    });

    test('add before the connection stands waits for it', async () => {
        const { rt } = start();
        await rt.add(grantAnswer({ token: 'token-b', channels: [channel({ hash: OTHER })] }));
        assert.equal(server.last.all('subscribe').length, 2);
    });

    test('add rejects on an error and on a time-out, and forgets the grant', async () => {
        server.components.realtime_grant = () => ({ ok: false, error: { code: 'grant_invalid', message: 'no' } });
        const { rt, told } = await started();
        const refused = rt.add(grantAnswer({ token: 'b', channels: [] }));
        await assert.rejects(refused, { name: 'RealtimeError', code: 'grant_invalid' });
        server.components.realtime_grant = () => null;
        const late = assert.rejects(rt.add(grantAnswer({ token: 'b', channels: [] })), { code: 'timeout' });
        await pass(10000);
        await late;
        await assert.rejects(rt.add({}), TypeError);
        assert.equal(server.connections.length, 1);
        assert.deepEqual(told, []);
    });

    test('add rejects what is of another user or session, on every transport', async () => {
        for (const transports of [['websocket'], ['stream'], ['poll']]) {
            const { rt } = await started(grantAnswer(), { transports });
            for (const other of [{ user: '43' }, { session: 'xyz' }, { site: 'elsewhere' }]) {
                await assert.rejects(rt.add({ ...grantAnswer({ token: 'b' }), ...other }), { code: 'forbidden' });
            }
        }
    });

    test('a handler that closes the client at the first of several denied channels is told of no other', async () => {
        const { rt, of } = await started();
        await rt.add(grantAnswer({ token: 'b', channels: [channel({ hash: OTHER }), channel({ hash: 'third' })] }));
        server.components.realtime_grant = () => ({ ok: false, error: { code: 'grant_expired', message: 'run out' } });
        rt.subscribe(DENIED, () => rt.close());
        server.last.drop();
        await pass(500);
        assert.equal(of(DENIED).length, 1);
    });

    test('close ends a renewal that is tried again, though what is due was looked at meanwhile', async () => {
        let fail;
        const renew = mock.fn(() => new Promise((_, reject) => { fail = reject; }));
        const { rt } = await started(grantAnswer({ ttl: 100 }), { renew });
        await pass(90000);
        await rt.add(grantAnswer({ token: 'b', channels: [] }));
        fail(new TypeError('fetch failed'));
        await settled();
        rt.close();
        await pass(60000);
        assert.equal(renew.mock.callCount(), 1);
    });

    test('close waits for no application that does not answer', async () => {
        server.script.connect = refuse(0x86, '');
        const [set, cleared] = ['setTimeout', 'clearTimeout'].map((name) => mock.method(globalThis, name));
        const { rt } = await started(grantAnswer(), { renew: () => new Promise(() => {}) });
        rt.close();
        const timers = set.mock.calls.filter(({ arguments: [, delay] }) => delay === 30000).map(({ result }) => result);
        assert.equal(timers.length, 1);
        assert.ok(cleared.mock.calls.some(({ arguments: [timer] }) => timer === timers[0]));
    });

    test('a further grant that no longer holds closes its channels alone', async () => {
        const { rt, of } = await started();
        await rt.add(grantAnswer({ token: 'b', channels: [channel({ hash: OTHER })] }));
        server.components.realtime_grant = () => ({ ok: false, error: { code: 'grant_expired', message: 'run out' } });
        server.last.drop();
        await pass(500);
        assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]), [['grant_expired', OTHER]]);
        assert.equal(of(CONNECTION_RESTORED).length, 1);
    });
});
