import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, GAP, connect } from '/client/realtime.js';
import { drawChart } from './test-chart.js';
import { ServiceConnection } from './test-service.js';
import { Tally, clockOffset, milliseconds, summarize } from './test-tally.js';

/**
 * Events in one call, and under way at once: half of what a channel keeps by default, so that no transport, however
 * slow, falls behind what is kept.
 */
const BATCH = 250;
const WINDOW = 500;
/** Milliseconds without anything after which what is missing counts as lost: while connected, and while not. */
const PATIENCE = 5000;
const PATIENCE_OFFLINE = 60000;
/** Echoes under way at once, and in a second: limits.upstream_per_second allows 50. */
const ECHOES = 4;
const ECHOES_PER_SECOND = 40;
const CALIBRATIONS = 8;
/** Thrown once nothing has come for too long: what is missing is counted. */
const SILENCE = new Error('nothing came any more');
const MAXIMUM_LOG = 200;
const MAXIMUM_RUNS = 50;

const element = (id) => document.getElementById(id);
const randomID = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
/** The page's clock in Unix milliseconds; nobody sets it while the page lives. */
const wall = () => performance.timeOrigin + performance.now();

/** All there is while connected; null otherwise. The key is here and nowhere else. */
let session = null;
let running = false;
const runs = new Map();

// What is shown

function show(state, words) {
    element('status').dataset.state = state;
    element('status').textContent = words;
}

function log(state, words) {
    const item = document.createElement('li');
    const time = document.createElement('time');
    const now = new Date();
    time.dateTime = now.toISOString();
    time.textContent = now.toLocaleTimeString();
    item.dataset.state = state;
    item.append(time, ` ${words}`);
    const list = element('log');
    list.append(item);
    while (list.children.length > MAXIMUM_LOG) list.firstChild.remove();
    list.scrollTop = list.scrollHeight;
}

function complain(error) {
    element('problem').textContent = error ? error.message : '';
    element('problem').hidden = !error;
}

function enable() {
    for (const id of ['one', 'burst', 'push', 'echo']) {
        element(id).disabled = running || !session || !session.ready;
    }
    for (const id of ['key', 'component', 'area', 'transport']) element(id).disabled = Boolean(session);
    for (const id of ['connect', 'key-field', 'key-note']) element(id).hidden = Boolean(session);
    element('disconnect').hidden = !session;
}

const number = (value) => value.toLocaleString('en');

function cell(row, words, state) {
    const made = row.insertCell();
    made.textContent = words;
    if (state) made.dataset.state = state;
}

/** What is under way is not lost yet. */
const lostOf = ({ state, tally }) => (state === 'busy' ? null : tally.lost);

/** A run's row; a run that is over may still get something doubled. */
function showRow(run) {
    const { tally, row } = run;
    const latency = summarize(tally.latencies);
    row.replaceChildren();
    row.dataset.state = run.state;
    cell(row, run.name);
    cell(row, run.over);
    cell(row, number(tally.sent));
    cell(row, number(tally.received));
    for (const value of [lostOf(run), tally.doubled]) {
        cell(row, value === null ? '–' : number(value), value ? 'bad' : '');
    }
    cell(row, run.ordered ? number(tally.outOfOrder) : '–', run.ordered && tally.outOfOrder ? 'bad' : '');
    for (const value of [latency?.p50, latency?.p99, latency?.max]) cell(row, milliseconds(value));
}

function showRun(run) {
    const { tally } = run;
    const latency = summarize(tally.latencies);
    const transit = summarize(run.transits);
    element('run-title').textContent = run.name;
    element('progress').max = tally.count;
    element('progress').value = tally.received;
    for (const [id, value] of [
        ['sent', tally.sent], ['received', tally.received], ['lost', lostOf(run)], ['doubled', tally.doubled],
        ['disorder', run.ordered ? tally.outOfOrder : null],
    ]) {
        element(id).textContent = value === null ? '–' : number(value);
        element(id).dataset.state = value && !['sent', 'received'].includes(id) ? 'bad' : '';
    }
    for (const [id, value] of [['p50', latency?.p50], ['p99', latency?.p99], ['max', latency?.max]]) {
        element(id).textContent = milliseconds(value);
    }
    element('transit').textContent = transit && session?.clock
        ? `${milliseconds(transit.p50)} ± ${milliseconds(session.clock.error)}` : '–';
    element('figure').hidden = !latency;
    drawChart(element('chart'), tally.latencies, latency);
    const scale = latency ? `; 0 to ${milliseconds(latency.max)}` : '';
    element('scale').textContent = `latencies, in the order of arrival${scale}`;
    showRow(run);
}

function showVerdict(state, words) {
    element('verdict').dataset.state = state;
    element('verdict').textContent = words;
}

function showConnection() {
    const { clock, rt } = session || {};
    element('clock').textContent = clock ? `${milliseconds(clock.offset)} ± ${milliseconds(clock.error)}` : '–';
    element('used').textContent = rt?.transport || '–';
}

// Calls of the API, all of this page's own origin

async function post(path, body) {
    const { key, signal } = session;
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

const grant = () => post('/v1/grants', {
    user: 'test', session: session.id, ttl: 3600, components: ['realtime_echo'],
    channels: [{ ...session.channel, rights: ['subscribe'] }],
});

const item = (run, index) => ({ channel: session.channel, payload: { test: run.id, number: index } });

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
        lost: false, clock: null, samples: [],
    };
    element('key').value = '';
    enable();
    show('connecting', 'Connecting');
    try {
        const answer = await grant();
        if (session !== began) return;
        warnOfOtherOrigin(answer);
        const chosen = element('transport').value;
        session.rt = connect(answer, { renew: grant, ...(chosen && { transports: [chosen] }) });
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
        showConnection();
    }));
    rt.subscribe(CONNECTION_RESTORED, when(() => {
        session.lost = false;
        show('connected', 'Connected again');
        log('good', 'Restored');
        showConnection();
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
        showConnection();
    }
    own.ready = true;
    enable();
}

async function ask(own, payload, options) {
    const [asked, began] = [wall(), performance.now()];
    const { receivedtime, echo } = await own.rt.sendToServer('realtime_echo', payload, options);
    own.samples.push({ asked, roundTrip: performance.now() - began, taken: receivedtime });
    own.clock = clockOffset(own.samples);
    return echo;
}

function stop(words = 'Not connected') {
    if (session?.rt) {
        session.rt.close();
        log('', 'Closed');
    }
    session?.abort.abort();
    session = null;
    show(words === 'Not connected' ? 'off' : 'denied', words);
    showConnection();
    enable();
}

// Runs

function take({ payload, time }) {
    const run = payload && runs.get(payload.test);
    if (!run) return;
    const isNew = run.tally.receive(payload.number, performance.now());
    if (isNew && session.clock) run.transits.push(wall() + session.clock.offset - (time + 0.5));
    run.changedAt = performance.now();
    if (run.state === 'busy') return run.wake();
    judge(run);
    showRow(run);
}

/** Waits for a condition; rejects once nothing has come for too long. */
async function until(run, condition) {
    while (!condition()) {
        if (session !== run.session) throw new Error('disconnected');
        const patience = session.lost ? PATIENCE_OFFLINE : PATIENCE;
        if (performance.now() - run.changedAt > patience) throw SILENCE;
        // Whatever comes wakes it; the time is looked at now and then.
        await new Promise((resolve) => {
            const timer = setTimeout(resolve, 250);
            run.wake = () => {
                clearTimeout(timer);
                resolve();
            };
        });
    }
}

function judge(run) {
    run.state = run.tally.good(run.ordered) && !run.failure ? 'good' : 'bad';
}

/** What is wrong with a run, in words. */
function faults({ tally, ordered, failure }) {
    const counts = [[tally.lost, 'lost'], [tally.doubled, 'doubled'], [ordered && tally.outOfOrder, 'out of order']];
    return [
        ...counts.filter(([count]) => count).map(([count, word]) => `${number(count)} ${word}`),
        ...(failure && failure !== SILENCE ? [failure.message] : []),
    ];
}

/** Runs something that sends `count` messages, until all have come or no more do. */
async function perform(name, count, ordered, send) {
    const row = document.createElement('tr');
    const run = {
        id: randomID(), name, ordered, row, session, state: 'busy', failure: null, tally: new Tally(count),
        transits: [], over: session.rt.transport || '–', changedAt: performance.now(), wake: () => {},
    };
    runs.set(run.id, run);
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
    const timer = setInterval(() => showRun(run), 100);
    try {
        await send(run);
        await until(run, () => run.tally.complete);
    } catch (error) {
        run.failure = error;
    }
    clearInterval(timer);
    running = false;
    judge(run);
    showRun(run);
    showConnection();
    showVerdict(run.state, run.state === 'good'
        ? `All received, once${ordered ? ' and in order' : ''}` : `Not all right: ${faults(run).join(', ')}`);
    enable();
}

function note(run, count) {
    run.tally.send(count, performance.now());
    run.changedAt = performance.now();
}

async function publish(run) {
    const { count } = run.tally;
    for (let first = 0; first < count; first += BATCH) {
        const size = Math.min(BATCH, count - first);
        await until(run, () => run.tally.ahead + size <= WINDOW);
        const items = Array.from({ length: size }, (_, index) => item(run, first + index));
        note(run, size);
        const { results } = await post('/v1/notify', { items });
        const refused = results.find(({ error }) => error);
        if (refused) throw new Error(`${refused.error.code}: ${refused.error.message}`);
    }
}

async function push(run) {
    const { count } = run.tally;
    const { component } = session.channel;
    const answer = await post('/v1/grants', {
        user: 'test', session: session.id, role: 'service', ttl: 3600, components: [component], channels: [],
    });
    let refused = null;
    const service = await ServiceConnection.open(answer, (error) => { refused ||= error; });
    try {
        for (let index = 0; index < count; index++) {
            await until(run, () => run.tally.ahead < WINDOW);
            note(run, 1);
            await service.publish(`${run.id}-${index}`, item(run, index));
            if (refused) throw refused;
        }
        await until(run, () => refused || run.tally.complete);
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
        await until(run, () => failure || waiting < ECHOES);
        await sleep(Math.max(0, began + index * 1000 / ECHOES_PER_SECOND - performance.now()));
        if (failure) throw failure;
        note(run, 1);
        waiting++;
        ask(run.session, index).then((answer) => {
            run.tally.receive(answer, performance.now());
        }, (error) => { failure ||= error; }).finally(() => {
            waiting--;
            run.changedAt = performance.now();
            run.wake();
        });
    }
    await until(run, () => failure || run.tally.complete);
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
