import { KINDS } from '../contract/kinds.js';

/** Node 18 has none. */
const DetailEvent = globalThis.CustomEvent || class extends Event {
    constructor(type, { detail }) {
        super(type);
        this.detail = detail;
    }
};

/** The page's handlers, and whoever listens on the `EventTarget` that `connect` answers. */
export class Emitter {
    constructor() {
        this.handlers = [];
        this.target = null;
        this.listened = new Set();
    }

    subscribe(kind, filter, handler) {
        if (typeof filter === 'function') [filter, handler] = [null, filter];
        if (!KINDS.includes(kind) || typeof handler !== 'function') throw new TypeError('no such kind, or no handler');
        const entry = { kind, filter: Object.entries(filter || {}), handler };
        this.handlers = [...this.handlers, entry];
        return () => {
            this.handlers = this.handlers.filter((other) => other !== entry);
        };
    }

    emit(kind, detail) {
        const subject = detail.channel || detail;
        for (const entry of this.handlers) {
            // A handler may have ended another, which then is told no more.
            if (entry.kind !== kind || !this.handlers.includes(entry)) continue;
            if (!entry.filter.every(([name, value]) => String(subject[name]) === String(value))) continue;
            try {
                entry.handler(detail);
            } catch (error) {
                // The page's own error, told where the page's errors are told; the next handler still runs.
                if (typeof reportError === 'function') reportError(error);
                else queueMicrotask(() => { throw error; });
            }
        }
        if (this.listened.has(kind)) this.target.dispatchEvent(new DetailEvent(kind, { detail }));
    }
}
