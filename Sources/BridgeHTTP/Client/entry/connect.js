import { Client } from '../client/Client.js';
import { TRANSPORTS } from '../client/links.js';
import { RealtimeError } from '../contract/reasons.js';

/** What `connect` answers; what is told goes to its listeners too: `addEventListener(EVENT, ({detail}) => …)`. */
class Realtime extends EventTarget {
    constructor(client) {
        super();
        Object.defineProperties(this, Object.fromEntries(Object.entries({
            /** `(kind, handler)` or `(kind, {component, area, …}, handler)`; answers the function that ends it. */
            subscribe: (kind, filter, handler) => client.emitter.subscribe(kind, filter, handler),
            /** Takes a further grant of the same user and session; resolves once its channels are subscribed. */
            add: (answer) => client.grants.add(answer),
            /** `(component, payload, {timeout, signal})` resolves with the component's answer; milliseconds. */
            sendToServer: (component, payload, options) => client.messages.sendToServer(component, payload, options),
            /** `(channel or hash, payload, {timeout, signal})` resolves once the bridge has taken it. */
            publish: (channel, payload, options) => client.messages.publish(channel, payload, options),
            /** Ends everything; messages that wait reject with code `closed`. */
            close: () => client.end(new RealtimeError('closed', 'the client was closed')),
            addEventListener: (kind, ...rest) => {
                client.emitter.listened.add(kind);
                super.addEventListener(kind, ...rest);
            },
        }).map(([name, value]) => [name, { value, enumerable: true }])));
        /** The present transport: `websocket`, `stream` or `poll`; null while there is none. */
        Object.defineProperty(this, 'transport', {
            get: () => (client.connection.standing && client.connection.link ? client.connection.link.kind : null),
            enumerable: true,
        });
        client.emitter.target = this;
    }
}

/**
 * Connects, and stays connected until `close` or DENIED.
 *
 * @param {GrantAnswer} grantAnswer
 * @param {object} [options]
 * @param {(held: GrantAnswer) => Promise<GrantAnswer|null>} [options.renew] asks the application for a fresh grant for
 *   all of `held.channels`: called ahead of time, and when a grant is refused. Null says that there is none any more; a
 *   rejection is tried again later.
 * @param {string[]} [options.transports] which to use, the best first; all of them: `['websocket', 'stream', 'poll']`
 * @param {Function} [options.WebSocket] where the platform has none (Node 20: the one of package `ws`)
 * @param {Function} [options.fetch] another than the platform's
 */
export function connect(grantAnswer, {
    renew, transports = TRANSPORTS, WebSocket = globalThis.WebSocket, fetch = globalThis.fetch,
} = {}) {
    const kinds = [...new Set(transports)];
    if (!kinds.length || !kinds.every((kind) => TRANSPORTS.includes(kind))) {
        throw new TypeError(`transports are ${TRANSPORTS.join(', ')}`);
    }
    return new Realtime(new Client(grantAnswer, { renew, transports: kinds, WebSocket, fetch }));
}
