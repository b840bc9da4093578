import { positionOf } from './positions.js';

/**
 * A channel that a grant names, and where the page is in it: at the event `seq` of `epoch`; null: nowhere yet.
 * The page has been told that events up to `told` are missing: whichever still come are taken. `again` is 1 while the
 * event at `seq` may come itself (`retain: last` sends it first). Both hold until the first event.
 */
export class Channel {
    constructor(given) {
        this.given = given;
        this.hash = given.hash;
        this.closed = false;
        this.joined = false;
        this.lapsed = false; // Its right has expired, and the application is asked for another.
        this.hole = null; // or {held, bytes}: what came behind missing events, while these are asked for
        this.left = {};
        this.epoch = null;
        this.startFrom(given);
    }

    startFrom({ position }) {
        this.moveTo(positionOf(position) || { epoch: null, seq: 0 });
    }

    moveTo({ epoch, seq }, told = 0, again = 0) {
        if (epoch !== this.epoch) this.left = { epoch: this.epoch, seq: this.seq };
        Object.assign(this, { epoch, seq, told, again });
    }

    get position() {
        return this.epoch === null ? undefined : `${this.epoch}:${this.seq}`;
    }

    /**
     * Takes what SUBACK or a stream's first message says: the head (of a poll, where its events end), what comes of the
     * events after `since`, which was asked for, and `start`, where delivery begins, if that is known. Answers as
     * `advance` does.
     */
    begin({ position, recovered, since, start }) {
        const head = positionOf(position);
        if (!head) return null;
        if (this.epoch === null) {
            const from = positionOf(start);
            // Begun at a position that only the token has, the first event tells where that was; else it is now.
            if (from) this.moveTo(from);
            else if (recovered !== 'complete' && recovered !== 'gap') this.moveTo(head, 0, 1);
            if (!from || recovered !== 'gap') return null;
        } else if (since !== this.position) {
            return null; // Events came meanwhile on the transport before; whatever is missing behind them shows itself.
        }
        const other = head.epoch !== this.epoch || head.seq < this.seq; // Not the log that the position was of.
        const gap = other || recovered === 'gap';
        const news = other || head.seq > this.told;
        this.moveTo(other ? { epoch: head.epoch, seq: 0 } : this, gap ? head.seq : this.told);
        return gap && news ? position : null;
    }

    /** The last event that is not expected any more. */
    get passed() {
        return Math.max(this.seq, this.told);
    }

    /** Whether it was seen before. */
    knows({ epoch, seq }) {
        if (epoch === this.epoch) return seq <= this.seq - this.again;
        return epoch === this.left.epoch && seq <= this.left.seq;
    }

    /** Whether events before this one are missing that the bridge may still have. */
    lacks({ epoch, seq, gap }) {
        return gap !== true && epoch === this.epoch && seq - 1 > this.passed;
    }

    /** Moves to an event or a told gap; answers the position up to which the page is to be told of a gap, or null. */
    advance(body) {
        const { epoch, seq, gap } = body;
        const end = gap === true ? seq : seq - 1;
        const same = epoch === this.epoch;
        const missing = same ? end > this.passed : this.epoch !== null || gap === true;
        this.moveTo(body, same && gap === true ? this.told : 0);
        return missing ? `${epoch}:${end}` : null;
    }

    get wanted() {
        return !this.closed && this.given.rights.includes('subscribe');
    }

    get members() {
        const { component, area, itemid, contextid, channeldetails = '' } = this.given;
        return { component, area, itemid, contextid, channeldetails, hash: this.hash };
    }
}
