import { LATE_AFTER } from '../contract/limits.js';

/** Timers by name. One that fires long after its time proves nothing but that the page slept meanwhile. */
export class Timers {
    constructor() {
        this.running = new Map();
    }

    has(name) {
        return this.running.has(name);
    }

    /** Sets the timer of that name anew; `run(late)` is told whether the page slept. */
    set(name, milliseconds, run) {
        this.clear(name);
        const due = Date.now() + milliseconds;
        this.running.set(name, setTimeout(() => {
            this.running.delete(name);
            run(Date.now() - due > LATE_AFTER);
        }, milliseconds));
    }

    /** The same for the end of a wait: after a sleep, what came meanwhile is first given the time to be read. */
    deadline(name, milliseconds, run) {
        this.set(name, milliseconds, (late) => (late ? this.set(name, LATE_AFTER, run) : run()));
    }

    clear(name) {
        clearTimeout(this.running.get(name));
        this.running.delete(name);
    }

    clearAll() {
        [...this.running.keys()].forEach((name) => this.clear(name));
    }
}
