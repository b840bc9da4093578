import { RETRY_BASE, RETRY_CAP } from '../contract/limits.js';
import { RealtimeError } from '../contract/reasons.js';
import { jitter, objectOf } from '../contract/values.js';
import { callBridge, refusalOf, textOf } from './HTTPCall.js';

/** Codes with which another grant may be tried. */
const OTHERWISE = ['forbidden', 'unauthorized', 'grant_invalid', 'grant_expired', 'grant_revoked'];

/**
 * Messages sent to components by `POST /v1/send`. The request's id is the same as over MQTT, so that the callback runs
 * once even if the transport changes. One after another for each component, since calls side by side have no order.
 */
export class HTTPSender {
    /** `reply(request, body)` gets each answer; `grants()` are those to try, the most likely first. */
    constructor(settings, grants, reply) {
        this.settings = settings;
        this.grants = grants;
        this.reply = reply;
        this.queues = new Map();
        this.takers = new Map();
    }

    send(component, request, body, done) {
        const queue = this.queues.get(component) || [];
        this.queues.set(component, queue);
        queue.push({ request, body, done, controller: new AbortController() });
        if (queue.length === 1) this.work(component, queue);
    }

    /** Takes a message back for which nobody waits any more. */
    forget(request) {
        for (const queue of this.queues.values()) {
            const index = queue.findIndex((entry) => entry.request === request);
            if (index >= 0) queue[index].controller.abort();
            if (index > 0) queue.splice(index, 1);
        }
    }

    close() {
        for (const queue of this.queues.values()) queue.splice(0).forEach(({ controller }) => controller.abort());
    }

    async work(component, queue) {
        while (queue.length) {
            const [entry] = queue;
            for (let attempt = 0; !entry.controller.signal.aborted; attempt++) {
                const wait = await this.attempt(component, entry).catch(() => 1);
                if (!wait || entry.controller.signal.aborted) break;
                await this.pause(Math.max(wait, jitter(attempt, RETRY_BASE, RETRY_CAP)), entry.controller.signal);
            }
            if (queue[0] === entry) queue.shift();
        }
        if (this.queues.get(component) === queue) this.queues.delete(component);
    }

    /** Sends it with each grant until one may; answers 0 when done, else how many milliseconds to wait at least. */
    async attempt(component, { request, body, done, controller: { signal } }) {
        const grants = this.grants();
        const taker = this.takers.get(component);
        const order = grants.includes(taker) ? [taker, ...grants.filter((grant) => grant !== taker)] : grants;
        let refusal;
        for (const grant of order) {
            const response = await callBridge(this.settings, grant, `/v1/send/${component}`, {
                body, signal, headers: { 'idempotency-key': request },
            });
            if (response.status === 200) {
                const answer = objectOf(await textOf(response));
                if (!answer) return 1;
                this.takers.set(component, grant);
                if (!signal.aborted) this.reply(request, answer);
                return 0;
            }
            const found = await refusalOf(response);
            const isOther = OTHERWISE.includes(found.named);
            refusal = refusal && isOther ? refusal : found; // The likeliest grant's refusal is the one to tell.
            if (!isOther) break;
        }
        const { named, reasonString, retryAfter } = refusal;
        // What is not the bridge's own word, and what it says of its log, passes.
        if (!named || named === 'log_unavailable') return retryAfter || 1;
        if (!signal.aborted) done(new RealtimeError(named, reasonString));
        return 0;
    }

    pause(milliseconds, signal) {
        return new Promise((resolve) => {
            const timer = setTimeout(resolve, milliseconds);
            signal.addEventListener('abort', () => {
                clearTimeout(timer);
                resolve();
            });
        });
    }
}
