"""Real TCP clients of a server under judgement."""

import asyncio
import contextlib
import random
import socket
import struct

from grader.blackbox.harness import place, Program, free_port


@contextlib.contextmanager
def server(clock="real"):
    """A program that listens: waits for its line."""
    with Program(clock, free_port()) as program:
        program.read_until("listening on port")
        yield program


def connect(program):
    client = socket.create_connection(("127.0.0.1", program.port), place.patience)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def reset(client):
    """Hangs up as a machine does that lost its power."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def receive(program, client, size, who):
    """Exactly so many bytes, or a failure."""
    data = b""
    try:
        while len(data) < size:
            more = client.recv(size - len(data))
            if not more:
                program.fail("closed-early", f"{who}: closed after {len(data)} bytes")
            data += more
    except TimeoutError:
        program.fail("hang", f"{who}: {len(data)} of {size} bytes after 10 s")
    except OSError as error:
        program.fail("closed-early", f"{who}: {error.strerror}")
    return data


def exchange(program, client, data, who):
    client.sendall(data)
    if receive(program, client, len(data), who) != data:
        program.fail("wrong-output", f"{who}: other bytes came back than were sent")


def expect_end(program, client, who):
    """The server closes the connection."""
    try:
        more = client.recv(1)
    except TimeoutError:
        program.fail("never-closed", f"{who}: still open after 10 s")
    except ConnectionResetError:
        return
    if more:
        program.fail("wrong-output", f"{who}: got a byte too many")


class Crowd:
    """Clients who all talk at once, and want back what they say."""

    def __init__(self, program, sizes):
        self.program = program
        self.sizes = sizes
        self.chance = random.Random(1)
        self.moved = 0  # bytes that came back so far

    async def _send(self, writer, data):
        step = max(len(data) // self.chance.randrange(1, 5), 1)
        rest = memoryview(data)
        while rest:
            writer.write(rest[:step])
            rest = rest[step:]
            await writer.drain()
        writer.write_eof()

    async def _talk(self, size):
        """One client: sends and reads at the same time, then ends its half."""
        data = self.chance.randbytes(size)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.program.port)
        sending = asyncio.create_task(self._send(writer, data))
        echo = bytearray()
        while more := await reader.read(1 << 16):
            echo += more
            self.moved += len(more)
        await sending
        writer.close()
        return echo == data, len(echo)

    async def run(self):
        """What each client got; None when nothing moves any more."""
        talks = [asyncio.ensure_future(self._talk(size)) for size in self.sizes]
        everyone = asyncio.gather(*talks)
        moved = -1
        while not everyone.done():
            if moved == self.moved:
                everyone.cancel()
                return None
            moved = self.moved
            await asyncio.wait([everyone], timeout=place.patience)
        return everyone.result()


def crowd(program, sizes):
    """All at once: each client sends so many bytes and wants them back."""
    answers = asyncio.run(Crowd(program, sizes).run())
    if answers is None:
        program.fail("hang", f"{len(sizes)} clients at once: they were not all served")
    for size, (is_right, count) in zip(sizes, answers):
        if not is_right:
            program.fail(
                "wrong-output" if count >= size else "short-write-ignored",
                f"one of {len(sizes)} clients sent {size} bytes and got {count} "
                "back, not all of them its own",
            )
