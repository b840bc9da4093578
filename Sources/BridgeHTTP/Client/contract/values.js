/** The JSON of a payload; what JSON has no form for becomes null, as it does inside arrays. */
export const json = (payload) => JSON.stringify([payload]).slice(1, -1);

/** The value of a JSON text that holds an object; null for everything else. */
export function objectOf(text) {
    try {
        const value = JSON.parse(text);
        return typeof value === 'object' ? value : null;
    } catch {
        return null;
    }
}

/** 132 random bits as 22 characters of base64url. */
export function randomID() {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => alphabet[byte & 63]).join('');
}

/** Full jitter: any time up to the bound, which doubles with each attempt from the base to the cap; milliseconds. */
export const jitter = (attempt, base, cap) => Math.random() * Math.min(cap, base * 2 ** attempt);
