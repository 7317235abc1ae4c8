"""What only a terminal can show: keys, Ctrl-C, and the terminal afterwards."""

import termios

import pytest

SLOW = """
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
static void stop(int number) { (void)number; _exit(0); }
int main(void)
{
    signal(SIGINT, stop);
    puts("ready");
    fflush(stdout);
    for (;;) pause();
}
"""


def test_ctrl_c_reaches_the_program_alone(course, terminal):
    """make saw the Ctrl-C too, and said "Interrupt" over a clean exit."""
    course.path("slow.c").write_text(SLOW)
    session = terminal("make", "run-ex1", "SRC=slow.c")
    session.wait_for("ready")
    session.type("\x03")
    assert session.status() == 0
    assert "make:" not in session.text


def test_death_by_signal_is_named(course, terminal):
    course.path("crash.c").write_text(
        "#include <stdlib.h>\nint main(void) { abort(); }\n"
    )
    session = terminal("make", "run-ex1", "SRC=crash.c")
    assert session.status() == 2
    assert "SIGABRT ended the program" in session.text


def test_watch_checks_on_save(course, terminal):
    session = terminal("make", "watch")
    session.wait_for("[q] quit")
    course.path("exercises/ex2_concurrent_tasks.c").write_text("pass")
    session.wait_for("Checking exercise 2")
    session.wait_for("[q] quit", 2)
    session.type("q")
    assert session.status() == 0


def test_watch_keys(course, terminal):
    course.path("visualizer/watch-exercise").write_text(
        '#!/bin/sh\necho "visualizer here, exercise $1"\n'
    )
    session = terminal("make", "watch")
    session.wait_for("[q] quit")
    session.type("h")
    session.wait_for("a nudge")
    session.type("n")
    session.wait_for("Checking exercise 2")
    session.wait_for("[q] quit", 3)
    session.type("v")
    session.wait_for("visualizer here, exercise 2")
    session.type("q")
    assert session.status() == 0


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_watch_puts_the_terminal_back(terminal, key):
    session = terminal("make", "watch")
    before = termios.tcgetattr(session.fd)
    session.wait_for("[q] quit")
    assert termios.tcgetattr(session.fd) != before
    session.type(key)
    session.wait_for("See you soon")
    assert termios.tcgetattr(session.fd) == before
    assert session.status() == 0


def test_watch_ends_a_check_that_hangs(course, terminal):
    course.path("grader/__main__.py").write_text(
        "import time\nprint('hanging', flush=True)\ntime.sleep(1000)\n"
    )
    session = terminal("make", "watch")
    session.wait_for("hanging")
    session.type("\x03")
    assert session.status() == 0
