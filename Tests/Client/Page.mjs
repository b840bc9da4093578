import assert from 'node:assert/strict';

/** A generator of numbers from 0 to below 1 (mulberry32). */
export function generator(seed) {
    return () => {
        seed = seed + 0x6d2b79f5 | 0;
        let mixed = Math.imul(seed ^ seed >>> 15, 1 | seed);
        mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
        return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
    };
}

/** Holds what the page is told of one channel against the log: each event once and in order, or a gap over it. */
export class Page {
    constructor(simulated, first) {
        this.simulated = simulated;
        this.last = first - 1;
        this.at = null;
        this.gaps = [];
    }

    gap(position) {
        const parts = this.simulated.parts(position);
        const before = this.gaps.length ? this.gaps[this.gaps.length - 1] : this.at;
        assert.ok(!before || parts[0] > before[0] || (parts[0] === before[0] && parts[1] > before[1]),
            `gap up to ${position} was told or seen before`);
        this.gaps.push(parts);
    }

    event(position, index) {
        const parts = this.simulated.parts(position);
        assert.equal(parts[2], index, 'the position is another event\'s');
        assert.ok(index > this.last, `event ${index} came after ${this.last}`);
        const covered = Math.max(...this.gaps.map(([, , end]) => end));
        for (let missing = this.last + 1; missing < index; missing++) {
            assert.ok(missing <= covered, `event ${missing} is missing without a gap`);
            assert.ok(this.simulated.events[missing].gone, `event ${missing} was there, and is missing`);
        }
        assert.ok(!this.gaps.length || index > this.last + 1 || (this.at && parts[0] > this.at[0]) || !this.at,
            `a gap was told before event ${index}, and nothing is missing`);
        this.last = index;
        this.at = parts;
        this.gaps = [];
    }
}
