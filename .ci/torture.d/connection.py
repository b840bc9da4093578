"""One MQTT connection over paho's client, driven by the thread that uses it."""
import contextlib
import struct
import time

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from proxy import small_socket


class Closed(Exception):
    """The connection is gone, or an answer did not come."""


class SmallBufferClient(paho.Client):
    """paho's client with buffers so small that a slow reader is felt at the other end."""

    def _create_socket_connection(self):
        connection = small_socket()
        connection.settimeout(5)
        try:
            connection.connect((self._host, self._port))
        except OSError:
            connection.close()
            raise
        return connection


def without_origin(headers):
    """paho 1.6 calls itself a page of https://HOST:PORT, whatever it connects to; a program is no page."""
    del headers["Origin"]
    return headers


def user_properties(packet, pairs):
    properties = Properties(packet)
    properties.UserProperty = pairs
    return properties


class Connection:
    """Connects at once; every method raises Closed when the connection is gone."""

    def __init__(self, port, transport, version, client, user, password, receive):
        self.version, self.receive = version, receive
        self.granted, self.published = {}, {}
        self.accepted = None
        self.client = SmallBufferClient(client, clean_session=True if version == 4 else None, protocol=version,
                                        transport=transport)
        if transport == "websockets":
            self.client.ws_set_options(path="/mqtt", headers=without_origin)
        self.client.username_pw_set(user, password)
        self.client.on_connect = lambda client, data, flags, code, properties=None: self.connected(code)
        self.client.on_subscribe = lambda client, data, id, codes, properties=None: self.subscribed(
            id, codes, properties)
        self.client.on_publish = lambda client, data, id: self.acknowledged(id)
        self.client.on_message = lambda client, data, message: self.receive(message.topic, message.payload)
        try:
            self.client.connect("127.0.0.1", port, keepalive=60)
        except (OSError, ValueError) as error:
            raise Closed(str(error)) from None
        self.wait(lambda: self.accepted is not None)
        if self.accepted != 0:
            raise Closed(f"refused with {self.accepted}")

    def connected(self, code):
        self.accepted = code if isinstance(code, int) else code.value

    def subscribed(self, id, codes, properties):
        told = getattr(properties, "UserProperty", []) if properties else []
        self.granted[id] = [code if isinstance(code, int) else code.value for code in codes], told

    def acknowledged(self, id):
        # paho 1.6 keeps the reason of a PUBACK to itself; it is the byte behind the packet id.
        packet = self.client._in_packet["packet"]
        self.published[id] = packet[2] if self.version == 5 and len(packet) > 2 else 0

    def turn(self, seconds=0.05):
        """Reads and writes what is there; waits a little where nothing is."""
        try:
            status = self.client.loop(seconds)
            # paho 1.6 reads a packet in at most 100 pieces; behind the hundredth it waits, even if that was the last.
            packet = self.client._in_packet
            if status == paho.MQTT_ERR_SUCCESS and packet["have_remaining"] and not packet["to_process"]:
                status = self.client.loop_read()
            if status == paho.MQTT_ERR_SUCCESS:
                return
        except (OSError, ValueError, struct.error, IndexError):
            pass
        self.abort()
        raise Closed("lost")

    def wait(self, condition, seconds=5):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.abort()
                raise Closed("no answer")
            self.turn()

    def subscribe(self, filters, qos=0, since=()):
        """Subscribes and returns the user properties of the SUBACK."""
        if self.version == 5:
            asked = [(filter, SubscribeOptions(qos=qos)) for filter in filters]
            properties = user_properties(PacketTypes.SUBSCRIBE, [("since", one) for one in since]) if since else None
            _, id = self.client.subscribe(asked, properties=properties)
        else:
            _, id = self.client.subscribe([(filter, qos) for filter in filters])
        self.wait(lambda: id in self.granted)
        codes, told = self.granted.pop(id)
        if any(code >= 0x80 for code in codes):
            raise Closed(f"subscription refused with {codes}")
        return told

    def publish(self, topic, payload, key=None):
        """Publishes with QoS 1 and returns the packet id, that `published` has once it is acknowledged."""
        properties = user_properties(PacketTypes.PUBLISH, [("key", key)]) if key else None
        return self.client.publish(topic, payload, qos=1, properties=properties).mid

    def abort(self):
        """Ends the connection without a word."""
        with contextlib.suppress(OSError, AttributeError, ValueError):
            self.client._sock_close()
