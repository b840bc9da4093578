import { ANSWER_TIMEOUT, UPGRADE_BASE, UPGRADE_CAP, UPGRADE_PAUSE, UPGRADE_SOON } from '../contract/limits.js';
import { linkOf } from './links.js';

/** Tries better transports in the background, while a fall-back stands. */
export class Upgrade {
    constructor(connection) {
        this.connection = connection;
        this.vain = 0; // Tries since a better one stood, or the page's network may have changed.
        this.proven = new Set();
        this.begunAt = 0;
        this.dueAt = 0;
        this.candidate = null;
        this.left = [];
    }

    /** The kinds that are better than the present one, the best first. */
    get better() {
        const { kinds, link } = this.connection;
        return link ? kinds.slice(0, Math.max(0, kinds.indexOf(link.kind))) : [];
    }

    ready() {
        this.proven.add(this.connection.link.kind);
        if (this.better.length) this.plan();
        else this.vain = this.dueAt = 0;
    }

    /** Soon, where a better one has stood before: it was only the bridge that was away. Losses put nothing off. */
    plan() {
        const isSoon = !this.vain && this.better.some((kind) => this.proven.has(kind));
        const bound = isSoon ? UPGRADE_SOON : Math.min(UPGRADE_CAP, UPGRADE_BASE * 2 ** this.vain);
        this.dueAt ||= Date.now() + bound * (1 - Math.random() / 2);
        this.timer = setTimeout(() => this.begin(), Math.max(0, this.dueAt - Date.now()));
    }

    /** At once, since something has changed. */
    now() {
        if (this.connection.phase !== 'ready' || this.candidate || !this.better.length) return;
        this.vain = 0;
        this.dueAt = Math.max(Date.now(), this.begunAt + UPGRADE_PAUSE);
        clearTimeout(this.timer);
        if (this.dueAt > Date.now()) this.plan();
        else this.begin();
    }

    begin() {
        this.begunAt = Date.now();
        this.dueAt = 0;
        this.left = this.better;
        this.vain++;
        this.tryNext();
    }

    tryNext() {
        const kind = this.left.shift();
        if (!kind) return this.plan();
        this.candidate = linkOf(this.connection.client, kind, ANSWER_TIMEOUT, {
            opened: (link) => this.opened(link), lost: (link, why) => this.failed(link, why),
        });
        this.candidate.connect();
    }

    opened(link) {
        if (link !== this.candidate) return this.connection.link === link && this.connection.opened();
        this.candidate = null;
        this.connection.swap(link);
    }

    failed(link, why) {
        if (link !== this.candidate) return this.connection.link === link && this.connection.lost(why);
        this.candidate = null;
        if (why.unusable) this.connection.drop(link.kind);
        this.tryNext();
    }

    /** The fall-back is gone: a round follows. */
    lost() {
        clearTimeout(this.timer);
        if (this.candidate) this.candidate.transport.close();
        this.candidate = null;
    }
}
