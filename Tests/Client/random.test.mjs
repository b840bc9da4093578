import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { EVENT, GAP } from '../../Sources/BridgeHTTP/Client/realtime.js';
import { channel, grantAnswer } from './ScriptedServer.mjs';
import { pass, server, settled, start, useScriptedServer } from './Harness.mjs';
import { Page, generator } from './Page.mjs';
import { SimulatedBridge } from './SimulatedBridge.mjs';
import { SimulatedChannel } from './SimulatedChannel.mjs';

// Another seed in each run; a failing one is told with its test, and `REALTIME_SEED` begins with it.
const FIRST = Number(process.env.REALTIME_SEED) || Date.now() % 1e9;
const ROUNDS = Number(process.env.REALTIME_ROUNDS) || 40;
const STEPS = 300;

describe(`whatever happens, each event comes once and in order, or a gap is told (seed ${FIRST})`, () => {
    useScriptedServer();

    for (let seed = FIRST; seed < FIRST + ROUNDS; seed++) test(`seed ${seed}`, () => run(seed));
});

async function run(seed) {
    const random = generator(seed);
    const below = (bound) => Math.floor(random() * bound);
    mock.method(Math, 'random', random);

    // `first` and `second` have a position from their grant, `fresh` begins at its SUBACK, `later` is added.
    const channels = ['first', 'second', 'fresh', 'later'].map((hash) => new SimulatedChannel(hash, below(4)));
    const [first, second, fresh, later] = channels;
    const bridge = new SimulatedBridge(server, channels, below);
    const granted = ({ hash, position }) => channel({ hash, position: hash === 'fresh' ? undefined : position });
    const grant = (token) => grantAnswer({ token, ttl: 200, channels: [first, second, fresh].map(granted) });
    const pages = new Map([first, second].map((simulated) =>
        [simulated.hash, new Page(simulated, simulated.events.length)]));
    const { rt } = start(grant('token-1'), { renew: async () => grant('token-2') });

    // An assertion in a handler would be reported as the page's own error, and end nothing.
    const failures = [];
    const check = (kind, told) => rt.subscribe(kind, (detail) => {
        try {
            if (!pages.has(detail.hash)) {
                pages.set(detail.hash, new Page(bridge.named(detail.hash), bridge.started.get(detail.hash)));
            }
            told(pages.get(detail.hash), detail);
        } catch (error) {
            failures.push(error);
        }
    });
    check(GAP, (page, { position }) => page.gap(position));
    check(EVENT, (page, { position, payload }) => page.event(position, payload));

    const wait = (milliseconds) => {
        bridge.expire(milliseconds);
        return pass(milliseconds);
    };
    let adding = null;
    const add = async () => {
        adding ||= grantAnswer({ token: 'token-b', channels: [granted(later)] });
        if (!pages.has('later')) pages.set('later', new Page(later, later.events.length));
        await rt.add(adding).catch(({ code }) => assert.equal(code, 'timeout'));
    };

    const steps = [
        [30, (some) => some.append(1 + below(5))],
        [40, (some) => bridge.pump(some, 1 + below(8), true)],
        [20, () => bridge.requests.length && bridge.answer(below(bridge.requests.length), below(6) === 0)],
        [5, (some) => some.trim(1 + below(6))],
        [1, (some) => some.begin()],
        [3, () => server.last.drop()],
        [1, () => { server.reachable = !server.reachable; }],
        [2, () => { add(); }],
        [6, () => wait(below(9000))],
    ];
    const weights = steps.reduce((sum, [weight]) => sum + weight, 0);
    for (let step = 0; step < STEPS && !failures.length; step++) {
        let left = below(weights);
        const [, act] = steps.find(([weight]) => (left -= weight) < 0);
        await act(channels[below(channels.length)]);
        await settled();
    }

    // All is well again: whatever is retained comes, and one event more, which shows that nothing is missing before it.
    server.reachable = true;
    while (bridge.requests.length) bridge.answer(0, false);
    server.last.drop();
    await pass(30000);
    await add();
    channels.forEach((simulated) => {
        simulated.append(1);
        bridge.pump(simulated, Infinity, false);
    });
    assert.deepEqual(failures, []);
    for (const { hash, events } of channels) assert.equal(pages.get(hash).last, events.length - 1, hash);
}
