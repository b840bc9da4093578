/**
 * What the test page counts and judges: pure, without a page. `realtime-bridge selftest` counts the same way.
 */

/** What became of messages that are numbered from 0 in the order of sending. Times in milliseconds of any one clock. */
export class Tally {
    constructor(count) {
        this.count = count;
        this.sent = 0;
        this.received = 0;
        this.doubled = 0;
        this.outOfOrder = 0;
        /** From sending to the first arrival, in the order of arrival. */
        this.latencies = [];
        this.sentAt = [];
        this.come = new Set();
        this.highest = -1;
    }

    /** Notes that the next ones are sent. */
    send(more, time) {
        for (let index = 0; index < more && this.sent < this.count; index++) {
            this.sentAt.push(time);
            this.sent++;
        }
    }

    /** Notes that one has come; answers whether it is one of ours, for the first time. */
    receive(number, time) {
        if (!Number.isInteger(number) || number < 0 || number >= this.sent) return false;
        if (this.come.has(number)) {
            this.doubled++;
            return false;
        }
        this.come.add(number);
        this.received++;
        this.latencies.push(time - this.sentAt[number]);
        if (number < this.highest) this.outOfOrder++;
        this.highest = Math.max(this.highest, number);
        return true;
    }

    /** Sent and not come. */
    get lost() {
        return this.sent - this.received;
    }

    /** Sent behind the last of those that came: what is still under way, if none is lost. */
    get ahead() {
        return this.sent - 1 - this.highest;
    }

    get complete() {
        return this.received === this.count;
    }

    /** Whether each was sent and came once; in order, where an order is promised. */
    good(ordered = true) {
        return this.complete && this.doubled === 0 && (!ordered || this.outOfOrder === 0);
    }
}

/** The smallest value that so many percent are not above. */
const percentile = (sorted, percent) => sorted[Math.max(0, Math.ceil(sorted.length * percent / 100) - 1)];

/** Latencies in three figures, each of them one that was measured; null where there is nothing. */
export function summarize(latencies) {
    if (!latencies.length) return null;
    const sorted = Float64Array.from(latencies).sort();
    return { p50: percentile(sorted, 50), p99: percentile(sorted, 99), max: sorted[sorted.length - 1] };
}

/**
 * How far the bridge's clock is ahead, and no further off than `error`; null without samples.
 *
 * `asked` and `roundTrip` are of the page's clock, `taken` is the bridge's, whole milliseconds cut off. The sample with
 * the shortest round trip is the surest: the bridge took the question at some time of it.
 */
export function clockOffset(samples) {
    if (!samples.length) return null;
    const best = samples.reduce((one, other) => (other.roundTrip < one.roundTrip ? other : one));
    return {
        offset: best.taken + 0.5 - (best.asked + best.roundTrip / 2),
        error: best.roundTrip / 2 + 0.5,
    };
}

/** Latencies in at most so many columns, in the order of arrival: `{median, max}` of each. */
export function columns(latencies, most) {
    const count = Math.min(most, latencies.length);
    return Array.from({ length: count }, (_, index) => {
        const part = latencies.slice(
            Math.floor(index * latencies.length / count), Math.floor((index + 1) * latencies.length / count));
        const { p50, max } = summarize(part);
        return { median: p50, max };
    });
}

/** Milliseconds for people. */
export function milliseconds(value) {
    if (value === null || value === undefined) return '–';
    return `${value.toFixed(Math.abs(value) < 10 ? 1 : 0)} ms`;
}
