"""An MQTT 3.1.1 client over TCP with a small receive buffer, which reads only when it is told to.

    {"do": "subscribe", "port", "user", "password", "topic"}    answers {"seen": "subscribed"}
    {"do": "collect", "count"}    reads so many events, and answers {"seen": "collected", "runs"} (runs.py)

It ends with its input.
"""

import json
import socket
import struct
import sys

from runs import Runs

RECEIVE_BUFFER = 64 * 1024


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    length, size = b"", len(body)
    while True:
        size, digit = divmod(size, 128)
        length += bytes([digit | (128 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


class Connection:
    def __init__(self, port):
        self.socket = socket.socket()
        # Before connecting: it bounds the window for good.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.socket.connect(("127.0.0.1", port))
        self.stream = self.socket.makefile("rb")

    def write(self, data):
        self.socket.sendall(data)

    def read(self):
        kind = self.stream.read(1)[0]
        size, shift = 0, 0
        while True:
            digit = self.stream.read(1)[0]
            size |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return kind, self.stream.read(size)


def subscribe(command):
    connection = Connection(command["port"])
    # Clean session, user name and password; a keep-alive beyond any test's time.
    header = text("MQTT") + bytes([4, 0xC2]) + struct.pack(">H", 600)
    connection.write(packet(0x10, header + text("slow") + text(command["user"]) + text(command["password"])))
    answer = connection.read()
    assert answer == (0x20, b"\0\0"), answer
    connection.write(packet(0x82, b"\0\1" + text(command["topic"]) + b"\0"))
    answer = connection.read()
    assert answer == (0x90, b"\0\1\0"), answer
    return connection


def collect(connection, count):
    runs = Runs(count)
    while not runs.is_complete:
        kind, body = connection.read()
        assert kind & 0xF0 == 0x30, kind
        runs.add(body[2 + struct.unpack(">H", body[:2])[0] :])
    return runs.runs


def main():
    connection = None
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "subscribe":
            connection = subscribe(command)
            print(json.dumps({"seen": "subscribed"}), flush=True)
        elif command["do"] == "collect":
            print(json.dumps({"seen": "collected", "runs": collect(connection, command["count"])}), flush=True)


main()
