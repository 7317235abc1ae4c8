"""Runs one exercise with tracing and shows the trace.

watch.py N FOLDER VIZ [PORT]: FOLDER holds the program, exN, and gets the
trace; VIZ is the visualizer. Called by watch-exercise.

On a terminal, exercises 1 and 2 run to their end first, which takes no time
under the paused clock, and a server runs while the screen is open. Elsewhere
a server gets two clients that play a scene with it (scenes.py), and the story
is told as text. Whatever the program does, it is ended before this ends.
"""

import os
import signal
import subprocess
import sys

from program import Program
from scenes import SCENES, play_scene

SERVERS = {3, 4, 5}
LASTING = {3, 4}  # they serve until they are killed
PORT = "9999"
TOLD_MOST = 5000  # events that are told as text; the screen has them all
TRACE_MOST = 3  # seconds until a program has begun its trace
RUN_MOST = 10  # seconds for a program that should end by itself


class Ended(Exception):
    """A signal asks us to end."""


def end_on_signal(number, _frame):
    raise Ended(number)


def is_on_terminal():
    return sys.stdin.isatty() and sys.stdout.isatty()


def show(viz, program, *options):
    """Opens the visualizer on what the program did, and waits for it."""
    if not program.wait_for_trace(TRACE_MOST):
        print(f"{program.complaint() or program.name}: no trace", file=sys.stderr)
        print("does its main call rt_builder_from_environment?", file=sys.stderr)
        return 1
    options += (f"--most={TOLD_MOST}",)
    note = program.note()
    if note:
        options += (f"--note={note}",)
    child = subprocess.Popen([viz, *options, program.trace])
    try:
        status = child.wait()
        # Ended by a signal, by SIGPIPE say: as a shell would put it.
        return status if status >= 0 else 128 - status
    except (KeyboardInterrupt, Ended):
        # It gets the signal too, or won't be long: let it put the terminal
        # right before we go.
        child.terminate()
        child.wait()
        raise


def watch_to_its_end(viz, program):
    """For programs that end by themselves."""
    program.start(RT_CLOCK="paused")
    program.wait(RUN_MOST)
    program.stop()
    return show(viz, program)


def watch_live(viz, program, port):
    """For servers, on a terminal."""
    program.hint = f"a client, in another terminal: nc localhost {port}"
    program.start()
    try:
        return show(viz, program, "--live")
    finally:
        program.stop()
        if program.complaint():
            print(program.complaint(), file=sys.stderr)


def watch_scene(viz, program, number, port):
    """For servers, off a terminal: the same bytes each time."""
    play_scene(program, SCENES[number], port, RUN_MOST)
    return show(viz, program)


def watch(number, folder, viz, port):
    arguments = [port] if port else []
    ends_by_itself = number not in LASTING
    program = Program(folder, f"ex{number}", arguments, ends_by_itself)
    port = port or PORT
    try:
        if number not in SERVERS:
            return watch_to_its_end(viz, program)
        if is_on_terminal():
            return watch_live(viz, program, port)
        return watch_scene(viz, program, number, port)
    finally:
        program.stop()


def main():
    number, folder, viz = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    port = sys.argv[4] if len(sys.argv) > 4 else None
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, end_on_signal)
    try:
        return watch(number, folder, os.path.abspath(viz), port)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Ended as ended:
        return 128 + ended.args[0]


if __name__ == "__main__":
    sys.exit(main())
