// Records whatever the browser client tells, for the tests to read. The fragment is JSON: `answer`, what the bridge has
// answered to the application; `transports`, or null for those that the client chooses; `script`, module or plain.
// Everything a page says stands in `seen`: {kind, transport, …}.

globalThis.seen = [];
const { answer, transports, script } = JSON.parse(decodeURIComponent(location.hash.slice(1)));

function record(kind, members = {}) {
    seen.push({ kind, transport: globalThis.rt ? rt.transport : null, ...members });
}

/** Loads the client as pages do; the plain script defines a global. */
async function load() {
    if (script === 'module') return import(`${answer.urls.http}/client/realtime.js`);
    const element = document.createElement('script');
    element.src = `${answer.urls.http}/client/realtime.global.js`;
    await new Promise((resolve, reject) => {
        element.onload = resolve;
        element.onerror = () => reject(new Error('the plain script was not loaded'));
        document.head.append(element);
    });
    return Realtime;
}

/** Asks the application for a fresh grant. */
async function renew() {
    const response = await fetch('/grant', { method: 'POST' });
    record('renewed', { status: response.status });
    if (!response.ok) throw new Error(`the application answers ${response.status}`);
    return response.json();
}

/** Sends numbers one after the other, and records each answer. */
globalThis.ask = async (count) => {
    for (let number = 0; number < count; number++) {
        try {
            record('reply', { echo: (await rt.sendToServer('realtime_echo', number)).echo });
        } catch (error) {
            record('failed', { error: String(error) });
        }
    }
};

addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    record('violation', { violatedDirective, blockedURI });
});
try {
    const client = await load();
    globalThis.rt = client.connect(answer, { renew, ...(transports && { transports }) });
    rt.subscribe(client.EVENT, ({ payload, position }) => record('event', { payload, position }));
    const { CONNECTION_LOST, CONNECTION_RESTORED, GAP, DENIED } = client;
    for (const kind of [CONNECTION_LOST, CONNECTION_RESTORED, GAP, DENIED]) {
        rt.addEventListener(kind, ({ detail: { code, reasonString } }) => record(kind, { code, reasonString }));
    }
    await ask(1);
} catch (error) {
    record('failed', { error: String(error) });
}
