/** What happens to the page: looked at or online again, woken, or without a network. Nothing outside of a browser. */
export class PageLife {
    constructor(wake, offline) {
        const { document } = globalThis;
        this.sources = [
            [globalThis, 'online', wake], [globalThis, 'pageshow', wake], [document, 'visibilitychange', wake],
            [document, 'resume', wake], [globalThis, 'offline', offline],
        ].filter(([target]) => target && target.addEventListener);
        this.sources.forEach(([target, name, listener]) => target.addEventListener(name, listener));
    }

    get isHidden() {
        return Boolean(globalThis.document) && document.visibilityState === 'hidden';
    }

    /** Believed only to wait longer: without any network there may still be a bridge on this machine. */
    get isOffline() {
        return Boolean(globalThis.navigator) && navigator.onLine === false;
    }

    /** The page's origin where it is another than that of an address, else null. */
    foreignTo(address) {
        const { origin } = globalThis;
        // A WebSocket's address is of the http origin beside it.
        const own = address && `${address}/`.replace(/^ws/, 'http').startsWith(`${origin}/`);
        return typeof origin === 'string' && address && !own ? origin : null;
    }

    end() {
        this.sources.forEach(([target, name, listener]) => target.removeEventListener(name, listener));
    }
}
