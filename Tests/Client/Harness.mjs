import { afterEach, beforeEach, mock } from 'node:test';
import {
    CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, GAP, connect,
} from '../../Sources/BridgeHTTP/Client/realtime.js';
import { ScriptedHTTP } from './ScriptedHTTP.mjs';
import { ScriptedServer, grantAnswer } from './ScriptedServer.mjs';

/** A second channel's. */
export const OTHER = 'HwCU0bqJacvzI2MHcRGi_qzjchc';

/** The test's own, made anew for each. */
export let server;
/** Its HTTP API. */
export let http;
let open;

/** Lets everything that waits for no timer come to pass. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Lets that time go by on the mocked clock, and what follows from it come to pass; no timer is late. */
export async function pass(milliseconds) {
    let left = milliseconds;
    do {
        mock.timers.tick(Math.min(left, 4000));
        await settled();
        left -= 4000;
    } while (left > 0);
}

/** The page sleeps: no timer fires until that time has gone by. */
export async function sleep(milliseconds) {
    mock.timers.tick(milliseconds);
    await settled();
}

/** Connects and notes whatever the client tells. */
export function start(answer = grantAnswer(), options = {}) {
    const rt = connect(answer, {
        WebSocket: server.WebSocket, fetch: http.fetch, transports: ['websocket'], ...options,
    });
    const told = [];
    for (const kind of [EVENT, CONNECTION_LOST, CONNECTION_RESTORED, GAP, DENIED]) {
        rt.subscribe(kind, (detail) => told.push({ kind, ...detail }));
    }
    keep(rt);
    const of = (kind) => told.filter((entry) => entry.kind === kind);
    return { rt, told, of, kinds: () => told.map(({ kind }) => kind), payloads: () => of(EVENT).map((e) => e.payload) };
}

/** The same, once connected. */
export async function started(answer, options) {
    const client = start(answer, options);
    await settled();
    return client;
}

export const event = (seq, payload = seq, more = {}) => ({ seq, epoch: 'k3f9', time: 1732370000123, ...more, payload });

/** A CONNACK that refuses. */
export const refuse = (reasonCode, reasonString) => (packet, connection) =>
    connection.push({ cmd: 'connack', reasonCode, sessionPresent: false, properties: { reasonString } });

/** The user properties `since` of a SUBSCRIBE. */
export const sinceOf = ({ properties }) => {
    const { since } = (properties && properties.userProperties) || {};
    return since && [].concat(since);
};

/** Answers every SUBSCRIBE with `{hash: [position, recovered]}`, in the form that its number of filters asks for. */
export function recover(told) {
    server.script.subscribe = (packet, connection) => {
        const topics = topicsOf(packet);
        const found = topics.map((topic) => topic.split('/').pop()).filter((hash) => told[hash])
            .map((hash) => told[hash].map((value) => (topics.length > 1 ? `${hash} ${value}` : value)));
        connection.push({
            cmd: 'suback', messageId: packet.messageId, granted: topics.map(() => 0), properties: {
                userProperties: {
                    position: found.map(([position]) => position), recovered: found.map(([, recovered]) => recovered),
                },
            },
        });
    };
}

/**
 * Takes what is asked of `realtime_history`, to be answered whenever the test wants it: each request as
 * `{hash, since, answer(channel), answerWith(payload), refuse()}`.
 */
export function historyRequests() {
    const asked = [];
    server.components.realtime_history = (body, request, connection) => {
        const [{ hash, since }] = JSON.parse(body).channels;
        const found = (channel) =>
            ({ hash, position: 'k3f9:999', recovered: 'complete', events: [], more: false, ...channel });
        asked.push({
            hash, since,
            answer: (channel) => connection.reply(request, { ok: true, payload: { channels: [found(channel)] } }),
            answerWith: (payload) => connection.reply(request, { ok: true, payload }),
            refuse: () => connection.reply(request, { ok: false, error: { code: 'limit', message: 'too many' } }),
        });
    };
    return asked;
}

/** The topics of a SUBSCRIBE. */
export const topicsOf = ({ subscriptions }) => subscriptions.map(({ topic }) => topic);

/** Has the client closed when the test ends. */
export const keep = (rt) => open.push(rt);

/** Gives every test of the file a server and a clock of its own. */
export function useScriptedServer() {
    beforeEach(() => {
        server = new ScriptedServer();
        http = new ScriptedHTTP();
        open = [];
        mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    });

    afterEach(() => {
        open.forEach((rt) => rt.close());
        mock.reset();
        mock.timers.reset();
    });
}
