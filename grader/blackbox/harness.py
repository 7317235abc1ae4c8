"""What the black-box tests stand on: a program as its user meets it."""

import ctypes
import fcntl
import os
import pty
import resource
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time
import tty
import types

from grader import sandbox
from grader.unit import Finding

DEFAULT_PORT = 9999
OUTPUT_MOST = 1 << 20
PATIENCE = 10.0  # seconds, for what takes milliseconds on a quiet machine
LESS_PATIENCE = 2.0  # after a first failure

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

# Where the programs of this process run.
place = types.SimpleNamespace(
    program=None, folder=None, has_network=False, patience=PATIENCE
)


class Failed(Exception):
    """The program didn't do what it should."""

    def __init__(self, finding):
        super().__init__(finding.message)
        self.finding = finding


def _unshare(flags):
    return ctypes.CDLL(None, use_errno=True).unshare(flags) == 0


def _map_user(user, group):
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _make_network():
    """A network of our own, with nothing in it but 127.0.0.1."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        if not _unshare(CLONE_NEWNET):
            return False
    elif _unshare(CLONE_NEWUSER | CLONE_NEWNET):
        _map_user(user, group)
    else:
        return False
    with socket.socket() as any_socket:
        request = struct.pack("16sh", b"lo", IFF_UP)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)
    return True


def prepare(folder):
    """Once, before the first test."""
    place.folder = folder
    try:
        place.has_network = sandbox.is_available() and _make_network()
    except OSError:
        place.has_network = False


def free_port():
    """The port for a server: 9999 where we have the network for ourselves."""
    if place.has_network:
        return DEFAULT_PORT
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _limit():
    for what, value in (
        (resource.RLIMIT_CPU, 20),
        (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, sandbox.MEMORY),
    ):
        resource.setrlimit(what, (value, value))


def _child_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = file.read().split()
    except OSError:
        return None
    return int(children[0]) if children else None


class Program:
    """A running program. Use it in a with statement: it ends there."""

    def __init__(self, clock="real", port=None):
        self.clock = clock
        self.port = port
        self.output = ""
        self.errors = tempfile.TemporaryFile(dir=place.folder)

    def _command(self, folder):
        command = [
            part.replace("{run}", folder)
            for part in sandbox.program_command(place.program, shares_network=True)
        ]
        if self.port not in (None, DEFAULT_PORT):
            command.append(str(self.port))
        return command

    def __enter__(self):
        folder = tempfile.mkdtemp(prefix="box-", dir=place.folder)
        self.terminal, far = pty.openpty()
        tty.setraw(far)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self._command(folder),
            env={"PATH": "/usr/bin:/bin", "RT_CLOCK": self.clock},
            stdin=subprocess.DEVNULL,
            stdout=far,
            stderr=self.errors,
            preexec_fn=_limit,
            start_new_session=True,
        )
        os.close(far)
        return self

    def __exit__(self, _, error, traceback):
        failure = self._failure_of(error)
        self._end()
        if failure:
            raise failure from error

    def _failure_of(self, error):
        """What an error of a client says of the server that it talked to."""
        if not isinstance(error, OSError):
            return None
        try:
            self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            message = f"the connection of a client failed: {error.strerror or error}"
            return Failed(self._finding("closed-early", message))
        return Failed(self._finding("?over", "the program ended while it had clients"))

    def _end(self):
        if self.process.poll() is None:
            # The program first: when its sandbox has gone, its port is free.
            self.signal(signal.SIGKILL)
            try:
                self.process.wait(place.patience)
            except subprocess.TimeoutExpired:
                pass
        sandbox.kill(self.process)
        os.close(self.terminal)
        self.errors.close()

    def _finding(self, symptom, message):
        self.errors.seek(0)
        status = self.process.poll()
        if status is not None and status < 0:
            status = 128 - status
        return Finding(
            symptom,
            message,
            status=status,
            is_over=status is not None,
            output=self.output[-4096:],
            errors=self.errors.read()[-4096:].decode("utf-8", "replace"),
        )

    def fail(self, symptom, message):
        raise Failed(self._finding(symptom, message))

    def read(self, seconds):
        """Takes what is printed within this time; False at the end of it."""
        if not select.select([self.terminal], [], [], max(seconds, 0))[0]:
            return True
        try:
            more = os.read(self.terminal, 4096)
        except OSError:
            return False  # the other end is closed
        self.output += more.decode("utf-8", "replace")
        if len(self.output) > OUTPUT_MOST:
            self.fail("output-limit", "the program printed more than 1 MiB")
        return bool(more)

    def read_until(self, text):
        """Waits until this has been printed."""
        limit = time.monotonic() + place.patience
        while text not in self.output:
            left = limit - time.monotonic()
            if not self.read(left):
                self.process.wait(place.patience)
                self.fail("?over", f'the program ended and never printed "{text}"')
            if left < 0:
                self.fail("wrong-output", f'the program didn\'t print "{text}"')

    def wait(self, symptom, what):
        """Waits for the end of the program; returns (status, seconds)."""
        limit = time.monotonic() + place.patience
        while time.monotonic() < limit and self.read(limit - time.monotonic()):
            pass
        try:
            status = self.process.wait(max(limit - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.fail(symptom, f"{what} the program was still running")
        return status, time.monotonic() - self.started

    def signal(self, number):
        """Sends a signal to the program itself, inside its sandbox."""
        pid = self.process.pid
        while (child := _child_of(pid)) is not None:
            pid = child
        os.kill(pid, number)

    def interrupt(self):
        self.signal(signal.SIGINT)
