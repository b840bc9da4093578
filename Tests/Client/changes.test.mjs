import assert from 'node:assert/strict';
import { after, describe, mock, test } from 'node:test';
import { EVENT, GAP } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { channel, grantAnswer } from './ScriptedServer.mjs';
import { http, pass, server, settled, start, useScriptedServer } from './Harness.mjs';
import { Page, generator } from './Page.mjs';
import { SimulatedBridge } from './SimulatedBridge.mjs';
import { SimulatedChannel } from './SimulatedChannel.mjs';
import { SimulatedPull } from './SimulatedPull.mjs';

// Another seed in each run; a failing one is told with its test, and `REALTIME_SEED` begins with it.
const FIRST = Number(process.env.REALTIME_SEED) || Date.now() % 1e9;
const ROUNDS = Number(process.env.REALTIME_ROUNDS) || 30;
const STEPS = 400;

useScriptedServer();

describe(`whatever transport comes after which, each event comes once and in order (seed ${FIRST})`, () => {
    const used = new Set();
    for (let seed = FIRST; seed < FIRST + ROUNDS; seed++) test(`seed ${seed}`, () => run(seed, used));
    after(() => assert.deepEqual([...used].sort(), ['poll', 'stream', 'websocket']));
});

async function run(seed, used) {
    const random = generator(seed);
    const below = (bound) => Math.floor(random() * bound);
    mock.method(Math, 'random', random);
    // `later` is named by a further grant alone, until a renewal names all.
    const channels = ['one', 'two', 'later'].map((hash) => new SimulatedChannel(hash, below(5)));
    const granted = (token, named) => grantAnswer({
        ttl: 200, token, channels: named.map(({ hash, position }) => channel({ hash, position })),
    });
    const bridge = new SimulatedBridge(server, channels, below);
    const pull = new SimulatedPull(http, bridge);
    const upstream = simulateUpstream(below);
    const pages = new Map();
    const expect = (simulated) => pages.set(simulated.hash, new Page(simulated, simulated.events.length));
    const [one, two, later] = channels;
    [one, two].forEach(expect);
    let renewals = 0;
    const renew = async (held) => {
        if (below(6) === 0) throw new TypeError('offline');
        if (below(6) === 0) return new Promise(() => {});
        return { ...held, token: `token-${++renewals}` };
    };
    const { rt } = start(granted('token-0', [one, two]), { transports: ['websocket', 'stream', 'poll'], renew });
    let adding = null;
    const add = async () => {
        if (!adding) {
            adding = granted('token-later', [later]);
            expect(later);
        }
        await rt.add(adding).catch(({ code }) => assert.equal(code, 'timeout'));
    };

    // An assertion in a handler would be reported as the page's own error, and end nothing.
    const failures = [];
    const check = (kind, told) => rt.subscribe(kind, (detail) => {
        try {
            told(pages.get(detail.hash), detail);
        } catch (error) {
            failures.push(error);
        }
    });
    check(GAP, (page, { position }) => page.gap(position));
    check(EVENT, (page, { position, payload }) => page.event(position, payload));

    const answers = [];
    const steps = [
        [30, (some) => some.append(1 + below(5))],
        [30, (some) => bridge.pump(some, 1 + below(8), false)],
        [30, (some) => pull.pump(some, 1 + below(8))],
        [3, (some) => some.trim(1 + below(6))],
        [1, (some) => some.begin()],
        [2, () => server.last.drop()],
        [3, () => { server.reachable = !server.reachable; }],
        [2, () => { http.reachable = !http.reachable; }],
        [3, () => { pull.isBuffered = !pull.isBuffered; }],
        [4, () => pull.cut(below)],
        [4, () => answers.push(upstream.send(rt, answers.length))],
        [2, () => { add(); }],
        [8, () => pass(below(20000))],
    ];
    const weights = steps.reduce((sum, [weight]) => sum + weight, 0);
    for (let step = 0; step < STEPS && !failures.length; step++) {
        let left = below(weights);
        const [, act] = steps.find(([weight]) => (left -= weight) < 0);
        await act(channels[below(channels.length)]);
        await settled();
        used.add(rt.transport);
    }
    used.delete(null);

    // All is well again: whatever is retained comes, and one event more, which shows that nothing is missing before it.
    server.reachable = http.reachable = true;
    pull.isBuffered = false;
    for (let tries = 0; tries < 10 && rt.transport !== 'websocket'; tries++) await pass(60000);
    assert.equal(rt.transport, 'websocket');
    await add();
    channels.forEach((simulated) => {
        simulated.append(1);
        bridge.pump(simulated, Infinity, false);
    });
    assert.deepEqual(failures, []);
    for (const { hash, events } of channels) assert.equal(pages.get(hash).last, events.length - 1, hash);
    await pass(30000);
    await Promise.all(answers);
    upstream.check();
}

/** A component whose callback runs once for each request, over whatever it comes; answers are lost at times. */
function simulateUpstream(below) {
    const runs = new Map();
    const answer = (request, payload) => {
        if (!runs.has(request)) runs.set(request, payload);
        return { ok: true, payload: runs.get(request) };
    };
    server.components.mod_quiz = (body, request) => {
        const reply = answer(request, JSON.parse(body));
        return below(4) ? reply : null;
    };
    http.script.send = (call) => {
        if (below(5) === 0) return call.problem(503, 'log_unavailable');
        const reply = answer(call.headers['idempotency-key'], call.body);
        if (below(4)) call.json(reply);
        else call.fail();
    };
    return {
        send: (rt, number) => rt.sendToServer('mod_quiz', number, { timeout: 30000 }).then(
            (found) => assert.equal(found, number), ({ code }) => assert.equal(code, 'timeout')),
        check: () => assert.equal(new Set(runs.values()).size, runs.size, 'a callback ran twice'),
    };
}
