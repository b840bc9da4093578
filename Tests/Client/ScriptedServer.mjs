import Module, { createRequire } from 'node:module';

// MQTT.js's codec, as Debian's package node-mqtt-packet has it: independent of the client's own.
process.env.NODE_PATH = ['/usr/share/nodejs', process.env.NODE_PATH].filter(Boolean).join(':');
Module._initPaths();
const mqtt = createRequire(import.meta.url)('mqtt-packet');
const VERSION = { protocolVersion: 5 };

/** The server's end of one fake WebSocket: what came, and what the script answers. */
class Connection {
    constructor(server, socket) {
        this.server = server;
        this.socket = socket;
        this.received = [];
        this.parser = mqtt.parser(VERSION);
        this.parser.on('packet', (packet) => {
            this.received.push(packet);
            const answer = server.script[packet.cmd];
            // As over a network, no answer comes while the client is still sending.
            if (answer) queueMicrotask(() => answer(packet, this));
        });
        this.parser.on('error', (error) => { throw error; });
    }

    get connect() {
        return this.received.find(({ cmd }) => cmd === 'connect');
    }

    all(cmd) {
        return this.received.filter((packet) => packet.cmd === cmd);
    }

    push(packet) {
        this.pushBytes(mqtt.generate(packet, VERSION));
    }

    pushBytes(bytes) {
        const { socket } = this;
        if (socket.onmessage) socket.onmessage({ data: Uint8Array.from(bytes).buffer });
    }

    event(hash, body) {
        this.publish(`rt/demo/ch/${hash}`, body);
    }

    reply(request, body) {
        this.publish(`rt/demo/re/42/${this.connect.clientId}/${request}`, body);
    }

    publish(topic, body) {
        this.push({ cmd: 'publish', topic, qos: 0, payload: typeof body === 'string' ? body : JSON.stringify(body) });
    }

    /** Ends the connection as a network or a server does. */
    drop(code = 1006, reason = '') {
        const { socket } = this;
        socket.readyState = 3;
        if (socket.onclose) socket.onclose({ code, reason });
    }
}

/** A bridge without a network: `WebSocket` for the client, `script` for what it answers, by packet. */
export class ScriptedServer {
    constructor() {
        this.connections = [];
        this.reachable = true;
        this.script = {
            connect: (packet, connection) => connection.push({ cmd: 'connack', reasonCode: 0, sessionPresent: false }),
            subscribe: (packet, connection) => connection.push({
                cmd: 'suback', messageId: packet.messageId, granted: packet.subscriptions.map(() => 0),
            }),
            publish: (packet, connection) => {
                connection.push({ cmd: 'puback', messageId: packet.messageId, reasonCode: 0 });
                const [, , kind, , component, request] = packet.topic.split('/');
                const reply = kind === 'up' && this.components[component];
                const body = reply && reply(packet.payload.toString(), request, connection);
                if (body) connection.reply(request, body);
            },
            pingreq: (packet, connection) => connection.push({ cmd: 'pingresp' }),
        };
        this.components = {
            realtime_grant: () => ({ ok: true, payload: { expires: 0, channels: [], components: [] } }),
        };
        const server = this;
        this.WebSocket = class {
            constructor(url, protocol) {
                this.url = url;
                this.protocol = protocol;
                this.readyState = 0;
                this.closed = false;
                this.connection = new Connection(server, this);
                server.connections.push(this.connection);
                queueMicrotask(() => {
                    if (this.closed) return;
                    if (!server.reachable) return this.connection.drop();
                    this.readyState = 1;
                    this.onopen();
                });
            }

            send(bytes) {
                this.connection.parser.parse(Buffer.from(bytes));
            }

            close() {
                this.closed = true;
                this.readyState = 3;
            }
        };
    }

    get last() {
        return this.connections[this.connections.length - 1];
    }
}

/** The answer of `POST /v1/grants` with channels of the test's own. */
export function grantAnswer({ token = 'token-1', ttl, channels = [channel()] } = {}) {
    return {
        token, ttl, user: '42', session: 'abc', site: 'demo', expires: 0,
        urls: { http: 'http://bridge.test', websocket: 'ws://bridge.test/mqtt', mqtt: 'mqtt://bridge.test' }, channels,
    };
}

export const HASH = 'gzlFP5ds6BbedNfmyA9NCaDMVic';

export function channel({ hash = HASH, position, rights = ['subscribe'], area = 'game' } = {}) {
    return {
        contextid: 15, component: 'mod_quiz', area, itemid: 0, channeldetails: '', rights, hash,
        topic: `rt/demo/ch/${hash}`, position,
    };
}
