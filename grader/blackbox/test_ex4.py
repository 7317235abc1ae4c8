"""Exercise 4 over TCP, with a clock that runs twenty times as fast."""

import select
import time

from grader.blackbox import echo, tcp
from grader.blackbox.harness import place, Failed

SCALE = 20
LIMIT = 10 / SCALE  # seconds, for us
TALK_EVERY = LIMIT / 10
TRIES = 5


class Pulse:
    """How long we were silent ourselves at most: this machine may be busy."""

    def __init__(self):
        self.last = time.monotonic()
        self.longest = 0

    def beat(self):
        now = time.monotonic()
        self.longest = max(self.longest, now - self.last)
        self.last = now


def _play(program, pulse):
    """One client talks, one is silent."""
    begin = time.monotonic()
    with tcp.connect(program) as active, tcp.connect(program) as silent:
        while not select.select([silent], [], [], TALK_EVERY)[0]:
            pulse.beat()
            tcp.exchange(program, active, b"here I am", "the client that talks")
            if time.monotonic() - begin > place.patience:
                program.fail("keeps-idle-client", "a silent client was kept")
        kept = time.monotonic() - begin
        pulse.beat()
        tcp.exchange(program, active, b"still here", "the client that talks")
    if kept < LIMIT:
        program.fail(
            "too-early", f"a silent client was kept for {kept * SCALE:.1f} s only"
        )


def test_real_clock():
    for attempt in range(TRIES):
        with tcp.server(clock=f"scaled:{SCALE}") as program:
            pulse = Pulse()
            try:
                _play(program, pulse)
                return
            except Failed:
                # Who was silent for long says nothing about the server.
                if pulse.longest < LIMIT / 2 or attempt == TRIES - 1:
                    raise


def test_crowd():
    echo.check_crowd()


def test_port_in_use():
    echo.check_port_in_use()
