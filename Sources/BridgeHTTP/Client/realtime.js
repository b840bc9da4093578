/**
 * Realtime Bridge, browser client: one module without dependencies, for browsers and Node 20.
 *
 *     const rt = connect(grantAnswer, { renew: async (grantAnswer) => fetchANewOne(grantAnswer) });
 *     rt.subscribe(EVENT, ({ component, area, itemid, payload, position }) => …);
 *     const answer = await rt.sendToServer('mod_quiz', { choice: 3 });
 *     rt.close();
 *
 * The bridge serves these modules joined into one, without a build: `BrowserClient.swift` drops the lines that import
 * (each statement is one line) and the `export` before what is declared. So names are unique over all modules.
 *
 * @typedef {{contextid: number|string, component: string, area: string, itemid: number|string,
 *   channeldetails: string, rights: string[], hash: string, topic?: string, position?: string}} GrantedChannel
 * @typedef {{token: string, user: string, session?: string, site: string, expires?: number, ttl?: number,
 *   urls: {websocket: string, http?: string, mqtt?: string}, channels: GrantedChannel[]}} GrantAnswer
 *   What `POST /v1/grants` answers; the application's page embeds it as it is.
 */
import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, GAP } from './contract/kinds.js';
import { RealtimeError } from './contract/reasons.js';
import { connect } from './entry/connect.js';

export { connect, EVENT, CONNECTION_LOST, CONNECTION_RESTORED, GAP, DENIED, RealtimeError };
