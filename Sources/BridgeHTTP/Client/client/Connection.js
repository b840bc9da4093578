import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED } from '../contract/kinds.js';
import { CONNECT_TIMEOUT, FALLBACK_TIMEOUT, RETRY_BASE, RETRY_CAP, STABLE_AFTER } from '../contract/limits.js';
import { FINAL, RENEWABLE, RealtimeError, codeOf } from '../contract/reasons.js';
import { jitter } from '../contract/values.js';
import { linkOf } from './links.js';
import { Upgrade } from './Upgrade.js';

/**
 * One transport after another. A round tries the kind that stood last, then the others in order; only where the bridge
 * itself refuses, or nothing is left, the next round waits. While a fall-back stands, `Upgrade` looks for a better one.
 */
export class Connection {
    constructor(client, kinds) {
        this.client = client;
        this.kinds = kinds;
        this.phase = 'connecting'; // or ready, waiting, renewing, ended
        this.link = null; // {kind, grant, transport}
        this.left = [];
        this.last = null;
        this.attempt = 0;
        this.renewed = false;
        this.standing = false; // As the page knows it: between ready and CONNECTION_LOST.
        this.outage = false;
        this.isReached = false;
        this.upgrades = new Upgrade(this);
    }

    get transport() {
        return this.link && this.link.transport;
    }

    get hasFallenBack() {
        return this.standing && this.link !== null && this.link.kind !== this.kinds[0];
    }

    /** Begins a round. */
    open() {
        clearTimeout(this.retryTimer);
        this.left = [...new Set([this.last || this.kinds[0], ...this.kinds])];
        this.tryNext();
    }

    tryNext() {
        this.phase = 'connecting';
        const kind = this.left.shift();
        const patience = this.left.length
            ? Math.min(CONNECT_TIMEOUT, FALLBACK_TIMEOUT * 2 ** this.attempt) : CONNECT_TIMEOUT;
        this.link = linkOf(this.client, kind, patience, {
            opened: (link) => link === this.link && this.opened(),
            lost: (link, why) => link === this.link && this.lost(why),
        });
        this.link.connect();
    }

    /** Another transport has opened, and takes the place of the one that stands: the page is told nothing. */
    swap(link) {
        const { transport } = this;
        this.rest();
        this.phase = 'connecting';
        this.link = link;
        transport.close();
        this.leave();
        this.opened();
    }

    /** Channels of the connection's own grant first, then the further grants one by one, then the page goes on. */
    opened() {
        this.isReached = true;
        const { channels, grants } = this.client;
        channels.join(grants.ownChannels(this.link.grant), true, () =>
            grants.presentAll(grants.list.slice(1), () => this.ready()));
    }

    ready() {
        if (this.phase !== 'connecting') return;
        const { grants, messages, emitter } = this.client;
        this.phase = 'ready';
        this.readySince = Date.now();
        this.last = this.link.kind;
        // Added while this connection was being set up.
        const added = grants.list.slice(1).filter(({ done }) => done);
        const { outage } = this;
        this.standing = true;
        this.outage = false;
        if (outage) emitter.emit(CONNECTION_RESTORED, {});
        if (this.phase !== 'ready') return;
        if (grants.list[0] !== this.link.grant) grants.presentRenewed();
        grants.presentAll(added, () => {});
        messages.resend();
        this.upgrades.ready();
    }

    /** A connection that stood for a while is no reason to wait longer, nor to give up on grants. */
    rest() {
        if (this.phase !== 'ready' || Date.now() - this.readySince < STABLE_AFTER) return;
        this.attempt = 0;
        this.renewed = false;
    }

    leave() {
        this.client.channels.leave();
        this.client.messages.dropBound();
    }

    lost({ code, reasonString, unusable, retryAfter = 0, isAnswered = false }) {
        const { standing, link } = this;
        this.rest();
        this.upgrades.lost();
        this.link = null;
        this.phase = 'waiting';
        this.standing = false;
        this.isReached ||= code !== 0 || isAnswered;
        this.leave();
        const detail = { code: codeOf(code, reasonString, 'connection_lost'), reason: code, reasonString };
        if (standing) {
            this.outage = true;
            this.client.emitter.emit(CONNECTION_LOST, detail);
            if (this.phase === 'ended') return;
        }
        if (RENEWABLE.includes(code)) return this.renewOr(detail);
        if (FINAL.includes(code)) return this.deny(detail);
        if (unusable && !this.drop(link.kind)) return this.deny(detail);
        if (!standing && !code && this.left.length) return this.tryNext();
        this.retry(retryAfter);
    }

    /** This page can never use that kind of transport; answers whether there is another. */
    drop(kind) {
        this.kinds = this.kinds.filter((other) => other !== kind);
        if (this.last === kind) this.last = null;
        return this.kinds.length > 0;
    }

    /** A refused grant: one fresh grant may help; refused again, it is final. */
    renewOr(detail) {
        const { options, grants } = this.client;
        if (!options.renew || this.renewed) return this.deny(detail);
        this.renewed = true;
        this.phase = 'renewing';
        grants.renew().then((fresh) => {
            if (this.phase !== 'renewing') return;
            if (fresh) this.open();
            else this.deny(detail);
        }, () => {
            if (this.phase !== 'renewing') return;
            this.renewed = false; // The application could not be asked (offline, say), which says nothing of the grant.
            this.retry(0);
        });
    }

    retry(retryAfter) {
        const { life } = this.client;
        this.phase = 'waiting';
        if (!this.isReached) this.hint();
        const wait = life.isOffline ? RETRY_CAP : jitter(this.attempt++, RETRY_BASE, RETRY_CAP);
        this.retryTimer = setTimeout(() => this.open(), Math.max(retryAfter, wait));
    }

    /** Browsers hide from the page why it reached nothing: a refused origin looks like a bridge that is down. */
    hint() {
        const { http, websocket } = this.client.grants.list[0].answer.urls;
        const origin = this.client.life.foreignTo(http || websocket);
        if (!origin || this.isHinted) return;
        this.isHinted = true;
        console.warn(`Realtime Bridge: nothing was reached at ${http || websocket}. If the bridge runs there, it may `
            + `refuse pages of the origin ${origin}: add it to "origins" in its bridge.yaml.`);
    }

    /** The page is online or looked at again, or slept: what waits is tried at once, what stands must prove it. */
    check() {
        this.client.grants.schedule();
        if (this.client.life.isHidden) return;
        if (this.phase === 'ready') {
            this.transport.probe();
            this.upgrades.now();
        } else if (this.phase === 'waiting') {
            this.open();
        }
    }

    offline() {
        if (this.phase === 'ready') this.transport.probe();
    }

    upgrade() {
        this.upgrades.now();
    }

    deny(detail) {
        this.client.end(new RealtimeError(detail.code, detail.reasonString));
        this.client.emitter.emit(DENIED, { channel: null, ...detail });
    }

    end(error) {
        this.phase = 'ended';
        this.endedBy = error;
        clearTimeout(this.retryTimer);
        this.upgrades.lost();
        if (this.link) this.transport.close();
        this.link = null;
        this.standing = false;
    }
}
