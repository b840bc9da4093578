import { MAXIMUM_HELD_CALLS, MAXIMUM_UNUSED_GRANTS } from '../contract/limits.js';
import { RealtimeError, reasonOf } from '../contract/reasons.js';
import { objectOf } from '../contract/values.js';
import { callBridge, refusalOf, textOf } from './HTTPCall.js';
import { HTTPSender } from './HTTPSender.js';
import { PollLeg } from './PollLeg.js';
import { StreamLeg } from './StreamLeg.js';

/**
 * Events by server-sent events or long polling, messages by `POST /v1/send`: the same members as `MQTTTransport`. It
 * reads with a leg for each grant. `opened` comes with the first answer: only that shows that events come through.
 * Beside the other callbacks: `since(hash)` says where the page is, `begun(results)` how channels began, or went on
 * where a leg was opened again; `slept` that the page did.
 */
export class HTTPTransport {
    /** @param {{fetch: Function, url: string, answer: GrantAnswer, kind: string, patience: number}} settings */
    constructor(settings, callbacks) {
        this.settings = settings;
        this.callbacks = callbacks;
        this.presented = []; // The newest first.
        this.legs = [];
        this.hashes = new Set();
        this.joined = new Set();
        this.results = new Map();
        this.waiting = [];
        this.accepted = false;
        this.life = new AbortController();
        this.sender = new HTTPSender(settings, () => this.presented.map(({ answer }) => answer), callbacks.reply);
    }

    connect(channels) {
        const { fetch, url, answer } = this.settings;
        this.hold(answer);
        channels.filter(({ hash }) => this.grantFor(hash)).forEach(({ hash }) => this.hashes.add(hash));
        if (fetch && url) return this.assign();
        queueMicrotask(() => this.end({ code: 0, reasonString: 'no fetch, or no address for it', unusable: true }));
    }

    subscribe(channels, withReplies, done) {
        for (const { hash } of channels) {
            if (this.results.has(hash)) continue;
            if (this.grantFor(hash)) this.hashes.add(hash);
            else this.refuse(hash, 'forbidden: no grant names this channel');
        }
        this.waiting.push({ hashes: new Set(channels.map(({ hash }) => hash)), done });
        this.assign();
        this.settle();
    }

    /** Presents a further grant: once the bridge has taken it, channels that it names are read with it. */
    present(request, answer, done) {
        const { signal } = this.life;
        this.post(answer, '{"channels":[]}', signal).then((payload) => {
            if (signal.aborted) return;
            this.hold(answer);
            this.assign();
            this.callbacks.reply(request, { ok: true, payload });
        }).catch((error) => !signal.aborted && error instanceof RealtimeError && done(error));
    }

    send(component, request, body, done) {
        if (component !== 'realtime_history') return this.sender.send(component, request, body, done);
        const { signal } = this.life;
        this.post(this.grantFor(JSON.parse(body).channels[0].hash), body, signal).then((payload) => {
            if (!signal.aborted) this.callbacks.reply(request, { ok: true, payload });
        }).catch((error) => !signal.aborted && done(error));
    }

    forget(request) {
        this.sender.forget(request);
    }

    /** There is no call for it: what is to be published waits for MQTT. */
    publish() {}

    probe() {
        [...this.legs].forEach((leg) => leg.probe());
    }

    fail(reasonString) {
        this.end({ code: 0, reasonString });
    }

    close() {
        this.life.abort();
        this.sender.close();
        this.legs.splice(0).forEach((leg) => leg.close());
    }

    // Grants and legs

    hold(answer) {
        const hashes = new Set(answer.channels.filter(({ rights }) => rights.includes('subscribe'))
            .map(({ hash }) => hash));
        this.presented = [{ answer, hashes }, ...this.presented];
        // Older ones may still allow to send; so many are enough.
        const unused = this.presented.filter((other) => ![...other.hashes].some((hash) =>
            this.grantFor(hash) === other.answer));
        const dropped = unused.slice(MAXIMUM_UNUSED_GRANTS);
        this.presented = this.presented.filter((other) => !dropped.includes(other));
    }

    grantFor(hash) {
        const found = this.presented.find(({ hashes }) => hashes.has(hash));
        return found && found.answer;
    }

    /** Has each channel read with the newest grant that names it; legs that stay as they are go on undisturbed. */
    assign() {
        const wanted = new Map();
        for (const hash of this.hashes) {
            const answer = this.grantFor(hash);
            wanted.set(answer, (wanted.get(answer) || new Set()).add(hash));
        }
        // Without any channel, one leg shows that the bridge is there.
        if (!wanted.size) wanted.set(this.presented[0].answer, new Set());
        this.legs = this.legs.filter((leg) => {
            const hashes = wanted.get(leg.answer);
            // A leg that has lost its channels may have been a stream, which needs some.
            const stays = hashes && hashes.size === leg.hashes.size && [...hashes].every((hash) => leg.hashes.has(hash))
                && (hashes.size || leg instanceof PollLeg);
            if (stays) wanted.delete(leg.answer);
            else leg.close();
            return stays;
        });
        for (const [answer, hashes] of wanted) {
            const paced = this.legs.length >= MAXIMUM_HELD_CALLS;
            const leg = this.settings.kind === 'stream' && hashes.size && !paced
                ? new StreamLeg(this, answer, hashes) : new PollLeg(this, answer, hashes, paced);
            this.legs.push(leg);
            leg.open();
        }
    }

    refuse(hash, reasonString) {
        this.results.set(hash, { hash, reason: reasonOf('forbidden'), reasonString });
    }

    /** Hands over how the channels subscribed to have begun; each counts from then on, whatever the others do. */
    settle() {
        for (const entry of [...this.waiting]) {
            const found = [...entry.hashes].filter((hash) => this.results.has(hash));
            const results = found.map((hash) => this.results.get(hash));
            for (const { hash, reason } of results) {
                entry.hashes.delete(hash);
                this.results.delete(hash);
                if (!reason) this.joined.add(hash);
            }
            if (results.length) this.callbacks.begun(results);
            if (entry.hashes.size || !this.waiting.includes(entry)) continue;
            this.waiting = this.waiting.filter((other) => other !== entry);
            if (!this.life.signal.aborted) entry.done([]);
        }
    }

    // What legs tell

    since(hash) {
        return this.callbacks.since(hash);
    }

    event(hash, body, bytes) {
        if (this.joined.has(hash) && body && typeof body === 'object') this.callbacks.event(hash, body, bytes);
    }

    slept() {
        this.callbacks.slept();
    }

    begun(leg, results) {
        const known = results.filter(({ hash }) => this.joined.has(hash));
        for (const result of results) {
            if (!this.joined.has(result.hash)) this.results.set(result.hash, result);
        }
        this.leave(results.filter(({ reason }) => reason).map(({ hash }) => hash));
        if (known.length) this.callbacks.begun(known);
        if (!this.accepted) {
            this.accepted = true;
            this.callbacks.opened();
        }
        this.settle();
        if (!this.life.signal.aborted) this.assign();
    }

    /** Channels that are not read any more; their leg goes on without them, where it has others. */
    leave(hashes) {
        for (const hash of hashes) {
            this.hashes.delete(hash);
            this.joined.delete(hash);
            this.legs.forEach((leg) => leg.hashes.delete(hash));
        }
    }

    /** A grant's rights that have ended close its channels, as over MQTT; without any other, it is the end. */
    ended(leg, why) {
        const { code, reasonString } = why;
        this.legs = this.legs.filter((other) => other !== leg);
        if (!this.accepted || !this.legs.length || ![0x86, 0x98, 0xa0].includes(code)) return this.end(why);
        const hashes = [...leg.hashes];
        const closed = reasonString.replace(/^grant_|:.*/g, '');
        hashes.filter((hash) => !this.joined.has(hash)).forEach((hash) => this.refuse(hash, reasonString));
        hashes.forEach((hash) => this.event(hash, { closed }, 0));
        this.leave(hashes);
        this.presented = this.presented.filter(({ answer }) => answer !== leg.answer);
        this.settle();
    }

    end(why) {
        if (this.life.signal.aborted) return;
        this.close();
        this.callbacks.lost(why);
    }

    // Calls

    /** `POST /v1/poll` without a wait; rejects with the bridge's own refusal, or else with whatever went wrong. */
    async post(answer, body, signal) {
        const response = await callBridge(this.settings, answer, '/v1/poll', { body, signal });
        if (response.status === 200) {
            const payload = objectOf(await textOf(response));
            if (!payload) throw new Error('not an answer of the bridge');
            return payload;
        }
        const { named, reasonString } = await refusalOf(response);
        throw named ? new RealtimeError(named, reasonString) : new Error(reasonString);
    }
}
