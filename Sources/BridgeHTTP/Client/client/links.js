import { HTTPTransport } from '../transports/HTTPTransport.js';
import { MQTTTransport } from '../transports/MQTTTransport.js';

/** The kinds of transports, the best first. */
export const TRANSPORTS = ['websocket', 'stream', 'poll'];

/**
 * One try of a kind of transport with the present grant: `{kind, grant, transport, connect()}`. What it brings goes to
 * the client; `opened(link)` and `lost(link, why)` to whoever tries.
 */
export function linkOf(client, kind, patience, { opened, lost }) {
    const { WebSocket, fetch } = client.options;
    const [grant] = client.grants.list;
    const { answer } = grant;
    const link = { kind, grant };
    const callbacks = {
        opened: () => opened(link),
        event: (hash, body, bytes) => client.channels.receive(hash, body, bytes),
        reply: (request, body) => client.messages.replied(request, body),
        begun: (results) => client.channels.begin(results),
        since: (hash) => client.channels.map.get(hash).position,
        slept: () => client.connection.check(),
        lost: (why) => lost(link, why),
    };
    link.transport = kind === 'websocket'
        ? new MQTTTransport({ WebSocket, answer, patience, client: client.clientID }, callbacks)
        : new HTTPTransport({ fetch, answer, patience, kind, url: answer.urls.http }, callbacks);
    link.connect = () => link.transport.connect(
        client.grants.ownChannels(grant).filter((channel) => channel.wanted));
    return link;
}
