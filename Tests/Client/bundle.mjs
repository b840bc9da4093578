import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const folder = fileURLToPath(new URL('../../Sources/BridgeHTTP/Client/', import.meta.url));
export const entry = `${folder}realtime.js`;

/** Every module of the client by its path, whatever the demo has beside them. */
export const modules = new Map(readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.js') && (path.includes('/') || path === 'realtime.js'))
    .map((path) => [path, readFileSync(folder + path, 'utf8')]));
