"""Runs the programs that measure, each on the processors that are its own.

What has one thread runs on one processor, the load on another. With only one
processor all share it.
"""

import contextlib
import os
import subprocess
import threading

LONGEST_S = 60
MOST_SLEEPS = 100  # of a program that is to be always busy
CONNECTIONS = 64
ECHO_MS = 500
WORKERS = {"ct": 0, "mt": 2}

CPUS = sorted(os.sched_getaffinity(0))
SUBJECT_CPU, LOAD_CPU = CPUS[0], CPUS[-1]


class Failure(Exception):
    """A program did not measure; the text is for the user."""


def start(command, cpus):
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cpus),
    )


def finish(process):
    """What it printed, and how often it went to sleep."""
    timer = threading.Timer(LONGEST_S, process.kill)
    timer.start()
    try:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    finally:
        timer.cancel()
        process.stdout.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        words = " ".join(process.args)
        raise Failure(f"{words}: exit status {process.returncode}")
    return output, usage.ru_nvcsw


def cpus_of(mode):
    return set(CPUS) if WORKERS[mode] else {SUBJECT_CPU}


def measure(program, row, mode, *count):
    """The number that a row's program prints."""
    command = [program, row, WORKERS[mode], *count]
    output, sleeps = finish(start(command, cpus_of(mode)))
    if mode == "ct" and sleeps > MOST_SLEEPS:
        # It counted processor time, so what it reports would be too good.
        raise Failure(f"{program} {row}: it slept {sleeps} times")
    return float(output)


@contextlib.contextmanager
def running(command, cpus):
    """A server, and the first line that it prints."""
    process = start(command, cpus)
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def measure_echo(load, server, mode, milliseconds=ECHO_MS):
    """Thousands of requests a second; ns of the server's processor for each."""
    with running(server, cpus_of(mode)) as (process, port):
        if not port:
            raise Failure(f"{server[0]}: the server did not start")
        command = [load, port, process.pid, CONNECTIONS, milliseconds]
        output, _ = finish(start(command, {LOAD_CPU}))
    rate, cpu_ns = map(float, output.split())
    return rate / 1000, cpu_ns


class Programs:
    """Where they are, in the folder that make builds in."""

    def __init__(self, build):
        folder = os.path.join(build, "bench")
        self.ours = os.path.join(folder, "bench-polliwog")
        self.theirs = os.path.join(folder, "tokio", "bench-tokio")
        self.load = os.path.join(folder, "load")
        self.floor = os.path.join(folder, "floor")
        self.version_file = os.path.join(folder, "tokio", "version")

    def has_tokio(self):
        return os.access(self.theirs, os.X_OK)

    def tokio_version(self):
        with open(self.version_file, encoding="utf-8") as file:
            return file.read().strip()

    def measure_floor(self):
        return measure_echo(self.load, [self.floor], "ct")

    def measure(self, program, row, mode):
        """A list of values: two of an echo server, one of anything else."""
        if row == "echo":
            server = [program, row, WORKERS[mode]]
            return list(measure_echo(self.load, server, mode))
        return [measure(program, row, mode)]
