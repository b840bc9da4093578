import { Tally } from './tally.js';

/** Milliseconds without anything after which what is missing counts as lost: while connected, and while not. */
const PATIENCE = 5000;
const PATIENCE_OFFLINE = 60000;
/** Milliseconds: the time is looked at that often, though nothing comes. */
const LOOK = 250;
/** Thrown once nothing has come for too long: what is missing is counted. */
const SILENCE = new Error('nothing came any more');

/** 96 random bits. */
export const randomID = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Messages that are sent together, what has come of them, and who waits for that. */
export class Run {
    /** `session` has `lost` while there is no connection, and `ended` once it is closed. */
    constructor(session, name, over, count, ordered, now = () => performance.now()) {
        Object.assign(this, { session, name, over, ordered, now });
        this.id = randomID();
        this.state = 'busy'; // then good or bad
        this.failure = null;
        this.tally = new Tally(count);
        /** Milliseconds from the bridge to the page, by both clocks. */
        this.transits = [];
        this.changedAt = now();
        this.wake = () => {};
    }

    /** What is under way is not lost yet: null. */
    get lost() {
        return this.state === 'busy' ? null : this.tally.lost;
    }

    /** Notes that the next ones are sent. */
    send(count) {
        this.tally.send(count, this.now());
        this.touch();
    }

    /** Notes that one has come; answers whether it is one of ours, for the first time. */
    receive(number) {
        const isNew = this.tally.receive(number, this.now());
        this.touch();
        if (this.state !== 'busy') this.judge();
        return isNew;
    }

    /** Has whoever waits look again. */
    touch() {
        this.changedAt = this.now();
        this.wake();
    }

    /** Waits for a condition; rejects once nothing has come for too long. */
    async until(condition) {
        while (!condition()) {
            if (this.session.ended) throw new Error('disconnected');
            const patience = this.session.lost ? PATIENCE_OFFLINE : PATIENCE;
            if (this.now() - this.changedAt > patience) throw SILENCE;
            await new Promise((resolve) => {
                const timer = setTimeout(resolve, LOOK);
                this.wake = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        }
    }

    /** Ends it; a failure spoils it, though everything may have come. */
    end(failure = null) {
        this.failure = failure;
        this.judge();
    }

    judge() {
        this.state = this.tally.good(this.ordered) && !this.failure ? 'good' : 'bad';
    }

    /** What is wrong, in words. */
    get faults() {
        const { lost, doubled, outOfOrder } = this.tally;
        const counts = [[lost, 'lost'], [doubled, 'doubled'], [this.ordered && outOfOrder, 'out of order']];
        return [
            ...counts.filter(([count]) => count).map(([count, word]) => `${count.toLocaleString('en')} ${word}`),
            ...(this.failure && this.failure !== SILENCE ? [this.failure.message] : []),
        ];
    }
}
