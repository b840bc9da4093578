import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
    Tally, clockOffset, columns, milliseconds, summarize,
} from '../../Sources/BridgeHTTP/TestPage/tally.js';

/** So many messages sent at 0, and what came of them at their number in milliseconds. */
function tallyOf(count, arrivals) {
    const tally = new Tally(count);
    tally.send(count, 0);
    arrivals.forEach((number) => tally.receive(number, number));
    return tally;
}

test('all sent and received in order is good', () => {
    const tally = tallyOf(3, [0, 1, 2]);
    assert.deepEqual([tally.sent, tally.received, tally.lost, tally.doubled, tally.outOfOrder], [3, 3, 0, 0, 0]);
    assert.deepEqual(tally.latencies, [0, 1, 2]);
    assert.ok(tally.good());
});

test('what does not come is lost', () => {
    const tally = tallyOf(3, [0, 2]);
    assert.deepEqual([tally.lost, tally.outOfOrder], [1, 0]);
    assert.ok(!tally.good(false));
});

test('what was never sent is not lost, and not good', () => {
    const tally = new Tally(3);
    tally.send(1, 0);
    tally.receive(0, 1);
    assert.equal(tally.lost, 0);
    assert.ok(!tally.complete);
    assert.ok(!tally.good());
});

test('what comes again is doubled, and neither out of order nor a latency', () => {
    const tally = tallyOf(2, [0, 1, 0, 0]);
    assert.deepEqual([tally.received, tally.doubled, tally.outOfOrder], [2, 2, 0]);
    assert.equal(tally.latencies.length, 2);
    assert.ok(!tally.good(false));
});

test('what comes behind a later one is out of order, which not everything promises', () => {
    const tally = tallyOf(4, [1, 0, 3, 2]);
    assert.equal(tally.outOfOrder, 2);
    assert.ok(!tally.good());
    assert.ok(tally.good(false));
});

test('numbers that were not sent are none of ours', () => {
    const tally = new Tally(3);
    tally.send(2, 0);
    for (const number of [-1, 2, 0.5, NaN, '0', null, undefined]) assert.equal(tally.receive(number, 1), false);
    assert.deepEqual([tally.received, tally.doubled], [0, 0]);
});

test('ahead is what is sent behind the last that came; what is lost before it blocks nothing', () => {
    const tally = new Tally(10);
    assert.equal(tally.ahead, 0);
    tally.send(4, 0);
    assert.equal(tally.ahead, 4);
    tally.receive(2, 1);
    assert.equal(tally.ahead, 1);
    tally.send(100, 1);
    assert.deepEqual([tally.sent, tally.ahead], [10, 7]);
});

test('percentiles are values that were measured', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    assert.deepEqual(summarize(values), { p50: 100, p99: 198, max: 200 });
    assert.deepEqual(summarize([7]), { p50: 7, p99: 7, max: 7 });
    assert.equal(summarize([]), null);
    assert.equal(values[0], 200, 'the order of arrival stays');
});

test('the shortest round trip tells the clock', () => {
    assert.deepEqual(
        clockOffset([
            { asked: 100000, roundTrip: 80, taken: 100900 },
            { asked: 200000, roundTrip: 4, taken: 200051 },
            { asked: 300000, roundTrip: 9, taken: 299000 },
        ]),
        { offset: 49.5, error: 2.5 });
    assert.equal(clockOffset([]), null);
});

test('the true offset lies within the error', () => {
    for (let wayThere = 0; wayThere <= 30; wayThere++) {
        const taken = Math.floor(1000.777 + wayThere - 123);
        const { offset, error } = clockOffset([{ asked: 1000.777, roundTrip: 30, taken }]);
        assert.ok(Math.abs(offset - -123) <= error);
    }
});

test('columns take every latency, in the order of arrival', () => {
    assert.deepEqual(columns([], 60), []);
    assert.deepEqual(columns([3, 1], 60), [{ median: 3, max: 3 }, { median: 1, max: 1 }]);
    const many = Array.from({ length: 10000 }, (_, index) => index);
    const found = columns(many, 60);
    assert.equal(found.length, 60);
    assert.equal(found.at(-1).max, 9999);
    assert.ok(found.every(({ median, max }, index) => median <= max && (!index || median > found[index - 1].max)));
});

test('milliseconds for people', () => {
    assert.deepEqual([1.25, 53.4, -0.25, 0, null, undefined].map(milliseconds),
        ['1.3 ms', '53 ms', '-0.3 ms', '0.0 ms', '–', '–']);
});
