// The bridge's own client under Node, without a browser. A line of JSON comes in, {"answer", "transports"}: what the
// bridge has answered to a request for a grant, and what to use. Each line after it is a command:
//
//     {"do": "ask", "number"}    sends it to a component that echoes
//     {"do": "close"}
//
// What the client tells goes out as lines {"seen": kind, "transport", …}.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const WebSocket = createRequire(import.meta.url)('ws');
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { answer, transports } = JSON.parse((await lines.next()).value);

// As pages get it: the file that the bridge serves.
const served = await (await fetch(`${answer.urls.http}/client/realtime.js`)).text();
const client = await import(`data:text/javascript;base64,${Buffer.from(served).toString('base64')}`);

const rt = client.connect(answer, { transports, WebSocket });
const tell = (seen, members = {}) => console.log(JSON.stringify({ seen, transport: rt.transport, ...members }));
rt.subscribe(client.EVENT, ({ payload, position }) => tell('event', { payload, position }));
for (const kind of [client.CONNECTION_LOST, client.CONNECTION_RESTORED, client.GAP, client.DENIED]) {
    rt.subscribe(kind, () => tell(kind));
}

const commands = {
    async ask({ number }) {
        tell('reply', { echo: (await rt.sendToServer('realtime_echo', number)).echo });
    },
    close() {
        rt.close();
        tell('closed');
    },
};
for await (const line of lines) {
    const command = JSON.parse(line);
    commands[command.do](command);
}
// Nothing of the client may keep the program alive: it ends by itself.
