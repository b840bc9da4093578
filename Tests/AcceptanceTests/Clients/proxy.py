"""A TCP proxy in front of the bridge, which makes trouble as it is told: a command in JSON a line comes in.

    {"do": "pass"}                               everything passes again, what was held back too
    {"do": "cut"}                                ends all connections
    {"do": "refuse"}                             new connections are ended at once
    {"do": "hang"}                               present connections stay open and pass nothing any more, for good
    {"do": "delay", "milliseconds": number}      each piece of an answer comes so much later
    {"do": "block", "how": "refuse" | "swallow"} WebSocket handshakes are answered with 403, or never
    {"do": "buffer"}                             streams of events are passed on when they have ended, no sooner

It prints the port that it listens on, then {"seen": command} once that holds. It ends with its input.
"""

import asyncio
import contextlib
import json
import sys

PIECE = 1 << 16
MOST_HELD = 1 << 20
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Connection:
    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.far = None
        self.is_hung = False
        # A browser sends a request when the one before is answered: each begins a piece.
        self.is_stream = False

    async def run(self):
        first = await self.reader.read(PIECE)
        proxy = self.proxy
        if proxy.block and b"\r\nupgrade: websocket\r\n" in first.lower():
            if proxy.block == "refuse":
                self.writer.write(FORBIDDEN)
                await self.writer.drain()
                return
            while await self.reader.read(PIECE):
                pass
            return
        far_reader, self.far = await asyncio.open_connection("127.0.0.1", proxy.target)
        self.ask(first)
        pumps = [asyncio.ensure_future(self.requests()), asyncio.ensure_future(self.answers(far_reader))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        if self.is_hung:
            # Whoever is behind it learns of the end, the browser does not.
            self.far.transport.abort()
            while await self.reader.read(PIECE):
                pass

    def ask(self, data):
        self.is_stream = data.startswith(b"GET /v1/stream")
        self.far.write(data)

    async def requests(self):
        while data := await self.reader.read(PIECE):
            if self.is_hung:
                return
            self.ask(data)
            await self.far.drain()

    async def answers(self, far_reader):
        held = []
        with contextlib.suppress(ConnectionError):
            while data := await self.next(far_reader, held):
                held.append(data)
                if self.is_held and sum(map(len, held)) < MOST_HELD:
                    continue
                await self.give(held)
        await self.give(held)

    async def next(self, far_reader, held):
        """The next piece; what is held back goes on as soon as it may."""
        reading = asyncio.ensure_future(far_reader.read(PIECE))
        try:
            while held:
                change = asyncio.ensure_future(self.proxy.changed.wait())
                await asyncio.wait([reading, change], return_when=asyncio.FIRST_COMPLETED)
                change.cancel()
                if reading.done():
                    break
                if not self.is_held:
                    await self.give(held)
            return await reading
        finally:
            reading.cancel()

    @property
    def is_held(self):
        return self.is_stream and self.proxy.is_buffering

    async def give(self, held):
        if self.proxy.delay:
            await asyncio.sleep(self.proxy.delay)
        if not self.is_hung:
            self.writer.write(b"".join(held))
            await self.writer.drain()
        held.clear()

    def abort(self):
        for writer in (self.writer, self.far):
            if writer:
                writer.transport.abort()


class Proxy:
    def __init__(self, target):
        self.target = target
        self.connections = set()
        self.do_pass()

    async def accept(self, reader, writer):
        connection = Connection(self, reader, writer)
        self.connections.add(connection)
        try:
            if not self.is_refusing:
                await connection.run()
        except ConnectionError:
            pass  # The bridge is away, or somebody has gone: both sides learn it.
        finally:
            self.connections.discard(connection)
            connection.abort()

    def do_pass(self):
        self.block = None
        self.is_refusing = self.is_buffering = False
        self.delay = 0
        # Wakes whoever waits, once; the next change has an event of its own.
        previous, self.changed = getattr(self, "changed", None), asyncio.Event()
        if previous:
            previous.set()

    def do_cut(self):
        for connection in self.connections:
            connection.abort()

    def do_refuse(self):
        self.is_refusing = True

    def do_hang(self):
        for connection in self.connections:
            connection.is_hung = True
            if connection.far:
                connection.far.transport.abort()

    def do_delay(self, milliseconds):
        self.delay = milliseconds / 1000

    def do_block(self, how):
        self.block = how

    def do_buffer(self):
        self.is_buffering = True


def say(**members):
    print(json.dumps(members), flush=True)


async def main():
    proxy = Proxy(int(sys.argv[1]))
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    say(seen="listening", port=server.sockets[0].getsockname()[1])
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        command = json.loads(line)
        name = command.pop("do")
        getattr(proxy, f"do_{name}")(**command)
        say(seen=name)
    proxy.do_cut()


asyncio.run(main())
