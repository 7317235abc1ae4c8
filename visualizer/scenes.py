"""What two clients do with a server, so that a story comes of it.

The server's ports are socket files, which deliver at once, and its clock is
moved from here (runtime/sched/conductor.h). After each step we wait until
the server sleeps again. So the same server writes the same trace each time.
"""

import os
import signal
import socket
import struct
import time

COMMAND = struct.Struct("=QQ")
ADVANCE = 2
STEP_MOST = 2  # seconds that one step may take

# Each scene is a list of steps: what is done, and by whom or with what.
SCENES = {
    3: [
        ("connect", "a"),
        ("connect", "b"),
        ("send", "a", b"hello from a\n"),
        ("send", "b", b"hello from b\n"),
        ("close", "a"),
        ("send", "b", b"still here\n"),
        ("close", "b"),
    ],
    4: [
        ("connect", "a"),
        ("connect", "b"),
        ("send", "a", b"hello from a\n"),
        ("advance", 6),
        ("send", "a", b"still here\n"),
        ("advance", 10),
        ("advance", 16),
    ],
    5: [
        ("connect", "a"),
        ("connect", "b"),
        ("send", "a", b"hello from a\n"),
        ("signal", signal.SIGINT),
        ("send", "a", b"let me finish\n"),
        ("close", "a"),
        ("advance", 5),
    ],
}


class Scene:
    """A server on its stage, with the clients that came so far."""

    def __init__(self, program, port, bound):
        self.program = program
        self.folder = os.path.join(os.path.dirname(program.trace), "net")
        self.path = os.path.join(self.folder, port)
        self.end = time.monotonic() + bound
        self.clients = {}
        self.conductor = None

    def start(self):
        os.makedirs(self.folder, exist_ok=True)
        self.conductor, theirs = socket.socketpair()
        with theirs:
            self.program.start(
                keep=(theirs.fileno(),),
                RT_NET=f"local:{self.folder}",
                RT_CLOCK=f"conducted:{theirs.fileno()}",
            )
        self.program.wait_until_idle(0, self.patience())

    def patience(self):
        return max(0, min(STEP_MOST, self.end - time.monotonic()))

    def connect(self, name):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(self.patience())
        self.clients[name] = client
        client.connect(self.path)

    def send(self, name, data):
        self.clients[name].sendall(data)

    def close(self, name):
        self.clients[name].close()

    def signal(self, number):
        self.program.signal(number)

    def advance(self, seconds):
        # The answer stays unread: to read it would be an event for the server.
        self.conductor.sendall(COMMAND.pack(ADVANCE, seconds * 10**9))

    def can_go_on(self):
        program = self.program
        is_alive = program.is_running() and not program.is_trace_full()
        return is_alive and self.patience() > 0

    def play(self, steps):
        """Plays until the end, or until the program can't play on."""
        for step, *arguments in steps:
            if not self.can_go_on():
                return
            seen = self.program.last_record()[0]
            try:
                getattr(self, step)(*arguments)
            except OSError:
                return
            self.program.wait_until_idle(seen, self.patience())

    def finish(self):
        """The curtain: a client that stays must not keep the server."""
        for client in self.clients.values():
            client.close()
        self.conductor.close()


def play_scene(program, steps, port, bound):
    """Starts the program, plays the steps with it, and ends it."""
    scene = Scene(program, port, bound)
    try:
        scene.start()
        scene.play(steps)
        if program.ends_by_itself:
            program.wait(scene.patience())
        # At once: on its way out it would write a different story each time.
        program.kill()
    finally:
        scene.finish()
