import { CONNECTION_LOST, CONNECTION_RESTORED, DENIED, EVENT, GAP, connect } from '/client/realtime.js';

const NAMES = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Radia', 'Leslie', 'Frances', 'Niklaus'];

const element = (id) => document.getElementById(id);
const name = new URLSearchParams(location.search).get('name') || NAMES[Math.floor(Math.random() * NAMES.length)];

/** Asks the page's own server, which knows who may do what, for a grant. */
async function requestGrant() {
    const response = await fetch('/demo/grant', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name }),
    });
    if (!response.ok) throw new Error(`The server gave no grant (${response.status}).`);
    return response.json();
}

function show(state, words) {
    element('status').dataset.state = state;
    element('status').textContent = words;
}

/** An element with text in it; whatever others wrote goes through here and is never markup. */
function make(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
}

function addMessage({ payload, time }, user) {
    const author = String(payload.name || payload.user || 'someone');
    const sent = new Date(time);
    const item = make('li', payload.user === user ? 'mine' : 'theirs', '');
    const clock = make('time', '', sent.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
    clock.dateTime = sent.toISOString();
    const avatar = make('span', 'avatar', [...author][0].toUpperCase());
    avatar.ariaHidden = 'true';
    avatar.dataset.tone = [...author].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 5;
    const by = make('p', 'by', '');
    by.append(make('span', 'author', author), ' ', clock);
    item.append(avatar, by, make('p', 'text', String(payload.text)));
    const list = element('messages');
    list.append(item);
    list.scrollTop = list.scrollHeight;
    element('empty').hidden = true;
}

async function send(rt, text) {
    const began = performance.now();
    try {
        const reply = await rt.sendToServer('demo_chat', { text });
        element('reply').textContent = JSON.stringify(reply);
        element('reply').dataset.state = 'ok';
    } catch (error) {
        element('reply').textContent = `${error.code}: ${error.message}`;
        element('reply').dataset.state = 'error';
    }
    element('latency').textContent = `${(performance.now() - began).toFixed(1)} ms`;
}

/** The client tells nothing of the first connection: whatever the bridge answers to an echo shows that it stands. */
async function announce(rt) {
    const answered = await rt.sendToServer('realtime_echo', null, { timeout: 60000 })
        .then(() => true, ({ code }) => !['timeout', 'closed'].includes(code));
    if (element('status').dataset.state !== 'connecting') return;
    if (answered) show('connected', 'Connected');
    else announce(rt);
}

async function start() {
    element('name').textContent = name;
    const other = NAMES[(NAMES.indexOf(name) + 1) % NAMES.length];
    element('second').href = `/demo?name=${encodeURIComponent(other)}`;

    const grant = await requestGrant();
    const rt = connect(grant, { renew: requestGrant });
    const [channel] = grant.channels;
    element('position').textContent = channel.position || '–';

    rt.subscribe(EVENT, { component: 'demo_chat' }, (event) => {
        element('position').textContent = event.position;
        addMessage(event, grant.user);
    });
    rt.subscribe(CONNECTION_LOST, () => show('lost', 'Connection lost, trying again'));
    rt.subscribe(CONNECTION_RESTORED, () => show('connected', 'Connected again'));
    rt.subscribe(GAP, () => show('connected', 'Connected; some messages are gone'));
    rt.subscribe(DENIED, ({ code }) => {
        show('denied', `Denied: ${code}`);
        element('send').disabled = true;
    });

    element('form').addEventListener('submit', (event) => {
        event.preventDefault();
        const field = element('text');
        send(rt, field.value);
        field.value = '';
        field.focus();
    });
    element('send').disabled = false;
    element('text').focus();
    announce(rt);
}

element('send').disabled = true;
start().catch((error) => show('denied', error.message));
