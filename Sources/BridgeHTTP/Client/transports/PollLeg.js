import { ANSWER_TIMEOUT, POLL_PACE, POLL_PAUSE, POLL_WAIT } from '../contract/limits.js';
import { json, objectOf } from '../contract/values.js';
import { callBridge, textOf } from './HTTPCall.js';
import { Leg } from './Leg.js';

/** Channels read by long polling; `paced`: by short polls, a few seconds apart, which hold no connection. */
export class PollLeg extends Leg {
    constructor(transport, answer, hashes, paced) {
        super(transport, answer, hashes);
        this.paced = paced;
    }

    async run(signal) {
        for (let wait = 0; ;) {
            const startedAt = Date.now();
            const asked = this.asked();
            const channels = [...asked].map(([hash, since]) => ({ hash, since }));
            const response = await callBridge(
                this.transport.settings, this.answer, '/v1/poll', { signal, body: json({ channels, wait }) });
            if (signal.aborted) return;
            if (response.status !== 200) return this.refused(response, signal);
            const text = await textOf(response);
            if (signal.aborted) return;
            this.heard = Date.now();
            this.timers.clear('answer');
            const { count, more } = this.take(objectOf(text).channels, asked, text.length);
            if (signal.aborted) return;
            const early = wait && !count && Date.now() - startedAt < POLL_PAUSE;
            wait = more || this.paced ? 0 : POLL_WAIT;
            if (!more && (early || this.paced)) await this.pause(early ? POLL_PAUSE : POLL_PACE);
            this.expect(wait * 1000 + ANSWER_TIMEOUT);
        }
    }

    /** Takes what came of each channel; answers how many events that were, and whether there are more. */
    take(channels, asked, bytes) {
        const own = channels.filter(({ hash }) => this.hashes.has(hash));
        const count = own.reduce((sum, { events = [] }) => sum + events.length, 0);
        const wasBegun = this.begun && !this.resuming;
        const results = own.map((channel) => {
            const { epoch, seq } = (channel.events || [])[0] || {};
            const start = epoch ? `${epoch}:${seq - 1}` : channel.position;
            return this.resultOf(channel, asked.get(channel.hash), start);
        });
        const told = wasBegun ? results.filter(({ reason, recovered }) => reason || recovered === 'gap') : results;
        if (told.length || !wasBegun) this.begin(told);
        for (const { hash, events = [] } of own) {
            for (const event of events) {
                if (this.controller.signal.aborted) return {};
                this.transport.event(hash, event, bytes / count);
            }
        }
        return { count, more: own.some(({ more }) => more === true) };
    }

    pause(milliseconds) {
        return new Promise((resolve) => this.timers.set('pause', milliseconds, resolve));
    }
}
