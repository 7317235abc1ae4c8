"""The screen, in a real terminal."""

import os
import re
import shutil
import signal
import subprocess
import time

import pytest
import traces
from conftest import VIZ
from terminal import PROMPT, Terminal

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux here")

KEYS_LINE = "? help  q quit"


@pytest.fixture
def trace(tmp_path):
    return traces.three_sleepers().save(tmp_path / "sleepers.trace")


def open_on(terminal, trace, *options):
    terminal.type("clear; " + " ".join([VIZ, *options, trace]))
    return terminal.wait_for(KEYS_LINE)


def test_three_timers_wake_three_tasks_in_turn(trace):
    with Terminal() as terminal:
        open_on(terminal, trace)
        for number, letter in ((1, "A"), (2, "B"), (3, "C")):
            terminal.press("a")
            task = number + 1
            screen = terminal.wait_for(f"'say' is woken by timer {number}:")
            lines = screen.splitlines()
            woken = [line for line in lines if f"{task} say" in line][0]
            timer = [line for line in lines if f"timer {number}  " in line][0]
            assert woken.startswith("╭▶") and "queued" in woken
            assert timer.startswith("╰─") and "fired" in timer
            for other in range(task + 1, 5):
                asleep = [line for line in lines if f"{other} say" in line][0]
                assert "idle" in asleep and f"timer {other - 1}" in asleep
            terminal.press("a")
            screen = terminal.wait_for(f"is woken by task {task}")
            assert f"   {letter}" in screen.splitlines()


def position_line(screen):
    return screen.splitlines()[0]


def test_a_step_back_shows_the_screen_of_before(trace):
    with Terminal() as terminal:
        open_on(terminal, trace)
        screens = [terminal.screen()]
        for step in range(1, 40):
            terminal.press("Right")
            screens.append(terminal.wait_for(f"event {step}/"))
        for step in range(38, -1, -1):
            terminal.press("Left")
            assert terminal.wait_for(f"event {step}/") == screens[step]


def test_it_plays_and_stops_at_the_end(trace):
    with Terminal() as terminal:
        open_on(terminal, trace)
        terminal.press("+", "+", "+", "+", "+", "+", "Space")
        screen = terminal.wait_for("the runtime is shut down")
        assert "stopped" in terminal.wait_for("stopped")
        assert "C" in screen


def test_the_terminal_is_intact_afterwards(trace):
    with Terminal() as terminal:
        before = terminal.settings()
        terminal.type("clear; echo kept")
        terminal.wait_for("kept")
        for leave in (["q"], ["Escape"], ["?", "q", "q"], ["/", "x", "C-c"]):
            terminal.type(f"{VIZ} {trace}")
            terminal.wait_for(KEYS_LINE)
            terminal.press(*leave)
            screen = terminal.wait_until(
                lambda screen: KEYS_LINE not in screen and "kept" in screen
            )
            assert screen.startswith("kept")
        assert terminal.settings() == before


def pid_of(trace):
    done = subprocess.run(
        ["pgrep", "-nf", f"^{VIZ} {trace}$"], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def test_escape_is_not_waited_for(trace):
    with Terminal() as terminal:
        open_on(terminal, trace)
        began = time.monotonic()
        terminal.press("Escape")
        terminal.wait_until(lambda screen: KEYS_LINE not in screen)
        assert time.monotonic() - began < 0.8  # curses would wait for 1 s


def test_a_crash_puts_the_modes_back(trace, tmp_path):
    """bash would put them right by itself; a plain sh does not."""
    with Terminal() as terminal:
        modes = f"stty -g >{tmp_path}/"
        terminal.type(f"clear; sh -c '{modes}before; {VIZ} {trace}; {modes}after'")
        terminal.wait_for(KEYS_LINE)
        os.kill(pid_of(trace), signal.SIGSEGV)
        terminal.wait_until(lambda screen: KEYS_LINE not in screen)
        terminal.wait_until(lambda _: (tmp_path / "after").exists())
        assert (tmp_path / "after").read_text() == (tmp_path / "before").read_text()


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP", "SEGV", "ABRT", "QUIT"])
def test_a_signal_leaves_the_terminal_intact(trace, name):
    with Terminal() as terminal:
        before = terminal.settings()
        open_on(terminal, trace)
        os.kill(pid_of(trace), getattr(signal, f"SIG{name}"))
        terminal.wait_until(lambda screen: KEYS_LINE not in screen)
        terminal.type("echo status-$?")
        terminal.wait_for(f"status-{128 + getattr(signal, f'SIG{name}')}")
        assert terminal.settings() == before


def test_ctrl_z_and_fg(trace):
    with Terminal() as terminal:
        open_on(terminal, trace)
        terminal.press("l", "l", "l")
        screen = terminal.wait_for("event 3/")
        terminal.press("C-z")
        terminal.wait_for("Stopped")
        terminal.type("fg")
        assert terminal.wait_for("event 3/") == screen
        terminal.press("h")
        terminal.wait_for("event 2/")


def test_it_follows_the_size(trace):
    with Terminal() as terminal:
        open_on(terminal, trace)
        terminal.press("a")
        screen = terminal.wait_for("woken by timer 1")
        terminal.resize(50, 12)
        terminal.wait_for("needs 60x18")
        terminal.resize(120, 40)
        terminal.wait_until(
            lambda now: len(position_line(now)) == 120 and KEYS_LINE in now
        )
        terminal.resize(80, 24)
        assert terminal.wait_until(lambda now: len(position_line(now)) == 80) == screen


def test_a_small_terminal_says_what_it_needs_and_can_be_left(trace):
    with Terminal(40, 10) as terminal:
        terminal.type(f"clear; {VIZ} {trace}")
        terminal.wait_for("too small")
        terminal.press("q")
        terminal.wait_for(PROMPT)


def test_no_color_is_respected(trace):
    colour = re.compile("\033\\[3[0-8]")
    with Terminal(TERM="xterm-256color") as terminal:
        open_on(terminal, trace)
        terminal.press("a")
        terminal.wait_for("woken by timer 1")
        assert colour.search(terminal.screen(colours=True))
    with Terminal(TERM="xterm-256color", NO_COLOR="1") as terminal:
        open_on(terminal, trace)
        terminal.press("a")
        terminal.wait_for("woken by timer 1")
        assert not colour.search(terminal.screen(colours=True))


@pytest.mark.parametrize("kind", ["xterm-256color", "linux", "vt100", "screen"])
def test_other_terminals(trace, kind):
    with Terminal(TERM=kind) as terminal:
        open_on(terminal, trace)
        terminal.press("a")
        terminal.wait_for("woken by timer 1")
        terminal.press("q")
        terminal.wait_for(PROMPT)


def test_without_utf_8_it_is_drawn_in_ascii(trace):
    with Terminal(LC_ALL="C") as terminal:
        open_on(terminal, trace)
        terminal.press("a")
        screen = terminal.wait_for("woken by timer 1")
        assert "+>" in screen
        assert screen.isascii()


@pytest.mark.parametrize("kind", ["dumb", "no-such-terminal"])
def test_a_terminal_that_can_do_nothing_gets_the_text(trace, kind):
    with Terminal(TERM=kind, rows=50) as terminal:
        terminal.type(f"clear; {VIZ} {trace} | tail -3; {VIZ} {trace} | wc -l")
        terminal.wait_for("the end: 10 polls of 4 tasks")
        terminal.type(f"clear; {VIZ} {trace}")
        terminal.wait_for("the end: 10 polls of 4 tasks")


def test_why_and_help_and_search(trace):
    with Terminal() as terminal:
        open_on(terminal, trace)
        terminal.press("?")
        terminal.wait_for("Nothing runs unless it was woken")
        terminal.press("Escape", "/", "p", "r", "i", "n", "t", "s", "Enter")
        terminal.wait_for("'say' prints: A")
        terminal.press("j", "j", "w")
        terminal.wait_for("it was woken by timer 1")


def test_live_follows_a_growing_trace(tmp_path):
    path = tmp_path / "live.trace"
    story = traces.three_sleepers()
    writer = subprocess.Popen(["sleep", "60"])
    try:
        story.save(path, count=20, capacity=200, pid=writer.pid)
        with Terminal() as terminal:
            terminal.type(f"clear; {VIZ} --live {path}")
            terminal.wait_for("event 20/20")
            assert "live" in position_line(terminal.screen())
            story.save(path, count=60, capacity=200, pid=writer.pid)
            terminal.wait_for("event 60/60")
            terminal.press("h", "h")
            terminal.wait_for("event 58/60")
            story.save(path, count=80, capacity=200, pid=writer.pid)
            terminal.wait_for("event 58/80")
            terminal.press("G")
            terminal.wait_for("event 80/80")
            writer.kill()
            writer.wait()
            terminal.wait_until(
                lambda screen: "live" not in position_line(screen), "end of live"
            )
            path.write_bytes(b"")
            time.sleep(0.3)
            terminal.press("q")
            terminal.wait_for(PROMPT)
    finally:
        writer.kill()
        writer.wait()


def test_a_live_trace_that_goes_bad_ends_with_one_line(tmp_path):
    path = tmp_path / "live.trace"
    writer = subprocess.Popen(["sleep", "60"])
    try:
        traces.three_sleepers().save(path, pid=writer.pid)
        with Terminal() as terminal:
            terminal.type(f"clear; {VIZ} --live {path}; echo status-$?")
            terminal.wait_for("live")
            path.write_bytes(b"")
            screen = terminal.wait_for("status-1")
            assert "is empty" in screen
    finally:
        writer.kill()
        writer.wait()
