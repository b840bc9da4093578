/**
 * The bridge's HTTP API without a network: `fetch` for the client, and each call as `{path, token, body, headers, …}`
 * for the test, which answers it. What is answered is the part of a Response that the client reads.
 */
export class ScriptedHTTP {
    constructor() {
        this.calls = [];
        this.reachable = true;
        this.script = {};
        this.fetch = (url, init) => this.take(url, init);
    }

    /** The calls of one kind: `stream`, `poll` or `send`. */
    all(kind) {
        return this.calls.filter((call) => call.kind === kind);
    }

    last(kind) {
        return this.all(kind).at(-1);
    }

    /** Those that still hold a connection. */
    get open() {
        return this.calls.filter((call) => !call.isOver);
    }

    take(url, init) {
        const { pathname, searchParams } = new URL(url);
        const [, , kind, component] = pathname.split('/');
        const call = new Call(kind, component, searchParams.getAll('channel'), init);
        this.calls.push(call);
        queueMicrotask(() => {
            if (!this.reachable) call.fail();
            else if (this.script[kind]) this.script[kind](call);
        });
        return call.response;
    }
}

class Call {
    constructor(kind, component, channels, { body, headers, signal, ...init }) {
        Object.assign(this, { kind, component, channels, headers, init });
        this.token = headers.authorization.replace('Bearer ', '');
        this.body = body && JSON.parse(body);
        this.isOver = false;
        this.pieces = [];
        this.response = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
        this.response.catch(() => {});
        if (signal.aborted) this.fail(signal.reason);
        signal.addEventListener('abort', () => {
            this.isAborted = true;
            this.fail(signal.reason);
        });
    }

    /** Begins the answer. */
    head(status = 200, type = 'application/json', headers = {}) {
        const found = { 'content-type': type, ...headers };
        const read = () => new Promise((resolve, reject) => {
            this.reader = { resolve, reject };
            this.feed();
        });
        this.resolve({
            status, headers: { get: (name) => found[name] ?? null },
            body: { getReader: () => ({ read, cancel: async () => { this.isOver = true; } }) },
        });
        return this;
    }

    feed() {
        if (!this.reader || !(this.pieces.length || this.isOver)) return;
        const { resolve, reject } = this.reader;
        this.reader = null;
        if (this.pieces.length) resolve({ done: false, value: this.pieces.shift() });
        else if (this.error) reject(this.error);
        else resolve({ done: true });
    }

    write(text) {
        if (this.isOver) return this;
        this.pieces.push(typeof text === 'string' ? new TextEncoder().encode(text) : text);
        this.feed();
        return this;
    }

    end() {
        this.isOver = true;
        this.feed();
    }

    /** As a network does that breaks. */
    fail(error = new TypeError('fetch failed')) {
        if (this.isOver) return;
        this.isOver = true;
        this.error = error;
        this.reject(error);
        this.feed();
    }

    json(value) {
        this.head().write(JSON.stringify(value)).end();
    }

    problem(status, code, headers) {
        this.head(status, 'application/problem+json', headers)
            .write(JSON.stringify({ status, code, detail: 'why' })).end();
    }

    get since() {
        const last = this.headers['last-event-id'];
        return last ? Object.fromEntries(last.split(',').map((place) => place.split('@'))) : {};
    }

    /** A stream's first message: `{hash: [place, head, recovered] or an error}`. */
    begin(told) {
        this.places = new Map();
        const channels = Object.entries(told).map(([hash, found]) => {
            if (!Array.isArray(found)) return { hash, error: found };
            const [place, position, recovered] = found;
            this.places.set(hash, place);
            return { hash, position, recovered };
        });
        this.head(200, 'text/event-stream');
        return this.message({ channels }, 'event: open\n');
    }

    message(body, prefix = '') {
        const id = [...this.places].map(([hash, place]) => `${hash}@${place}`).join();
        return this.write(`${prefix}id: ${id}\ndata: ${JSON.stringify(body)}\n\n`);
    }

    event(hash, body) {
        this.places.set(hash, `${body.epoch}:${body.seq}`);
        return this.message({ hash, ...body });
    }
}
