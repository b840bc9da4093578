import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HASH, channel, grantAnswer } from './ScriptedServer.mjs';
import { OTHER, event, http, pass, server, settled, start, useScriptedServer } from './Harness.mjs';

useScriptedServer();

/** It is closed after so many steps, from none on: enough for renewals that fail and are tried again. */
const MOMENTS = 60;

/** How the application renews: each by turns. */
const RENEWALS = [
    async (held) => ({ ...held, token: 'token-2' }), async () => null, async () => { throw new TypeError('offline'); },
    () => new Promise(() => {}),
];

/** What the bridge, or something before it, answers streams with. */
const STREAMS = {
    'a bridge': (call) => call.begin(Object.fromEntries(call.channels.map((hash) =>
        [hash, [call.since[hash] || 'k3f9:0', 'k3f9:9', 'complete']]))),
    'a grant that ends': (call) => call.problem(401, 'grant_expired'),
    'a portal': (call) => call.head(200, 'text/html').write('<!doctype html>').end(),
    'nobody': () => {},
};

/** Counts the timers that are set and have neither fired nor been cleared. */
function watchTimers() {
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    const running = new Set();
    globalThis.setTimeout = (run, ...rest) => {
        const timer = set(() => {
            running.delete(timer);
            run();
        }, ...rest);
        running.add(timer);
        return timer;
    };
    globalThis.clearTimeout = (timer) => {
        running.delete(timer);
        clear(timer);
    };
    const restore = () => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    return { running, restore };
}

/** Uses a client for so many steps, each followed by a turn of the loop; answers what it promised. */
async function use(rt, moment) {
    const promised = [];
    const promise = (made) => {
        made.catch(() => {}); // Looked at when the client is closed.
        promised.push(made);
    };
    const push = (seq) => server.last && server.last.connect && server.last.event(HASH, event(seq));
    const steps = [
        () => promise(rt.sendToServer('mod_quiz', 1)),
        () => promise(rt.add(grantAnswer({ token: 'b', channels: [channel({ hash: OTHER })] }))),
        () => push(3),
        () => pass(8000),
        () => promise(rt.publish(HASH, 1)),
        () => server.last && server.last.drop(),
        () => pass(40000),
        () => http.open.forEach((call) => call.fail()),
        () => push(9),
    ];
    for (let step = 0; step < moment; step++) {
        await steps[(step + moment) % steps.length]();
        if (step % 3) await settled();
    }
    return promised;
}

for (const transports of [['websocket'], ['stream'], ['poll'], ['websocket', 'stream', 'poll']]) {
    describe(`closed at any moment, over ${transports.join(', ')}`, () => {
        for (const [name, answer] of Object.entries(STREAMS)) {
            test(`where streams are answered by ${name}`, async () => {
                http.script.stream = answer;
                http.script.poll = (call) => !call.body.wait && call.json({
                    channels: call.body.channels.map(({ hash, since = 'k3f9:0' }) =>
                        ({ hash, position: since, recovered: 'complete', events: [], more: false })),
                });
                for (let moment = 0; moment < MOMENTS; moment++) {
                    const { running, restore } = watchTimers();
                    try {
                        const renew = RENEWALS[moment % RENEWALS.length];
                        const { rt, told } = start(
                            grantAnswer({ ttl: 10, channels: [channel({ rights: ['subscribe', 'publish'] })] }),
                            { transports, renew });
                        const promised = await use(rt, moment);
                        rt.close();
                        const count = () => [told.length, http.calls.length, server.connections.length];
                        const before = count();
                        assert.equal(running.size, 0, `timers after ${moment} steps`);
                        await Promise.allSettled(promised);
                        await pass(60000);
                        assert.deepEqual(count(), before, `after ${moment} steps`);
                        assert.equal(running.size, 0, `timers long after ${moment} steps`);
                        assert.ok(http.open.every(({ isAborted }) => isAborted), `calls after ${moment} steps`);
                        assert.ok(server.connections.every(({ socket: { closed, readyState } }) =>
                            closed || readyState === 3), `sockets after ${moment} steps`);
                    } finally {
                        restore();
                    }
                }
            });
        }
    });
}
