// MQTT.js as a program, with the commands and observations of mqtt_paho.py.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const mqtt = createRequire(import.meta.url)('mqtt');

const tell = (observation) => console.log(JSON.stringify(observation));

/** User properties as a list of names and values. */
const pairs = (properties = {}) => Object.entries(properties).flatMap(
    ([name, values]) => [values].flat().map((value) => [name, value]),
);

// What came over the wire, whatever the library makes of it.
const observations = {
    connack: ({ returnCode, reasonCode }) => ({ code: returnCode ?? reasonCode }),
    suback: ({ granted, properties }) => ({ codes: granted, properties: pairs(properties?.userProperties) }),
    puback: ({ reasonCode = 0, properties }) => ({ code: reasonCode, reason: properties?.reasonString }),
    publish: ({ topic, payload }) => ({ seen: 'message', topic: topic.toString(), payload: payload.toString() }),
    disconnect: ({ reasonCode }) => ({ code: reasonCode }),
};

function connect({ port, transport, version, user, password }) {
    const url = transport === 'websockets' ? `ws://127.0.0.1:${port}/mqtt` : `mqtt://127.0.0.1:${port}`;
    const client = mqtt.connect(url, {
        protocolVersion: version, username: user, password, reconnectPeriod: 0, clean: true,
    });
    client.on('packetreceive', (packet) => {
        const observe = observations[packet.cmd];
        if (observe) tell({ seen: packet.cmd, ...observe(packet) });
    });
    client.on('error', () => {}); // Told already by what came over the wire, or by the close.
    client.on('close', () => tell({ seen: 'closed' }));
    return client;
}

let client;
const commands = {
    connect(command) {
        client?.removeAllListeners('close').end(true);
        client = connect(command);
    },
    subscribe({ topics, since }) {
        const options = since ? { qos: 0, properties: { userProperties: { since } } } : { qos: 0 };
        client.subscribe(topics, options, () => {});
    },
    publish({ topic, payload, qos, properties }) {
        const options = properties ? { qos, properties: { userProperties: properties } } : { qos };
        client.publish(topic, payload, options, () => {});
    },
};

for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    commands[command.do](command);
}
client?.removeAllListeners('close').end(true);
