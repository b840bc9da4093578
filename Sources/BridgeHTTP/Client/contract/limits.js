/** Milliseconds: the longest wait for a transport's first answer, and for any other answer to what was sent. */
export const CONNECT_TIMEOUT = 20000;
export const ANSWER_TIMEOUT = 10000;
/** Milliseconds: the wait for the first answer where another transport is at hand; doubled with each vain round. */
export const FALLBACK_TIMEOUT = 5000;
/** Milliseconds: how long the application may take to renew a grant. */
export const RENEW_TIMEOUT = 30000;
/** Full jitter: between 0 and min(cap, base·2^attempt) milliseconds. A connection that stood this long starts anew. */
export const RETRY_BASE = 500;
export const RETRY_CAP = 30000;
export const STABLE_AFTER = 10000;
/** Milliseconds: the longest `Retry-After` that is heeded. */
export const RETRY_AFTER_CAP = 60000;
/** Milliseconds between two tries of a better transport: doubled from base to cap; soon, where it has stood before. */
export const UPGRADE_BASE = 30000;
export const UPGRADE_CAP = 300000;
export const UPGRADE_SOON = 2000;
/** Milliseconds between two such tries at the least, whatever the page does. */
export const UPGRADE_PAUSE = 10000;
/** Milliseconds without a byte after which a stream is given up; the bridge sends a comment every 25 seconds. */
export const SILENCE_LIMIT = 60000;
/** Milliseconds: how often a stream's silence is looked at, and how fresh a byte proves that it lives. */
export const SILENCE_CHECK = 15000;
export const FRESH = 5000;
/** Milliseconds that a stream or poll must have stood to be opened again without a word when it is cut. */
export const RESUME_AFTER = 5000;
/** Seconds that a poll waits for an event. */
export const POLL_WAIT = 25;
/** Milliseconds from an empty poll to the next, where the bridge did not wait; and for grants that must take turns. */
export const POLL_PAUSE = 1000;
export const POLL_PACE = 5000;
/** Streams or waiting polls at once: browsers open six connections of HTTP/1.1 to a host, and messages need some. */
export const MAXIMUM_HELD_CALLS = 4;
/** Grants without channels to read, or with renewed ones, that are still tried for messages. */
export const MAXIMUM_UNUSED_GRANTS = 8;
/** A timer that fires so many milliseconds late tells that the page slept. */
export const LATE_AFTER = 5000;
/** Milliseconds: the longest time-out. A timer that is set for longer fires at once. */
export const MAXIMUM_TIMEOUT = 2 ** 31 - 1;
/** Unanswered messages that a client holds; beyond it sending rejects with `busy`. */
export const MAXIMUM_PENDING = 256;
/** What a channel holds back while missing events are asked for; beyond it they are a gap. Bytes as they came. */
export const MAXIMUM_HELD = 1000;
export const MAXIMUM_HELD_BYTES = 1024 * 1024;
/** Bytes of one packet, message or answer: a broken or hostile server cannot make the page gather memory. */
export const MAXIMUM_PACKET = 16 * 1024 * 1024;
