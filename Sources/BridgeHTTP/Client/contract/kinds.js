/**
 * An event of a channel, each once and in order: `{component, area, itemid, contextid, channeldetails, hash, payload,
 * position, time, by}`.
 */
export const EVENT = 'event';
/** The connection is gone, told once an outage: `{code, reason, reasonString}`. Reconnecting goes on by itself. */
export const CONNECTION_LOST = 'connection_lost';
/** The connection is back, and its channels are subscribed again: `{}`. */
export const CONNECTION_RESTORED = 'connection_restored';
/** Events are lost to this page, told once: the channel's members and `position`, up to which some are missing. */
export const GAP = 'gap';
/** Final. `{channel, code, reason, reasonString}`: that channel is closed, or with `channel: null` everything. */
export const DENIED = 'denied';

export const KINDS = [EVENT, CONNECTION_LOST, CONNECTION_RESTORED, GAP, DENIED];
