import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { Run, randomID } from '../../Sources/BridgeHTTP/TestPage/run.js';

let time;
let session;

beforeEach(() => {
    time = 0;
    session = { lost: false, ended: false };
    mock.timers.enable({ apis: ['setTimeout'] });
});

afterEach(() => mock.timers.reset());

const runOf = (count, ordered = true) => new Run(session, 'Burst', 'poll', count, ordered, () => time);

/** Lets that time go by, and what follows from it come to pass. */
async function pass(milliseconds) {
    for (let left = milliseconds; left > 0; left -= 250) {
        time += Math.min(left, 250);
        mock.timers.tick(Math.min(left, 250));
        await new Promise((resolve) => setImmediate(resolve));
    }
}

test('whoever waits is woken by what comes', async () => {
    const run = runOf(1);
    run.send(1);
    const waited = run.until(() => run.tally.complete);
    assert.equal(run.lost, null);
    run.receive(0);
    await waited;
    run.end();
    assert.deepEqual([run.state, run.lost, run.faults], ['good', 0, []]);
});

test('what is missing is lost once nothing has come for five seconds', async () => {
    const run = runOf(3);
    run.send(3);
    let failure = null;
    const waited = run.until(() => run.tally.complete).catch((error) => { failure = error; });
    await pass(4900);
    run.receive(1);
    await pass(5000);
    assert.equal(failure, null);
    await pass(500);
    await waited;
    run.end(failure);
    assert.deepEqual([run.state, run.lost, run.faults], ['bad', 2, ['2 lost']]);
});

test('while there is no connection more patience is had', async () => {
    const run = runOf(1);
    run.send(1);
    session.lost = true;
    const waited = run.until(() => run.tally.complete);
    await pass(50000);
    run.receive(0);
    await waited;
    run.end();
    assert.equal(run.state, 'good');
});

test('a closed session ends it', async () => {
    const run = runOf(1);
    run.send(1);
    const waited = assert.rejects(run.until(() => run.tally.complete), /disconnected/);
    session.ended = true;
    await pass(250);
    await waited;
});

test('a failure spoils a run of which everything has come, and every fault is named', () => {
    const run = runOf(2);
    run.send(2);
    [1, 0, 0].forEach((number) => run.receive(number));
    run.end(new Error('forbidden: no'));
    assert.equal(run.state, 'bad');
    assert.deepEqual(run.faults, ['1 doubled', '1 out of order', 'forbidden: no']);
    const other = runOf(1);
    other.send(1);
    other.receive(0);
    other.end(new Error('busy'));
    assert.deepEqual([other.state, other.faults], ['bad', ['busy']]);
});

test('what comes again behind the end spoils it still', () => {
    const run = runOf(1);
    run.send(1);
    assert.equal(run.receive(0), true);
    run.end();
    assert.equal(run.state, 'good');
    assert.equal(run.receive(0), false);
    assert.deepEqual([run.state, run.faults], ['bad', ['1 doubled']]);
});

test('an order that is not promised is no fault', () => {
    const run = runOf(2, false);
    run.send(2);
    [1, 0].forEach((number) => run.receive(number));
    run.end();
    assert.deepEqual([run.state, run.faults], ['good', []]);
});

test('ids are 96 random bits', () => {
    assert.match(randomID(), /^[0-9a-f]{24}$/);
    assert.notEqual(randomID(), randomID());
});
