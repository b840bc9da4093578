"""A TCP proxy in front of one client, that cuts its connections, in the midst of a packet too, or stops reading."""
import asyncio
import contextlib
import socket
import threading

BUFFER = 4096


def small_socket():
    """A socket that makes the systems at both ends hold little: what is not read shall stay with the bridge."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    # Linux sizes the buffer of the sender by the segments; those of the loopback device are huge.
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    return made


class Proxy:
    """Passes bytes between one client and the bridge; `cut` and `pause` may be called from every thread."""

    loop = asyncio.new_event_loop()

    @classmethod
    def run(cls):
        """Runs the loop of all proxies until the program ends."""
        threading.Thread(target=cls.loop.run_forever, daemon=True).start()

    def __init__(self, target, rng):
        self.target, self.rng = target, rng
        self.open = set()
        self.tearing = False
        self.flowing = asyncio.Event()
        self.flowing.set()
        start = asyncio.start_server(self.accept, "127.0.0.1", 0, limit=BUFFER)
        self.server = asyncio.run_coroutine_threadsafe(start, self.loop).result(10)
        self.port = self.server.sockets[0].getsockname()[1]

    def cut(self):
        """Ends the connections now, or in the midst of whatever is passed on next."""
        tear = self.rng.random() < 0.5
        self.loop.call_soon_threadsafe(self.tear if tear else self.abort)

    def pause(self, seconds):
        """Reads nothing that the bridge sends for a while."""
        self.loop.call_soon_threadsafe(self.flowing.clear)
        self.loop.call_soon_threadsafe(self.loop.call_later, seconds, self.flowing.set)

    def tear(self):
        self.tearing = True

    def abort(self):
        for writer in self.open:
            writer.transport.abort()

    async def accept(self, reader, writer):
        upstream = small_socket()
        upstream.setblocking(False)
        try:
            await self.loop.sock_connect(upstream, ("127.0.0.1", self.target))
        except OSError:
            upstream.close()
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(sock=upstream, limit=BUFFER)
        both = {writer, far_writer}
        self.open |= both
        pumps = [asyncio.ensure_future(self.pump(reader, far_writer, False)),
                 asyncio.ensure_future(self.pump(far_reader, writer, True))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for end in both:
            end.transport.abort()
        self.open -= both

    async def pump(self, reader, writer, towards_client):
        with contextlib.suppress(OSError):
            while data := await reader.read(BUFFER):
                if towards_client:
                    await self.flowing.wait()
                if self.tearing:
                    self.tearing = False
                    writer.write(data[:self.rng.randrange(len(data))])
                    return
                writer.write(data)
                await writer.drain()
