/** The parts of `{epoch}:{seq}`; null where it is no position. */
export function positionOf(text) {
    const found = /^([\w-]{1,16}):(\d{1,15})$/.exec(text);
    return found && { epoch: found[1], seq: Number(found[2]) };
}

/** Whether that is an event, or a gap told in an event's place. */
export const isEvent = (body) => Boolean(body) && typeof body.epoch === 'string' && Number.isSafeInteger(body.seq)
    && positionOf(`${body.epoch}:${body.seq}`) !== null && (body.seq > 0 || body.gap === true);

/** The channel's part of an answer of `realtime_history`. */
export function historyOf(hash, payload) {
    const channels = payload && payload.channels;
    const found = Array.isArray(channels) && channels.find((channel) => channel && channel.hash === hash);
    return found && Array.isArray(found.events) ? found : { events: [] };
}
