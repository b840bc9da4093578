import { Channel } from '../channel/Channel.js';
import { historyOf, isEvent } from '../channel/positions.js';
import { ANSWER_TIMEOUT, MAXIMUM_HELD, MAXIMUM_HELD_BYTES } from '../contract/limits.js';
import { DENIED, EVENT, GAP } from '../contract/kinds.js';
import { codeOf } from '../contract/reasons.js';
import { json } from '../contract/values.js';

/** The channels of all grants: which are subscribed, and that the page gets each event once and in order. */
export class Channels {
    constructor(client) {
        this.client = client;
        this.map = new Map();
    }

    learn(answer) {
        for (const given of answer.channels) {
            const known = this.map.get(given.hash);
            if (!known) {
                this.map.set(given.hash, new Channel(given));
                continue;
            }
            known.given = given;
            known.closed = false;
            // A position that we have stays: the grant's may lie beyond events that are still on their way here.
            if (!known.joined && known.epoch === null) known.startFrom(given);
        }
    }

    join(channels, withReplies, done) {
        const wanted = channels.filter((channel) => channel.wanted && !channel.joined);
        if (!wanted.length && !withReplies) return done();
        const asked = wanted.map(({ hash, position }) => ({ hash, since: position }));
        this.client.connection.transport.subscribe(asked, withReplies, (results) => {
            this.begin(results);
            if (!this.client.ended) done();
        });
    }

    /** Takes how channels have begun, or gone on. */
    begin(results) {
        for (const result of results) {
            const channel = this.map.get(result.hash);
            if (this.client.ended) return;
            if (result.reason >= 0x80) {
                this.shut(channel, codeOf(result.reason, result.reasonString), result.reason, result.reasonString);
                continue;
            }
            channel.joined = true;
            channel.lapsed = false;
            this.miss(channel, channel.begin(result));
        }
    }

    /** The connection is gone, or another takes its place: what was held back comes again, behind what is missing. */
    leave() {
        this.map.forEach((channel) => Object.assign(channel, { joined: false, hole: null }));
    }

    /** Nothing of a channel counts before its SUBACK. */
    receive(hash, body, bytes) {
        const channel = this.map.get(hash);
        if (!channel || !channel.joined || this.client.ended) return;
        if (typeof body.closed === 'string') {
            // Nothing is given to whom the channel is closed: what is held back comes, with a gap at each hole.
            if (channel.hole) this.release(channel, (body) => this.deliver(channel, body));
            if (!this.client.ended) this.close(channel, body.closed);
            return;
        }
        if (!isEvent(body) || channel.knows(body)) return;
        const { hole } = channel;
        if (!hole && !channel.lacks(body)) return this.deliver(channel, body);
        if (!hole) {
            channel.hole = { held: [[body, bytes]], bytes };
            return this.fill(channel);
        }
        hole.held.push([body, bytes]);
        hole.bytes += bytes;
        if (hole.held.length > MAXIMUM_HELD || hole.bytes > MAXIMUM_HELD_BYTES) this.release(channel);
    }

    deliver(channel, body) {
        if (this.client.ended || channel.knows(body)) return;
        this.miss(channel, channel.advance(body));
        if (body.gap === true || this.client.ended) return;
        const { payload, time, by } = body;
        this.client.emitter.emit(EVENT, { ...channel.members, payload, position: channel.position, time, by });
    }

    /** Tells that events up to that position are missing, if there is one. */
    miss(channel, position) {
        if (position) this.client.emitter.emit(GAP, { ...channel.members, position });
    }

    /** Asks for what is missing before the events held back, page by page. */
    fill(channel) {
        const { hash, position, hole } = channel;
        const [[first]] = hole.held;
        const body = json({ channels: [{ hash, since: position }] });
        const bounds = { timeout: ANSWER_TIMEOUT, bound: true };
        this.client.messages.request('realtime_history', body, bounds, (error, payload) => {
            if (channel.hole !== hole) return; // Released or lost meanwhile.
            const { events, more } = historyOf(hash, payload);
            events.filter((event) => isEvent(event) && event.epoch === first.epoch && event.seq < first.seq)
                .forEach((event) => this.deliver(channel, event));
            if (this.client.ended) return;
            if (more === true && channel.position !== position && channel.lacks(first)) return this.fill(channel);
            this.release(channel);
        });
    }

    /** Goes on with what was held back; what is missing before it still is a gap. */
    release(channel, take = (body, bytes) => this.receive(channel.hash, body, bytes)) {
        const [[first], ...further] = channel.hole.held;
        channel.hole = null;
        this.deliver(channel, first);
        further.forEach(([body, bytes]) => take(body, bytes));
    }

    /** What has expired may be renewed yet: late timers are no reason to give a channel up. */
    close(channel, why) {
        if (why !== 'expired' || !this.client.options.renew) return this.shut(channel, `grant_${why}`, 0, why);
        Object.assign(channel, { joined: false, lapsed: true });
        this.client.grants.renewNow();
    }

    /** Nothing more comes for channels that have expired: a renewed grant does not name them, or there is none. */
    giveUpLapsed() {
        for (const channel of this.map.values()) {
            if (channel.lapsed && !this.client.ended) this.shut(channel, 'grant_expired', 0, 'expired');
        }
    }

    shut(channel, code, reason, reasonString) {
        Object.assign(channel, { closed: true, joined: false, lapsed: false });
        this.client.emitter.emit(DENIED, { channel: channel.members, code, reason, reasonString });
    }
}
