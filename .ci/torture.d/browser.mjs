// The browser client as a program: the path of its module as argument, the grant's answer as the first line of JSON
// that comes in; any further line means that the page is online again. What the client tells goes out as lines of JSON.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

// A page's global scope takes listeners; Node's does not.
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.removeEventListener = page.removeEventListener.bind(page);

// Node 20's own tells nobody when a connection is closed ahead of its handshake.
const WebSocket = createRequire(import.meta.url)('ws');
const client = await import(pathToFileURL(process.argv[2]));
const kinds = ['EVENT', 'CONNECTION_LOST', 'CONNECTION_RESTORED', 'GAP', 'DENIED'];
let rt;
for await (const line of createInterface({ input: process.stdin })) {
    if (rt) {
        page.dispatchEvent(new Event('online'));
        continue;
    }
    rt = client.connect(JSON.parse(line), { WebSocket });
    for (const kind of kinds) {
        rt.subscribe(client[kind], (detail) => console.log(JSON.stringify({ ...detail, kind: client[kind] })));
    }
}
rt.close();
