/**
 * A channel as the bridge's log has it, over all its epochs. An event's payload is its index among all of them, so that
 * a position of whatever epoch can be compared: `start` is the index at which an epoch begins.
 */
export class SimulatedChannel {
    constructor(hash, head) {
        this.hash = hash;
        this.epochs = [];
        this.events = [];
        this.open = false; // A gap was told, and no event yet.
        this.begin();
        this.append(head);
    }

    get epoch() {
        return this.epochs[this.epochs.length - 1];
    }

    get head() {
        return this.events.length - this.epoch.start;
    }

    get position() {
        return `${this.epoch.name}:${this.head}`;
    }

    /** A new epoch: what the one before had is gone. */
    begin() {
        this.events.forEach((event) => { event.gone = true; });
        this.epochs.push({ name: `e${this.epochs.length}`, start: this.events.length });
        this.oldest = 1;
    }

    append(count) {
        for (let added = 0; added < count; added++) this.events.push({ gone: false, skipped: false });
    }

    /** Retention takes the oldest; the count may be all there are. */
    trim(count) {
        for (; count > 0 && this.oldest <= this.head; count--) this.at(this.oldest++).gone = true;
    }

    at(seq) {
        return this.events[this.epoch.start + seq - 1];
    }

    body(seq) {
        return { seq, epoch: this.epoch.name, time: 1732370000123, payload: this.epoch.start + seq - 1 };
    }

    /** What the bridge left out without a word, and did not give when it was asked either. */
    refuseSkipped() {
        this.events.forEach((event) => { event.gone ||= event.skipped; });
    }

    /** Where delivery begins that is asked for from a position: the last seq before it, and whether all follows. */
    resume(since) {
        const [name, seq] = since.split(':');
        const complete = name === this.epoch.name && seq <= this.head && this.oldest <= Number(seq) + 1;
        return { from: complete ? Number(seq) : this.oldest - 1, recovered: complete ? 'complete' : 'gap' };
    }

    /** A page of `realtime_history`. */
    history(since, limit) {
        const { from, recovered } = this.resume(since);
        const events = [];
        for (let seq = from + 1; seq <= this.head && events.length < limit; seq++) events.push(this.body(seq));
        const more = from + events.length < this.head;
        return { hash: this.hash, position: this.position, recovered, events, more };
    }

    /** `[number of the epoch, seq, index]` of a position. */
    parts(position) {
        const [name, seq] = position.split(':');
        const number = this.epochs.findIndex((epoch) => epoch.name === name);
        return [number, Number(seq), this.epochs[number].start + Number(seq) - 1];
    }
}
