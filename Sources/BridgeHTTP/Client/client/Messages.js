import { MAXIMUM_PENDING, MAXIMUM_TIMEOUT } from '../contract/limits.js';
import { RealtimeError } from '../contract/reasons.js';
import { json, randomID } from '../contract/values.js';

/** Messages that wait for their answer, over one connection after another, by ids that stay the same. */
export class Messages {
    constructor(client) {
        this.client = client;
        this.pending = new Map();
    }

    get connection() {
        return this.client.connection;
    }

    /** `bound`: belongs to this connection and ends with it; else it is sent again on the next one. */
    request(component, body, { timeout, bound }, done) {
        return this.wait({
            done, bound, timeout,
            transmit: (id, taken) => {
                this.connection.transport.send(component, id, body, (error) => error && taken(error));
            },
        });
    }

    wait({ timeout, transmit, late = () => new RealtimeError('timeout', 'no answer in time'), ...entry }) {
        const id = entry.id = randomID();
        entry.timer = setTimeout(() => this.settle(id, late()), Math.min(timeout, MAXIMUM_TIMEOUT));
        entry.transmit = () => transmit(id, (error) => this.settle(id, error));
        this.pending.set(id, entry);
        if (entry.bound || this.connection.phase === 'ready') entry.transmit();
        return id;
    }

    forget(id) {
        const entry = this.pending.get(id);
        if (!entry) return undefined;
        clearTimeout(entry.timer);
        this.pending.delete(id);
        if (this.connection.transport) this.connection.transport.forget(id);
        return entry;
    }

    settle(id, error, payload) {
        const entry = this.forget(id);
        if (entry) entry.done(error, payload);
    }

    replied(id, { ok, payload, error }) {
        if (ok === true) return this.settle(id, null, payload);
        const { code = 'callback_failed', message } = error || {};
        this.settle(id, new RealtimeError(String(code), message && String(message)));
    }

    /** The connection is gone, or another takes its place. */
    dropBound() {
        [...this.pending.values()].filter(({ bound }) => bound).forEach(({ id }) => this.forget(id));
    }

    /** Sends what waits on the connection that stands now, by the ids that it was sent with before. */
    resend() {
        [...this.pending.values()].filter(({ bound }) => !bound).forEach((entry) => entry.transmit());
    }

    end(error) {
        [...this.pending.keys()].forEach((id) => this.settle(id, error));
    }

    /** One message that waits for its answer, as a promise; ended by time-out, signal or `close`. */
    promise({ timeout = 10000, signal } = {}, start) {
        return new Promise((resolve, reject) => {
            if (this.client.ended) throw this.connection.endedBy;
            if (signal && signal.aborted) throw signal.reason;
            if (this.pending.size >= MAXIMUM_PENDING) throw new RealtimeError('busy', 'too many messages are waiting');
            let id = null;
            const abort = () => {
                this.forget(id);
                reject(signal.reason);
            };
            const done = (error, payload) => {
                if (signal) signal.removeEventListener('abort', abort);
                if (error) reject(error);
                else resolve(payload);
            };
            if (signal) signal.addEventListener('abort', abort, { once: true });
            id = start(timeout, done);
        });
    }

    async sendToServer(component, payload, options) {
        if (typeof component !== 'string' || !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(component)) {
            throw new RealtimeError('channel_invalid', 'not the name of a component');
        }
        return this.promise(options, (timeout, done) => this.request(component, json(payload), { timeout }, done));
    }

    /** Only MQTT can: on another transport it is tried to get there, and waited for. */
    async publish(channel, payload, options) {
        const known = this.client.channels.map.get(typeof channel === 'string' ? channel : channel.hash);
        if (!known || !known.given.rights.includes('publish')) {
            throw new RealtimeError('forbidden', 'the grant has no right to publish on this channel');
        }
        const unsupported = () => new RealtimeError('unsupported', 'publishing needs the transport websocket');
        if (!this.connection.kinds.includes('websocket')) throw unsupported();
        this.connection.upgrade();
        return this.promise(options, (timeout, done) => this.wait({
            done, timeout,
            late: () => (this.connection.hasFallenBack ? unsupported() : new RealtimeError('timeout', 'not taken')),
            transmit: (key, taken) => this.connection.transport.publish(known.hash, key, json(payload), taken),
        }));
    }
}
