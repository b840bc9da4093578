import { EventStreamParser } from '../codec/EventStreamParser.js';
import { MAXIMUM_PACKET, SILENCE_CHECK, SILENCE_LIMIT } from '../contract/limits.js';
import { reasonOf } from '../contract/reasons.js';
import { objectOf } from '../contract/values.js';
import { callBridge, readBody } from './HTTPCall.js';
import { Leg } from './Leg.js';

/** Channels read as server-sent events, by `fetch`: `EventSource` cannot send the grant. */
export class StreamLeg extends Leg {
    async run(signal) {
        const asked = this.asked();
        const query = [...asked.keys()].map((hash) => `channel=${hash}`).join('&');
        // Positions in a header: with many channels the address would be too long for proxies.
        const last = [...asked].filter(([, since]) => since).map(([hash, since]) => `${hash}@${since}`).join();
        const response = await callBridge(this.transport.settings, this.answer, `/v1/stream?${query}`, {
            signal, headers: { accept: 'text/event-stream', ...(last && { 'last-event-id': last }) },
        });
        if (signal.aborted) return;
        if (response.status !== 200) return this.refused(response, signal);
        if (!/^text\/event-stream\b/.test(response.headers.get('content-type'))) throw new Error('not a stream');
        const utf8 = new TextDecoder();
        const parser = new EventStreamParser(MAXIMUM_PACKET, (type, id, data) => {
            if (!signal.aborted) this.message(type, id, data, asked);
        });
        this.watch(signal);
        await readBody(response, (bytes) => {
            this.heard = Date.now();
            parser.take(utf8.decode(bytes, { stream: true }));
        });
        if (!signal.aborted) this.cut('the stream ended');
    }

    /** A stream of which no channel may be read is refused as a whole. */
    end(why) {
        const { code: reason, reasonString } = why;
        if (reason !== reasonOf('forbidden')) return super.end(why);
        this.close();
        this.begin([...this.hashes].map((hash) => ({ hash, reason, reasonString })));
    }

    message(type, id, data, asked) {
        const body = objectOf(data);
        if (type === 'open') return this.opened(body, id, asked);
        if (!body || !this.hashes.has(body.hash)) return;
        const { hash, ...event } = body;
        if (event.closed === 'expired') {
            return this.end({ code: reasonOf('grant_expired'), reasonString: 'grant_expired: the rights have ended' });
        }
        this.transport.event(hash, event, data.length);
        if (typeof event.closed === 'string') this.transport.leave([hash]);
        if (!this.hashes.size && !this.controller.signal.aborted) this.transport.assign();
    }

    /** The first message: where each channel is, and in its id where delivery begins. */
    opened(body, id, asked) {
        this.timers.clear('answer');
        const places = new Map(id.split(',').map((place) => place.split('@')));
        this.begin(body.channels.filter(({ hash }) => this.hashes.has(hash))
            .map((channel) => this.resultOf(channel, asked.get(channel.hash), places.get(channel.hash))));
    }

    /** By the time elapsed: a timer alone proves nothing where a page sleeps. */
    watch(signal) {
        this.heard = Date.now();
        const look = (late) => {
            this.timers.set('watch', SILENCE_CHECK, look);
            if (late) this.transport.slept();
            if (signal.aborted || Date.now() - this.heard < SILENCE_LIMIT) return;
            if (late) this.open();
            else this.end({ code: 0, reasonString: 'the stream is silent' });
        };
        this.timers.set('watch', SILENCE_CHECK, look);
    }

    /** A stream that is being opened shows it anyway. */
    probe() {
        if (!this.timers.has('answer')) super.probe();
    }
}
