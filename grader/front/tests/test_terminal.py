"""What only a terminal can show: keys, Ctrl-C, and the terminal afterwards."""

import termios

import pytest

SLOW = """
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void handle(int number)
{
    if (number == SIGINT) {
        _exit(0);
    }
    (void)!write(1, "awake\\n", 6);
}

int main(void)
{
    signal(SIGCONT, handle);
    HANDLE_SIGINT;
    (void)!write(1, "ready\\n", 6);
    for (;;) {
        pause();
    }
}
"""


def write_slow(course, line="signal(SIGINT, handle)"):
    course.path("slow.c").write_text(SLOW.replace("HANDLE_SIGINT", line))


def test_ctrl_c_reaches_the_program_alone(course, terminal):
    """make saw the Ctrl-C too, and said "Interrupt" over a clean exit."""
    write_slow(course)
    session = terminal("make", "run-ex1", "SRC=slow.c")
    session.wait_for("ready")
    session.type("\x03")
    assert session.status() == 0
    assert "make:" not in session.text


def test_ctrl_c_without_a_handler(course, terminal):
    """The way to end the server of exercise 3: no word too many."""
    write_slow(course, "")
    session = terminal("make", "run-ex1", "SRC=slow.c")
    session.wait_for("ready")
    session.type("\x03")
    assert session.status() == 2
    said = [line for line in session.text.splitlines() if "***" in line]
    assert len(said) == 1 and "Interrupt" in said[0]
    assert "polliwog:" not in session.text


def test_ctrl_z_stops_and_goes_on(course, terminal):
    write_slow(course)
    session = terminal("sh", "-i")
    session.type("make run-ex1 SRC=slow.c\n")
    session.wait_for("ready")
    session.type("\x1a")
    session.wait_for("Stopped")
    session.type("fg\n")
    session.wait_for("awake")
    session.type("\x03")
    session.type("echo status=$?\n")
    session.wait_for("status=0")
    session.type("exit\n")
    session.status()


def test_death_by_signal_is_named(course, terminal):
    course.path("crash.c").write_text(
        "#include <stdlib.h>\nint main(void) { abort(); }\n"
    )
    session = terminal("make", "run-ex1", "SRC=crash.c")
    assert session.status() == 2
    assert "SIGABRT ended it" in session.text


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
