import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, GAP, connect } from '/client/realtime.js';
import { Run, randomID } from './run.js';
import { ServiceConnection } from './service.js';
import { clockOffset } from './tally.js';
import { complain, element, log, show, showConnection, showRow, showRun, showVerdict } from './view.js';

/**
 * Events in one call, and under way at once: half of what a channel keeps by default, so that no transport, however
 * slow, falls behind what is kept.
 */
const BATCH = 250;
const WINDOW = 500;
/** Echoes under way at once, and in a second: limits.upstream_per_second allows 50. */
const ECHOES = 4;
const ECHOES_PER_SECOND = 40;
const CALIBRATIONS = 8;
const MAXIMUM_SAMPLES = 100;
const MAXIMUM_RUNS = 50;

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
/** The page's clock in Unix milliseconds; nobody sets it while the page lives. */
const wall = () => performance.timeOrigin + performance.now();

/** All there is while connected; null otherwise. The key is here and nowhere else. */
let session = null;
let running = false;
const runs = new Map();

function enable() {
    for (const id of ['one', 'burst', 'push', 'echo']) {
        element(id).disabled = running || !session || !session.ready;
    }
    for (const id of ['key', 'component', 'area', 'transport']) element(id).disabled = Boolean(session);
    for (const id of ['connect', 'key-field', 'key-note']) element(id).hidden = Boolean(session);
    element('disconnect').hidden = !session;
}

// Calls of the API, all of this page's own origin

async function post({ key, signal }, path, body) {
    const response = await fetch(path, {
        method: 'POST', signal, credentials: 'omit',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    throw Object.assign(new Error(`${answer.code || response.status}: ${answer.detail || 'the bridge refused'}`),
        { code: answer.code });
}

const grant = (own) => post(own, '/v1/grants', {
    user: 'test', session: own.id, ttl: 3600, components: ['realtime_echo'],
    channels: [{ ...own.channel, rights: ['subscribe'] }],
});

const item = ({ id, session: { channel } }, index) => ({ channel, payload: { test: id, number: index } });

// Connecting

async function start() {
    complain(null);
    const abort = new AbortController();
    // Always the same channel: one for each page would stay behind.
    const channel = {
        contextid: 1, component: element('component').value.trim(), area: element('area').value.trim(),
        itemid: 0, channeldetails: 'test page',
    };
    const began = session = {
        key: element('key').value.trim(), id: randomID(), channel, abort, signal: abort.signal, ready: false,
        lost: false, ended: false, clock: null, samples: [],
    };
    element('key').value = '';
    enable();
    show('connecting', 'Connecting');
    try {
        const answer = await grant(began);
        if (session !== began) return;
        warnOfOtherOrigin(answer);
        const chosen = element('transport').value;
        session.rt = connect(answer, { renew: () => grant(began), ...(chosen && { transports: [chosen] }) });
        listen(session.rt);
        await calibrate(began);
    } catch (error) {
        if (session !== began) return;
        stop();
        complain(error);
    }
}

/** Pages of other origins than the grant's addresses may not connect, and this page's policy allows only its own. */
function warnOfOtherOrigin({ urls }) {
    const { origin } = new URL(urls.http, location.href);
    if (origin !== location.origin) log('wait', `The grant names ${origin}: this page works best at ${origin}/test`);
}

function listen(rt) {
    const own = session;
    const when = (run) => (detail) => {
        if (session === own) run(detail);
    };
    rt.subscribe(EVENT, when(take));
    rt.subscribe(CONNECTION_LOST, when(({ code, reasonString }) => {
        session.lost = true;
        show('lost', 'Connection lost, trying again');
        log('wait', `Lost: ${code}${reasonString ? `, ${reasonString}` : ''}`);
        showConnection(session || {});
    }));
    rt.subscribe(CONNECTION_RESTORED, when(() => {
        session.lost = false;
        show('connected', 'Connected again');
        log('good', 'Restored');
        showConnection(session || {});
    }));
    rt.subscribe(GAP, when(({ position }) => log('bad', `Gap: some events up to ${position} are lost`)));
    rt.subscribe(DENIED, when(({ code, reasonString }) => {
        log('bad', `Denied: ${code}${reasonString ? `, ${reasonString}` : ''}`);
        stop(`Denied: ${code}`);
    }));
}

/** The first answer shows that the connection stands, the further ones what time the bridge has. */
async function calibrate(own) {
    for (let index = 0; index < CALIBRATIONS; index++) {
        await ask(own, index, { timeout: 60000 });
        if (session !== own) return;
        if (index === 0) {
            show('connected', 'Connected');
            log('good', 'Connected');
        }
        showConnection(session || {});
    }
    own.ready = true;
    enable();
}

async function ask(own, payload, options) {
    const [asked, began] = [wall(), performance.now()];
    const { receivedtime, echo } = await own.rt.sendToServer('realtime_echo', payload, options);
    own.samples.push({ asked, roundTrip: performance.now() - began, taken: receivedtime });
    // The latest: clocks drift.
    if (own.samples.length > MAXIMUM_SAMPLES) own.samples.shift();
    own.clock = clockOffset(own.samples);
    return echo;
}

function stop(words = 'Not connected') {
    if (session) Object.assign(session, { ended: true, key: null });
    if (session?.rt) {
        session.rt.close();
        log('', 'Closed');
    }
    session?.abort.abort(new Error('disconnected'));
    session = null;
    show(words === 'Not connected' ? 'off' : 'denied', words);
    showConnection(session || {});
    enable();
}

// Runs

function take({ payload, time }) {
    const known = payload && runs.get(payload.test);
    if (!known) return;
    const { run, row } = known;
    const isNew = run.receive(payload.number);
    if (isNew && session.clock) run.transits.push(wall() + session.clock.offset - (time + 0.5));
    if (run.state !== 'busy') showRow(run, row);
}

/** Runs something that sends `count` messages, until all have come or no more do. */
async function perform(name, count, ordered, send) {
    const own = session;
    const run = new Run(own, name, own.rt.transport || '–', count, ordered);
    const row = document.createElement('tr');
    runs.set(run.id, { run, row });
    element('runs').prepend(row);
    if (runs.size > MAXIMUM_RUNS) {
        const [[oldest, { row: last }]] = runs;
        runs.delete(oldest);
        last.remove();
    }
    running = true;
    enable();
    complain(null);
    showVerdict('busy', 'Running');
    const draw = () => {
        showRun(run, own.clock);
        showRow(run, row);
    };
    const timer = setInterval(draw, 100);
    try {
        await send(run);
        await run.until(() => run.tally.complete);
        run.end();
    } catch (error) {
        run.end(error);
    }
    clearInterval(timer);
    running = false;
    draw();
    showConnection(session || {});
    showVerdict(run.state, run.state === 'good'
        ? `All received, once${ordered ? ' and in order' : ''}` : `Not all right: ${run.faults.join(', ')}`);
    enable();
}

async function publish(run) {
    const { count } = run.tally;
    for (let first = 0; first < count; first += BATCH) {
        const size = Math.min(BATCH, count - first);
        await run.until(() => run.tally.ahead + size <= WINDOW);
        const items = Array.from({ length: size }, (_, index) => item(run, first + index));
        run.send(size);
        const { results } = await post(run.session, '/v1/notify', { items });
        const refused = results.find(({ error }) => error);
        if (refused) throw new Error(`${refused.error.code}: ${refused.error.message}`);
    }
}

async function push(run) {
    const { count } = run.tally;
    const { id, channel: { component } } = run.session;
    const answer = await post(run.session, '/v1/grants', {
        user: 'test', session: id, role: 'service', ttl: 3600, components: [component], channels: [],
    });
    let refused = null;
    const service = await ServiceConnection.open(answer, (error) => { refused ||= error; });
    try {
        for (let index = 0; index < count; index++) {
            await run.until(() => run.tally.ahead < WINDOW);
            run.send(1);
            await service.publish(`${run.id}-${index}`, item(run, index));
            if (refused) throw refused;
        }
        await run.until(() => refused || run.tally.complete);
        if (refused) throw refused;
    } finally {
        service.close();
    }
}

async function echo(run) {
    const { count } = run.tally;
    const began = performance.now();
    let failure = null;
    let waiting = 0;
    for (let index = 0; index < count; index++) {
        await run.until(() => failure || waiting < ECHOES);
        await sleep(Math.max(0, began + index * 1000 / ECHOES_PER_SECOND - performance.now()));
        if (failure) throw failure;
        run.send(1);
        waiting++;
        ask(run.session, index).then((answer) => run.receive(answer), (error) => { failure ||= error; }).finally(() => {
            waiting--;
            run.touch();
        });
    }
    await run.until(() => failure || run.tally.complete);
    if (failure) throw failure;
}

function amount(id) {
    const field = element(id);
    return field.reportValidity() && Number.isInteger(field.valueAsNumber) ? field.valueAsNumber : 0;
}

function act(id, field, name, ordered, send) {
    element(id).addEventListener('click', () => {
        const count = field ? amount(field) : 1;
        if (count && session?.ready && !running) perform(name, count, ordered, send);
    });
}

act('one', null, 'One event', true, publish);
act('burst', 'burst-count', 'Burst', true, publish);
act('push', 'push-count', 'Push by a service', true, push);
act('echo', 'echo-count', 'Echo upstream', false, echo);
element('access').addEventListener('submit', (event) => {
    event.preventDefault();
    if (!session) start();
});
element('disconnect').addEventListener('click', () => stop());
addEventListener('pagehide', () => stop());
enable();
