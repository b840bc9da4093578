/** What `sendToServer`, `publish` and `add` reject with: a `code` of the contract, `closed` or `unsupported`. */
export class RealtimeError extends Error {
    constructor(code, message) {
        super(message || code);
        this.name = 'RealtimeError';
        this.code = code;
    }
}

/** MQTT reasons after which a fresh grant may help, and those after which nothing does. All others pass. */
export const RENEWABLE = [0x86, 0x87, 0x98, 0xa0];
export const FINAL = [0x84, 0x85, 0x8a, 0x8c];

const CODES = {
    0x86: 'grant_invalid', 0x87: 'forbidden', 0x89: 'busy', 0x95: 'payload_too_large', 0x97: 'limit',
    0x98: 'grant_revoked', 0x99: 'payload_invalid', 0xa0: 'grant_expired',
};
/** The codes that only HTTP names itself, by the reason that MQTT has for them. */
const ALIASES = new Map([['unauthorized', 0x86], ['component_disabled', 0x87], ['area_disabled', 0x87]]);

/** The contract's code for a refusal: the bridge's reason strings begin with it. */
export function codeOf(reason, reasonString, otherwise = 'forbidden') {
    const named = /^([a-z][a-z_]*):/.exec(reasonString);
    return named ? named[1] : CODES[reason] || otherwise;
}

/** The MQTT reason for a code of the contract, so that a refusal is the same over HTTP; 0 for what passes. */
export function reasonOf(code) {
    const found = Object.keys(CODES).find((reason) => CODES[reason] === code);
    return found ? Number(found) : ALIASES.get(code) || 0;
}
