"""Many MQTT 3.1.1 connections of one user, all subscribed to one topic.

A line of JSON comes in: {"port", "count", "user", "password", "topic"}. Out go {"seen": "subscribed"} once all are, and
{"seen": "delivered"} whenever a further message has come to each of them. It runs until it is ended.
"""

import asyncio
import json
import resource
import struct
import sys


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


async def read(reader):
    kind = (await reader.readexactly(1))[0]
    size, shift = 0, 0
    while True:
        digit = (await reader.readexactly(1))[0]
        size |= (digit & 127) << shift
        shift += 7
        if digit < 128:
            return kind, await reader.readexactly(size)


async def connect(index, command):
    reader, writer = await asyncio.open_connection("127.0.0.1", command["port"])
    # Clean session, user name and password; a keep-alive beyond any test's time.
    header = text("MQTT") + bytes([4, 0xC2]) + struct.pack(">H", 600)
    writer.write(packet(0x10, header + text(f"many-{index}") + text(command["user"]) + text(command["password"])))
    answer = await read(reader)
    assert answer == (0x20, b"\0\0"), answer
    writer.write(packet(0x82, b"\0\1" + text(command["topic"]) + b"\0"))
    answer = await read(reader)
    assert answer == (0x90, b"\0\1\0"), answer
    return reader, writer


async def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    command = json.loads(sys.stdin.readline())
    clients = []
    while len(clients) < command["count"]:
        some = range(len(clients), min(len(clients) + 100, command["count"]))
        clients += await asyncio.gather(*(connect(index, command) for index in some))
    print(json.dumps({"seen": "subscribed"}), flush=True)
    while True:
        messages = await asyncio.gather(*(read(reader) for reader, _ in clients))
        assert all(kind & 0xF0 == 0x30 for kind, _ in messages)
        print(json.dumps({"seen": "delivered"}), flush=True)


asyncio.run(main())
