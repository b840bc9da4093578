import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { OTHER, event, http, pass, settled, start, started, useScriptedServer } from './Harness.mjs';

useScriptedServer();

const renewed = async (held) => ({ ...held, token: 'token-2' });

/** Both kinds, and how each brings an event on the call that stands. */
const kinds = [
    ['stream', (seq) => http.all('stream').findLast(({ channels }) => channels.includes(HASH)).event(HASH, event(seq))],
    ['poll', (seq) => http.all('poll').findLast(({ body }) => body.channels.some(({ hash }) => hash === HASH)).json({
        channels: [{ hash: HASH, position: `k3f9:${seq}`, recovered: 'complete', events: [event(seq)], more: false }],
    })],
];

/** A bridge that takes the tokens named, and no others. */
function serve(...tokens) {
    const refuses = (call) => !tokens.includes(call.token) && (call.problem(401, 'grant_expired'), true);
    http.script.stream = (call) => refuses(call) || call.begin(Object.fromEntries(call.channels.map((hash) =>
        [hash, [call.since[hash] || 'k3f9:0', call.since[hash] || 'k3f9:0', 'complete']])));
    http.script.poll = (call) => refuses(call) || (!call.body.wait && call.json({
        channels: call.body.channels.map(({ hash, since = 'k3f9:0' }) =>
            ({ hash, position: since, recovered: 'complete', events: [], more: false })),
    }));
    return tokens;
}

for (const [kind, bring] of kinds) {
    describe(`grants over ${kind}`, () => {
        const only = (more) => ({ transports: [kind], ...more });
        const reading = () => http.open.filter((call) => call.kind === kind && (call.body ? call.body.wait : true));

        test('a refused grant is final without renew, and says why', async () => {
            serve();
            const { told } = await started(grantAnswer(), only());
            assert.deepEqual(told, [{
                kind: DENIED, channel: null, code: 'grant_expired', reason: 0xa0, reasonString: 'grant_expired: why',
            }]);
            const before = http.calls.length;
            await pass(600000);
            assert.equal(http.calls.length, before);
        });

        test('is renewed once, and refused again it is final', async () => {
            serve('token-2');
            const renew = mock.fn(renewed);
            const { rt, told } = await started(grantAnswer(), only({ renew }));
            assert.equal(rt.transport, kind);
            assert.deepEqual(told, []);
            serve();
            const second = await started(grantAnswer(), only({ renew }));
            assert.equal(renew.mock.callCount(), 2);
            assert.deepEqual(second.of(DENIED).map(({ code }) => code), ['grant_expired']);
        });

        test('ahead of its end it is renewed without a word, and the reading goes on with the fresh one', async () => {
            serve('token-1', 'token-2');
            const renew = mock.fn(renewed);
            const { told, payloads } = await started(grantAnswer({ ttl: 60 }), only({ renew }));
            bring(1);
            await pass(44000);
            assert.equal(renew.mock.callCount(), 0);
            await pass(8000);
            assert.equal(renew.mock.callCount(), 1);
            assert.deepEqual(reading().map(({ token }) => token), ['token-2']);
            bring(2);
            await settled();
            assert.deepEqual(payloads(), [1, 2]);
            assert.ok(told.every(({ kind }) => kind === 'event'));
        });

        test('one that ends while it is read with is renewed, in one outage', async () => {
            serve('token-1', 'token-2');
            const { kinds } = await started(grantAnswer(), only({ renew: renewed }));
            if (kind === 'stream') http.last('stream').message({ hash: HASH, closed: 'expired' }).end();
            else http.last('poll').problem(401, 'grant_expired');
            await settled();
            assert.deepEqual(kinds(), [CONNECTION_LOST, CONNECTION_RESTORED]);
            assert.deepEqual(reading().map(({ token }) => token), ['token-2']);
        });

        test('a further grant is read with beside the first; its end closes its channels alone', async () => {
            serve('token-1', 'token-b');
            const { rt, of, payloads, kinds } = await started(grantAnswer(), only());
            await rt.add(grantAnswer({ token: 'token-b', channels: [channel({ hash: OTHER })] }));
            assert.deepEqual(reading().map(({ token }) => token), ['token-1', 'token-b']);
            const further = reading()[1];
            serve('token-1');
            if (kind === 'stream') further.message({ hash: OTHER, closed: 'expired' }).end();
            else further.problem(401, 'grant_expired');
            await settled();
            assert.deepEqual(of(DENIED).map(({ code, channel: { hash } }) => [code, hash]), [['grant_expired', OTHER]]);
            bring(1);
            await settled();
            assert.deepEqual(payloads(), [1]);
            assert.ok(!kinds().includes(CONNECTION_LOST));
        });

        test('a further grant that is refused rejects, and changes nothing', async () => {
            serve('token-1');
            const { rt, told } = await started(grantAnswer(), only());
            const further = grantAnswer({ token: 'token-b', channels: [channel({ hash: OTHER })] });
            await assert.rejects(rt.add(further), { code: 'grant_expired' });
            assert.equal(reading().length, 1);
            assert.deepEqual(told, []);
        });

        test('a further grant that something else than the bridge answers for is not taken', async () => {
            serve('token-1');
            const { rt, told } = await started(grantAnswer(), only());
            http.script.poll = (call) => call.head(200, 'text/html').write('<!doctype html>').end();
            const late = assert.rejects(rt.add(grantAnswer({ token: 'b', channels: [] })), { code: 'timeout' });
            await pass(10000);
            await late;
            assert.deepEqual(told, []);
        });

        test('a code in other JSON is a gateway\'s word: it passes, and is nothing final', async () => {
            http.script[kind] = (call) => call.head(401).write('{"code":"unauthorized"}').end();
            const { told } = await started(grantAnswer(), only());
            await pass(60000);
            assert.ok(http.calls.length > 1);
            assert.deepEqual(told, []);
        });

        test('further grants beyond four take turns with short polls', async () => {
            const tokens = ['b', 'c', 'd', 'e', 'f'];
            serve('token-1', ...tokens);
            const { rt } = await started(grantAnswer(), only());
            for (const token of tokens) await rt.add(grantAnswer({ token, channels: [channel({ hash: token })] }));
            for (let count = 0; count < 3; count++) {
                await pass(5000);
                assert.equal(http.open.length, 4);
            }
            assert.ok(http.all('poll').filter(({ token }) => token === 'f').length > 3);
        });

        test('429 with Retry-After is waited for, and is nothing final', async () => {
            mock.method(Math, 'random', () => 0);
            http.script[kind] = (call) => call.problem(429, 'limit', { 'retry-after': '7' });
            const { told } = await started(grantAnswer(), only());
            await pass(6999);
            assert.equal(http.calls.length, 1);
            await pass(1);
            assert.equal(http.calls.length, 2);
            assert.deepEqual(told, []);
        });

        test('502, 503 and 504 pass', async () => {
            const statuses = [502, 503, 504, 500, 404];
            http.script[kind] = (call) => call.head(statuses[http.calls.length - 1], 'text/html').write('<h1>').end();
            const { rt, told } = start(grantAnswer(), only());
            for (const status of statuses) {
                assert.equal(rt.transport, null, `${status}`);
                await pass(8000);
            }
            serve('token-1');
            await pass(30000);
            assert.equal(rt.transport, kind);
            assert.deepEqual(told, []);
        });
    });
}

test('who only sends asks with polls that name no channel whether the bridge is there', async () => {
    serve('token-1');
    const { rt } = await started(grantAnswer({ channels: [] }), { transports: ['stream', 'poll'] });
    assert.equal(rt.transport, 'stream');
    assert.deepEqual(http.calls.map(({ body }) => body), [{ channels: [], wait: 0 }, { channels: [], wait: 25 }]);
});

test('with many channels, neither the address nor a header is longer than proxies take', async () => {
    serve('token-1');
    const channels = Array.from({ length: 120 }, (_, index) =>
        channel({ hash: `${index}`.padStart(27, '-'), position: 'epoch-of-16-char:123456789012345' }));
    await started(grantAnswer({ channels }), { transports: ['stream'] });
    const [{ headers, channels: asked }] = http.calls;
    assert.equal(asked.length, 120);
    assert.ok(asked.length * 36 < 8000);
    assert.ok(headers['last-event-id'].length < 8000, `${headers['last-event-id'].length}`);
});
