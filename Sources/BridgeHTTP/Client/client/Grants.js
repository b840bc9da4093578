import { ANSWER_TIMEOUT, RENEW_TIMEOUT, RETRY_BASE, RETRY_CAP } from '../contract/limits.js';
import { RealtimeError } from '../contract/reasons.js';
import { jitter } from '../contract/values.js';

/** The grants held, the first of them the connection's own: presented, added, and renewed ahead of their end. */
export class Grants {
    constructor(client, answer) {
        this.client = client;
        this.list = [this.hold(answer)];
        this.renewal = null;
    }

    get connection() {
        return this.client.connection;
    }

    get channels() {
        return this.client.channels;
    }

    hold(answer) {
        const { token, user, site, urls, channels } = answer || {};
        const address = urls && (urls.websocket || urls.http);
        if (![token, user, site, address].every((value) => typeof value === 'string' && value)
            || !Array.isArray(channels)
            || !channels.every(({ hash, rights }) => /^[\w-]+$/.test(hash) && Array.isArray(rights))) {
            throw new TypeError('not the answer of POST /v1/grants');
        }
        return { answer, received: Date.now(), asked: false, done: null };
    }

    add(answer) {
        return new Promise((resolve, reject) => {
            const grant = this.hold(answer);
            if (this.client.ended) throw this.connection.endedBy;
            // As the bridge has it for MQTT; over HTTP each grant is taken for itself, until MQTT takes over.
            const [held] = this.list;
            const differs = (name) => answer[name] && held.answer[name] && answer[name] !== held.answer[name];
            if (['site', 'user', 'session'].some(differs)) {
                throw new RealtimeError('forbidden', 'a further grant has to name the same user and session');
            }
            const timer = setTimeout(() => {
                this.drop(grant);
                grant.done(new RealtimeError('timeout', 'the grant was not answered in time'));
            }, ANSWER_TIMEOUT);
            grant.done = (error) => {
                clearTimeout(timer);
                grant.done = null;
                if (error) reject(error);
                else resolve();
            };
            this.list.push(grant);
            this.schedule();
            if (this.connection.phase === 'ready') this.presentAll([grant], () => {});
        });
    }

    /** The channels that are asked for with a connection's own grant: those that no further grant names instead. */
    ownChannels({ answer }) {
        const own = new Set(answer.channels.map(({ hash }) => hash));
        const later = new Set(this.list.slice(1).flatMap((further) => further.answer.channels.map(({ hash }) => hash)));
        return [...this.channels.map.values()].filter(({ hash }) => own.has(hash) || !later.has(hash));
    }

    drop(grant) {
        this.list = this.list.filter((other) => other !== grant);
    }

    /** Presents a grant on the live connection and subscribes to its channels; nothing is called after a loss. */
    present(grant, done) {
        const transmit = (id, taken) => this.connection.transport.present(
            id, grant.answer, (error) => error && taken(error));
        this.client.messages.wait({ timeout: ANSWER_TIMEOUT, bound: true, transmit, done: (error) => {
            if (error || this.client.ended) return done(error);
            const { channels } = this;
            channels.learn(grant.answer);
            channels.join(grant.answer.channels.map(({ hash }) => channels.map.get(hash)), false, () => done(null));
        } });
    }

    presentAll([grant, ...further], done) {
        if (this.client.ended) return;
        if (!grant) return done();
        this.present(grant, (error) => {
            if (this.client.ended) return;
            if (this.list.includes(grant)) {
                if (error) this.refused(grant, error);
                else if (grant.done) grant.done(null);
            }
            if (this.connection.transport) this.presentAll(further, done);
        });
    }

    refused(grant, error) {
        if (!grant.done && error.code === 'timeout') return this.connection.transport.fail('no answer to a grant');
        this.drop(grant);
        if (grant.done) return grant.done(error);
        for (const { hash } of grant.answer.channels) {
            const channel = this.channels.map.get(hash);
            if (this.client.ended) return;
            if (!channel.joined && channel.wanted) this.channels.shut(channel, error.code, 0, error.message);
        }
    }

    presentRenewed() {
        const grant = this.list[0];
        this.present(grant, (error) => {
            if (this.client.ended) return;
            if (error) this.connection.transport.fail('the renewed grant needs a new connection');
            else this.connection.link.grant = grant;
            if (!error) this.channels.giveUpLapsed();
        });
    }

    /** Asks the application for a fresh grant for all channels, once at a time; null where it has none. */
    renew() {
        if (this.renewal) return this.renewal;
        const channels = [...this.channels.map.values()].map(({ given }) => given);
        const asked = { ...this.list[0].answer, channels };
        const late = new Promise((_, reject) => {
            this.lateTimer = setTimeout(
                () => reject(new RealtimeError('timeout', 'renew did not settle')), RENEW_TIMEOUT);
        });
        this.renewal = Promise.race([Promise.resolve().then(() => this.client.options.renew(asked)), late])
            .then((answer) => answer && this.adopt(answer))
            .finally(() => {
                clearTimeout(this.lateTimer);
                this.renewal = null;
            });
        return this.renewal;
    }

    adopt(answer) {
        const fresh = this.hold(answer);
        if (this.client.ended) return fresh;
        const covered = new Set(answer.channels.map(({ hash }) => hash));
        const kept = this.list.slice(1)
            .filter(({ done, answer }) => done || answer.channels.some(({ hash }) => !covered.has(hash)));
        kept.forEach((grant) => { grant.asked = true; });
        this.list = [fresh, ...kept];
        if (this.connection.phase !== 'ready') this.channels.learn(answer);
        this.schedule();
        return fresh;
    }

    /** By the answer's `ttl` from when it was received: no clock but this page's own, and only its differences. */
    schedule() {
        clearTimeout(this.renewTimer);
        const due = this.list.filter(({ answer, asked }) => answer.ttl > 0 && !asked)
            .map(({ answer, received }) => received + answer.ttl * 1000 * (0.75 + Math.random() / 10));
        if (!this.client.options.renew || !due.length) return;
        this.renewTimer = setTimeout(() => this.renewAhead(0), Math.max(1000, Math.min(...due) - Date.now()));
    }

    /** A right has expired before its renewal; unless that is on its way already. */
    renewNow() {
        const { link } = this.connection;
        if (this.renewal || !link || link.grant !== this.list[0]) return;
        clearTimeout(this.renewTimer);
        this.renewAhead(0);
    }

    renewAhead(attempt) {
        this.renew().then((fresh) => {
            if (!fresh) this.channels.giveUpLapsed();
            if (fresh && fresh === this.list[0] && this.connection.phase === 'ready') this.presentRenewed();
        }, () => {
            if (this.client.ended) return;
            const wait = 1000 + jitter(attempt, RETRY_BASE, RETRY_CAP);
            clearTimeout(this.renewTimer); // What was due has been looked at again meanwhile.
            this.renewTimer = setTimeout(() => this.renewAhead(attempt + 1), wait);
        });
    }

    end(error) {
        clearTimeout(this.renewTimer);
        clearTimeout(this.lateTimer);
        this.list.forEach(({ done }) => done && done(error));
    }
}
