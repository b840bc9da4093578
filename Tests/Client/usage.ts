// Every member of the client as a page may use it, and what the compiler must refuse. Compiled by types.test.mjs alone.
import {
    CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, GAP, RealtimeError, connect,
} from '../../Sources/BridgeHTTP/Client/realtime.js';
import type {
    Channel, ChannelEvent, ConnectOptions, Denial, Details, Filter, Gap, GrantAnswer, GrantedChannel, Kind,
    Realtime as Client, Reason, Right, SendOptions, Transport,
} from '../../Sources/BridgeHTTP/Client/realtime.js';

const rights: Right[] = ['subscribe', 'publish'];
const granted: GrantedChannel = {
    contextid: 15, component: 'mod_quiz', area: 'game', itemid: '9223372036854775807', channeldetails: '', rights,
    hash: 'gzlFP5ds6BbedNfmyA9NCaDMVic', topic: 'rt/demo/ch/x', position: 'k3f9:1',
};
const answer: GrantAnswer = {
    token: 't', user: '42', session: 'abc', site: 'demo', expires: 0, ttl: 3600,
    urls: { http: 'http://h', websocket: 'ws://h/mqtt', mqtt: 'mqtt://h' }, channels: [granted],
};
const options: ConnectOptions = {
    renew: async (held: GrantAnswer) => (held.channels.length ? held : null),
    transports: ['websocket', 'stream', 'poll'], WebSocket, fetch,
};
const rt: Client = connect(answer, options);
connect(answer);

const stop: () => void = rt.subscribe(EVENT, ({ component, area, itemid, payload, position, time, by }) => {
    const found: [string, string, number | string, unknown, string, number, string | undefined] =
        [component, area, itemid, payload, position, time, by];
    console.log(found);
});
stop();
const filter: Filter = { component: 'mod_quiz', itemid: 7 };
rt.subscribe(GAP, filter, (gap: Gap) => gap.position.length + gap.hash.length);
rt.subscribe(DENIED, null, ({ channel, code, reason, reasonString }: Denial) => {
    const area: string | undefined = channel?.area;
    console.log(area, code, reason.toFixed(), reasonString);
});
rt.subscribe(CONNECTION_LOST, ({ code }: Reason) => code);
rt.subscribe(CONNECTION_RESTORED, () => {});
rt.addEventListener(EVENT, (event) => event.detail.payload.points as number);
const handler = { handleEvent: ({ detail }: CustomEvent<Denial>) => console.log(detail.code) };
rt.addEventListener('denied', handler, { once: true });
const listener = ({ detail }: CustomEvent<ChannelEvent<{ points: number }>>) => console.log(detail.payload.points);
rt.addEventListener(EVENT, listener);
rt.removeEventListener(EVENT, listener);
const details: Details<number>['event']['payload'] = 5;
const kind: Kind = EVENT;
const channel: Channel = granted;
const send: SendOptions = { timeout: details, signal: new AbortController().signal };

export async function use(): Promise<void> {
    await rt.add(answer);
    const reply = await rt.sendToServer<{ right: boolean }>('mod_quiz', { choice: 3 }, send);
    console.log(reply.right, await rt.sendToServer('realtime_echo'));
    await rt.publish(granted.hash, { degrees: 21 }, { timeout: 1000 });
    await rt.publish(channel, null);
    const transport: Transport | null = rt.transport;
    console.log(transport, kind);
    const error: Error = new RealtimeError('timeout', 'late');
    if (error instanceof RealtimeError) console.log(error.code.length);
    rt.close();
    Realtime.connect(answer, { transports: ['poll'] }).subscribe(Realtime.EVENT, ({ payload }) => payload);
}

// @ts-expect-error no token
connect({ user: '42', site: 'demo', urls: {}, channels: [] });
// @ts-expect-error no such transport
connect(answer, { transports: ['carrier pigeon'] });
// @ts-expect-error renew must answer a promise
connect(answer, { renew: () => answer });
// @ts-expect-error no such kind
rt.subscribe('message', () => {});
// @ts-expect-error no handler
rt.subscribe(EVENT);
// @ts-expect-error no such member to filter by
rt.subscribe(EVENT, { colour: 'red' }, () => {});
// @ts-expect-error a gap has no payload
rt.subscribe(GAP, ({ payload }) => payload);
// @ts-expect-error a reason has no channel
rt.addEventListener(CONNECTION_LOST, ({ detail }) => detail.channel);
// @ts-expect-error the channel may be null
rt.subscribe(DENIED, ({ channel: denied }) => denied.area);
// @ts-expect-error no component
rt.sendToServer();
// @ts-expect-error no such option
rt.sendToServer('mod_quiz', 1, { retries: 3 });
// @ts-expect-error no payload
rt.publish('hash');
// @ts-expect-error not a grant's answer
rt.add('token');
// @ts-expect-error told, not set
rt.transport = 'poll';
// @ts-expect-error told, not set
new RealtimeError('busy').code = 'limit';
