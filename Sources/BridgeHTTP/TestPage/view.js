import { drawChart } from './chart.js';
import { milliseconds, summarize } from './tally.js';

const MAXIMUM_LOG = 200;

export const element = (id) => document.getElementById(id);

/** Shows how the connection is. */
export function show(state, words) {
    element('status').dataset.state = state;
    element('status').textContent = words;
}

/** Adds a line about the connection. */
export function log(state, words) {
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

/** Shows why connecting failed, or nothing. */
export function complain(error) {
    element('problem').textContent = error ? error.message : '';
    element('problem').hidden = !error;
}

const number = (value) => value.toLocaleString('en');

function cell(row, words, state) {
    const made = row.insertCell();
    made.textContent = words;
    if (state) made.dataset.state = state;
}

/** Shows a run in its row; one that is over may still get something doubled. */
export function showRow(run, row) {
    const { tally } = run;
    const latency = summarize(tally.latencies);
    row.replaceChildren();
    row.dataset.state = run.state;
    cell(row, run.name);
    cell(row, run.over);
    cell(row, number(tally.sent));
    cell(row, number(tally.received));
    for (const value of [run.lost, tally.doubled]) {
        cell(row, value === null ? '–' : number(value), value ? 'bad' : '');
    }
    cell(row, run.ordered ? number(tally.outOfOrder) : '–', run.ordered && tally.outOfOrder ? 'bad' : '');
    for (const value of [latency?.p50, latency?.p99, latency?.max]) cell(row, milliseconds(value));
}

/** Shows a run as the present one. */
export function showRun(run, clock) {
    const { tally } = run;
    const latency = summarize(tally.latencies);
    const transit = summarize(run.transits);
    element('run-title').textContent = run.name;
    element('progress').max = tally.count;
    element('progress').value = tally.received;
    for (const [id, value] of [
        ['sent', tally.sent], ['received', tally.received], ['lost', run.lost], ['doubled', tally.doubled],
        ['disorder', run.ordered ? tally.outOfOrder : null],
    ]) {
        element(id).textContent = value === null ? '–' : number(value);
        element(id).dataset.state = value && !['sent', 'received'].includes(id) ? 'bad' : '';
    }
    for (const [id, value] of [['p50', latency?.p50], ['p99', latency?.p99], ['max', latency?.max]]) {
        element(id).textContent = milliseconds(value);
    }
    element('transit').textContent = transit && clock
        ? `${milliseconds(transit.p50)} ± ${milliseconds(clock.error)}` : '–';
    element('figure').hidden = !latency;
    drawChart(element('chart'), tally.latencies, latency);
    const scale = latency ? `; 0 to ${milliseconds(latency.max)}` : '';
    element('scale').textContent = `latencies, in the order of arrival${scale}`;
}

/** Shows what came of the present run. */
export function showVerdict(state, words) {
    element('verdict').dataset.state = state;
    element('verdict').textContent = words;
}

/** Shows the bridge's clock and the transport, where there are any. */
export function showConnection({ clock, rt } = {}) {
    element('clock').textContent = clock ? `${milliseconds(clock.offset)} ± ${milliseconds(clock.error)}` : '–';
    element('used').textContent = rt?.transport || '–';
}
