"""paho-mqtt as a program: a command in JSON a line comes in, an observation in JSON a line goes out.

    {"do": "connect", "port", "transport": "tcp"|"websockets", "version": 4|5, "user", "password"}
    {"do": "subscribe", "topics": [...], "since": [...]}
    {"do": "publish", "topic", "payload", "qos", "properties": {name: value}}
    {"do": "collect", "count"}    so many messages are not observed each, but once, as runs (runs.py)

It ends with its input. A further connect ends the connection before.
"""

import json
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from runs import Runs

output = threading.Lock()
collected = None


def tell(**observation):
    with output:
        print(json.dumps(observation), flush=True)


def number(code):
    return code if isinstance(code, int) else code.value


def on_connect(client, userdata, flags, code, properties=None):
    tell(seen="connack", code=number(code))


def on_subscribe(client, userdata, packet, codes, properties=None):
    told = [list(pair) for pair in getattr(properties, "UserProperty", [])]
    tell(seen="suback", codes=[number(code) for code in codes], properties=told)


def on_publish(client, userdata, packet):
    tell(seen="puback")


def on_message(client, userdata, message):
    global collected
    if collected is None:
        tell(seen="message", topic=message.topic, payload=message.payload.decode())
        return
    collected.add(message.payload)
    if collected.is_complete:
        runs, collected = collected.runs, None
        tell(seen="collected", runs=runs)


def on_disconnect(client, userdata, code, properties=None):
    # A refused CONNECT ends here too; once is enough, the library would try again.
    client.loop_stop()
    tell(seen="closed", code=number(code))


def without_origin(headers):
    """paho 1.6 calls itself a page of https://HOST:PORT, whatever it connects to; a program is no page."""
    del headers["Origin"]
    return headers


def connect(command):
    client = mqtt.Client(protocol=command["version"], transport=command["transport"])
    if command["transport"] == "websockets":
        client.ws_set_options(path="/mqtt", headers=without_origin)
    client.username_pw_set(command["user"], command["password"])
    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    client.on_publish = on_publish
    client.on_message = on_message
    client.on_disconnect = on_disconnect
    client.connect("127.0.0.1", command["port"], keepalive=60)
    client.loop_start()
    return client


def publish(client, command):
    properties = None
    if command.get("properties"):
        properties = Properties(PacketTypes.PUBLISH)
        properties.UserProperty = list(command["properties"].items())
    client.publish(command["topic"], command["payload"], command["qos"], properties=properties)


def subscribe(client, command):
    properties = None
    if command.get("since"):
        properties = Properties(PacketTypes.SUBSCRIBE)
        properties.UserProperty = [("since", value) for value in command["since"]]
    client.subscribe([(topic, 0) for topic in command["topics"]], properties=properties)


def end(client):
    client.on_disconnect = None
    client.disconnect()
    client.loop_stop()


def main():
    global collected
    client = None
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "connect":
            if client:
                end(client)
            client = connect(command)
        elif command["do"] == "subscribe":
            subscribe(client, command)
        elif command["do"] == "publish":
            publish(client, command)
        elif command["do"] == "collect":
            collected = Runs(command["count"])
    if client:
        end(client)


main()
