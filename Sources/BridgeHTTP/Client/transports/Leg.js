import { ANSWER_TIMEOUT, FRESH, RESUME_AFTER } from '../contract/limits.js';
import { reasonOf } from '../contract/reasons.js';
import { refusalOf } from './HTTPCall.js';
import { Timers } from './Timers.js';

/**
 * What is read over HTTP with one grant: `run(signal)` of `StreamLeg` or `PollLeg`, from where the page is. When it is
 * cut after it stood, it is opened again at once, and only where that fails it has ended.
 */
export class Leg {
    /** @param {HTTPTransport} transport; `hashes`: the channels, none to know only that the grant is taken. */
    constructor(transport, answer, hashes) {
        this.transport = transport;
        this.answer = answer;
        this.hashes = hashes;
        this.timers = new Timers();
        this.begun = false;
        this.resuming = false;
        this.resumedAt = 0;
    }

    /** Opens it, or opens it anew, from where the page is. */
    open() {
        this.close();
        this.controller = new AbortController();
        const { signal } = this.controller;
        this.expect(this.begun ? ANSWER_TIMEOUT : this.transport.settings.patience);
        this.run(signal).catch((error) => !signal.aborted && this.cut(String(error)));
    }

    expect(milliseconds) {
        this.timers.deadline('answer', milliseconds, () => this.cut('no answer'));
    }

    /** Each channel asked for, and since when. */
    asked() {
        return new Map([...this.hashes].map((hash) => [hash, this.transport.since(hash)]));
    }

    /** Hands over how channels began; those refused are not asked for again. */
    begin(results) {
        if (!this.begun) this.resumedAt = Date.now();
        this.begun = true;
        this.resuming = false;
        this.transport.begun(this, results);
    }

    /** How a channel began by what the bridge says of it; throws where the bridge only cannot say at present. */
    resultOf({ hash, error, position, recovered }, since, start) {
        if (!error) return { hash, since, start, position, recovered, reason: 0, reasonString: '' };
        const reasonString = `${error.code}: ${error.message}`;
        const reason = reasonOf(error.code);
        if (reason !== reasonOf('forbidden')) throw new Error(reasonString);
        return { hash, since, reason, reasonString };
    }

    /** The bridge, or something before it, answered with another status than 200. */
    async refused(response, signal) {
        const why = await refusalOf(response);
        if (signal.aborted) return;
        if (why.code) this.end(why);
        else this.cut(why.reasonString, { retryAfter: why.retryAfter, isAnswered: true });
    }

    /** The connection broke: a proxy's limit, a network changed, or the bridge is gone. */
    cut(reasonString, more) {
        const stood = this.begun && !this.resuming && Date.now() - this.resumedAt >= RESUME_AFTER;
        if (!stood) return this.end({ code: 0, reasonString, ...more });
        this.resuming = true;
        this.resumedAt = Date.now();
        this.open();
    }

    /**
     * Finds out whether the other end is there, by opening it anew, unless it was heard just now and is heard again:
     * what a page reads when it wakes may have come before it slept.
     */
    probe() {
        if (!this.begun) return;
        const { heard } = this;
        const rest = heard + FRESH - Date.now();
        if (rest <= 0) return this.open();
        this.timers.set('probe', rest, () => this.heard === heard && this.open());
    }

    end(why) {
        this.close();
        this.transport.ended(this, why);
    }

    close() {
        this.timers.clearAll();
        if (this.controller) this.controller.abort();
    }
}
