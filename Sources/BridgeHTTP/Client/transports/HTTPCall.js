import { MAXIMUM_PACKET, RETRY_AFTER_CAP } from '../contract/limits.js';
import { reasonOf } from '../contract/reasons.js';
import { objectOf } from '../contract/values.js';

/** Calls the bridge's HTTP API with a grant: POST where there is a body. */
export function callBridge({ fetch, url }, { token }, path, { body, headers, signal }) {
    return fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST', body, signal,
        headers: {
            authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
        },
        // The grant goes nowhere else, and is all that counts.
        cache: 'no-store', credentials: 'omit', redirect: 'error',
    });
}

/** Gives the pieces of a response's body to `take(bytes)`. */
export async function readBody(response, take) {
    const reader = response.body.getReader();
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            take(value);
        }
    } finally {
        // Where `take` threw there is more to come, which nobody wants; where the call was aborted this rejects.
        reader.cancel().catch(() => {});
    }
}

/** A response's text; one that is too long throws. */
export async function textOf(response) {
    const utf8 = new TextDecoder();
    const pieces = [];
    let size = 0;
    await readBody(response, (bytes) => {
        size += bytes.length;
        if (size > MAXIMUM_PACKET) throw new RangeError('answer too long');
        pieces.push(utf8.decode(bytes, { stream: true }));
    });
    return pieces.join('') + utf8.decode();
}

/**
 * What a response with another status than 200 says: `named`, the contract's code, where it is the bridge's own word;
 * `code`, the MQTT reason for it, 0 for what passes; `retryAfter` in milliseconds.
 */
export async function refusalOf(response) {
    const isOurs = /^application\/problem\+json\b/.test(response.headers.get('content-type'));
    const problem = objectOf(await textOf(response).catch(() => ''));
    const named = isOurs && problem && /^[a-z_]+$/.test(problem.code) ? problem.code : '';
    const seconds = /^\d{1,9}$/.exec(response.headers.get('retry-after'));
    return {
        named, code: reasonOf(named),
        reasonString: named ? `${named}: ${problem.detail}` : `HTTP status ${response.status}`,
        retryAfter: seconds ? Math.min(RETRY_AFTER_CAP, seconds[0] * 1000) : 0,
    };
}
