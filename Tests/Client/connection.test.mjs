import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import {
    CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, connect,
} from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import {
    OTHER, event, pass, refuse, server, settled, sinceOf, start, started, topicsOf, useScriptedServer,
} from './Harness.mjs';

useScriptedServer();

describe('connecting', () => {
    test('presents the grant as MQTT 5, clean start, with an id of its own', async () => {
        await started();
        const { socket, connect: packet } = server.last;
        assert.equal(socket.url, 'ws://bridge.test/mqtt');
        assert.equal(socket.protocol, 'mqtt');
        assert.equal(packet.protocolVersion, 5);
        assert.equal(packet.clean, true);
        assert.equal(packet.keepalive, 60);
        assert.equal(packet.username, '42');
        assert.equal(packet.password.toString(), 'token-1');
        assert.match(packet.clientId, /^[A-Za-z0-9_-]{22}$/);
    });

    test('the client id is another for each connect, the same over its reconnects', async () => {
        await started();
        await started();
        const [first, second] = server.connections;
        assert.notEqual(first.connect.clientId, second.connect.clientId);
        first.drop();
        await pass(500);
        assert.equal(server.last.connect.clientId, first.connect.clientId);
    });

    test('subscribes once, to its replies and to the channels it may read', async () => {
        const channels = [channel({ position: 'k3f9:7' }), channel({ hash: OTHER, rights: ['publish'] })];
        await started(grantAnswer({ channels }));
        const [packet, ...others] = server.last.all('subscribe');
        assert.equal(others.length, 0);
        const { clientId } = server.last.connect;
        assert.deepEqual(topicsOf(packet), [`rt/demo/re/42/${clientId}/#`, `rt/demo/ch/${HASH}`]);
        assert.ok(packet.subscriptions.every(({ qos }) => qos === 0));
        assert.deepEqual(sinceOf(packet), [`${HASH} k3f9:7`]);
    });

    test('tells nothing of the first connection', async () => {
        const { told } = await started();
        assert.deepEqual(told, []);
    });

    test('what is no grant answer throws at once', () => {
        assert.throws(() => connect(null), TypeError);
        assert.throws(() => connect({ ...grantAnswer(), channels: [{ hash: '#', rights: [] }] }), TypeError);
        assert.equal(server.connections.length, 0);
    });

    test('an address that no WebSocket takes is final', async () => {
        const WebSocket = class { constructor() { throw new SyntaxError('bad address'); } };
        const { of } = start(grantAnswer(), { WebSocket });
        await pass(0);
        assert.equal(of(DENIED).length, 1);
        assert.match(of(DENIED)[0].reasonString, /bad address/);
    });
});

describe('reconnecting', () => {
    test('lost and restored are told once an outage, and events go on from the position', async () => {
        const { kinds, payloads } = await started();
        server.last.event(HASH, event(1));
        server.reachable = false;
        server.last.drop();
        for (let attempt = 0; attempt < 4; attempt++) await pass(30000);
        assert.deepEqual(kinds(), [EVENT, CONNECTION_LOST]);
        server.reachable = true;
        await pass(30000);
        assert.deepEqual(sinceOf(server.last.all('subscribe')[0]), [`${HASH} k3f9:1`]);
        server.last.event(HASH, event(1));
        server.last.event(HASH, event(2));
        assert.deepEqual(kinds(), [EVENT, CONNECTION_LOST, CONNECTION_RESTORED, EVENT]);
        assert.deepEqual(payloads(), [1, 2]);
    });

    test('waits with full jitter: between nothing and a bound that doubles up to 30 seconds', async () => {
        const waits = [];
        const random = mock.method(Math, 'random', () => 1);
        await started();
        server.reachable = false;
        server.last.drop();
        for (let attempt = 0; attempt < 9; attempt++) {
            const before = server.connections.length;
            let waited = 0;
            while (server.connections.length === before) {
                waited += 500;
                await pass(500);
            }
            waits.push(waited);
        }
        assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        random.mock.mockImplementation(() => 0);
        const before = server.connections.length;
        await pass(30000);
        await pass(0);
        assert.ok(server.connections.length > before + 1);
    });

    test('the wait starts anew only after a connection that stood', async () => {
        mock.method(Math, 'random', () => 1);
        await started();
        server.last.drop();
        await pass(500);
        server.last.drop();
        await pass(999);
        assert.equal(server.connections.length, 2);
        await pass(1);
        assert.equal(server.connections.length, 3);
        await pass(10000);
        server.last.drop();
        await pass(500);
        assert.equal(server.connections.length, 4);
    });

    test('busy and shutting down are tried again, not final', async () => {
        server.script.connect = refuse(0x89, 'busy: come later');
        const { told } = await started();
        await pass(500);
        await pass(1000);
        assert.ok(server.connections.length >= 2);
        assert.deepEqual(told, []);
    });

    test('a connection that answers no ping is lost', async () => {
        const { kinds } = await started();
        await pass(30000);
        assert.equal(server.last.all('pingreq').length, 1);
        await pass(10000);
        assert.deepEqual(kinds(), []);
        server.script.pingreq = null;
        await pass(20000);
        await pass(10000);
        assert.deepEqual(kinds(), [CONNECTION_LOST]);
    });

    test('the server keep alive counts where there is one', async () => {
        server.script.connect = (packet, connection) => connection.push({
            cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: { serverKeepAlive: 20 },
        });
        await started();
        await pass(10000);
        assert.equal(server.last.all('pingreq').length, 1);
    });

    test('a server that does not answer CONNECT or SUBSCRIBE is left', async () => {
        const { connect: accept, subscribe } = server.script;
        server.script.connect = null;
        const { kinds } = await started();
        await pass(20000);
        assert.ok(server.connections[0].socket.closed);
        server.script.connect = accept;
        server.script.subscribe = null;
        await pass(500);
        assert.equal(server.connections.length, 2);
        await pass(10000);
        assert.ok(server.connections[1].socket.closed);
        server.script.subscribe = subscribe;
        await pass(1000);
        assert.equal(server.connections.length, 3);
        assert.deepEqual(kinds(), []);
    });

    test('online, pageshow and a page looked at again try at once', async (context) => {
        const page = new EventTarget();
        globalThis.addEventListener = page.addEventListener.bind(page);
        globalThis.removeEventListener = page.removeEventListener.bind(page);
        globalThis.document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
        context.after(() => {
            delete globalThis.addEventListener;
            delete globalThis.removeEventListener;
            delete globalThis.document;
        });
        const { document } = globalThis;
        mock.method(Math, 'random', () => 1);
        const { rt, kinds } = await started();
        server.last.drop();
        page.dispatchEvent(new Event('online'));
        await settled();
        assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
        server.last.drop();
        document.visibilityState = 'hidden';
        document.dispatchEvent(new Event('visibilitychange'));
        await settled();
        assert.equal(server.connections.length, 2);
        document.visibilityState = 'visible';
        document.dispatchEvent(new Event('visibilitychange'));
        await settled();
        assert.equal(server.connections.length, 3);
        page.dispatchEvent(new Event('pageshow'));
        assert.equal(server.last.all('pingreq').length, 1);
        rt.close();
        const before = server.connections.length;
        page.dispatchEvent(new Event('online'));
        document.dispatchEvent(new Event('visibilitychange'));
        await settled();
        assert.equal(server.connections.length, before);
    });
});

describe('close', () => {
    test('leaves nothing behind', async () => {
        const { rt, told } = await started(
            grantAnswer({ ttl: 1000, channels: [channel({ rights: ['subscribe', 'publish'] })] }),
            { renew: async (held) => held });
        server.script.publish = null;
        const waiting = [
            rt.sendToServer('mod_quiz', 1), rt.add(grantAnswer({ token: 'b', channels: [] })), rt.publish(HASH, 1),
        ];
        rt.close();
        rt.close();
        for (const { reason } of await Promise.allSettled(waiting)) assert.equal(reason.code, 'closed');
        assert.equal(server.last.all('disconnect').length, 1);
        const { socket } = server.last;
        assert.ok(socket.closed);
        assert.deepEqual([socket.onopen, socket.onmessage, socket.onclose], [null, null, null]);
        const set = mock.method(globalThis, 'setTimeout');
        await pass(86400000);
        assert.equal(set.mock.callCount(), 0);
        assert.equal(server.connections.length, 1);
        assert.deepEqual(told, []);
        await assert.rejects(rt.sendToServer('mod_quiz', 1), { code: 'closed' });
    });

    test('while connecting, and while waiting for the next try', async () => {
        const first = start();
        first.rt.close();
        await settled();
        assert.equal(server.last.received.length, 0);
        const second = await started();
        server.last.drop();
        second.rt.close();
        await pass(60000);
        assert.equal(server.connections.length, 2);
    });

    test('within a handler', async () => {
        const { rt, kinds } = await started();
        rt.subscribe(CONNECTION_LOST, () => rt.close());
        server.last.drop();
        await pass(60000);
        assert.deepEqual(kinds(), [CONNECTION_LOST]);
        assert.equal(server.connections.length, 1);
    });
});
