"""make viz-exN: whatever the program does, its story is told and it is ended."""

import glob
import os
import shutil
import signal
import subprocess
import time

import pytest
from terminal import PROMPT, Terminal

BUILD = os.environ.get("BUILD", "build")
WATCH = "visualizer/watch-exercise"


def solution(number):
    return glob.glob(f"solutions/ex{number}_*.c")[0]


def environment(folder, source, **more):
    """With a folder for temporary files of its own, to see that it is left."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    return {**os.environ, "SRC": str(source), "TMPDIR": str(temporary), **more}


def watch(folder, number, source, **more):
    done = subprocess.run(
        [WATCH, str(number)],
        env=environment(folder, source, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert os.listdir(folder / "tmp") == []
    assert not processes_of(folder)
    return done


def processes_of(folder):
    """Processes that run a program from this folder."""
    done = subprocess.run(
        ["pgrep", "-f", f"^{folder}/"], capture_output=True, text=True, check=False
    )
    return done.stdout.split()


def write_program(folder, body):
    source = folder / "program.c"
    source.write_text(
        '#include <stdlib.h>\n#include <unistd.h>\n#include "rt.h"\n'
        "static enum rt_poll poll(struct rt_future *f, struct rt_context *cx)\n"
        "{ (void)f; (void)cx; " + body + " }\n"
        'static const struct rt_future_ops ops = {.poll = poll, .name = "mine"};\n'
        "struct mine { struct rt_future future; };\n"
        "RT_MAIN(((struct mine){.future = RT_FUTURE(&ops)}))\n"
    )
    return source


def test_exercise_2_is_three_timers_waking_three_tasks(tmp_path):
    done = watch(tmp_path, 2, solution(2))
    assert done.returncode == 0
    story = done.stdout
    places = [
        story.index(f"task {n + 1} 'say' is woken by timer {n}") for n in (1, 2, 3)
    ]
    assert places == sorted(places)
    assert story.index("prints: A") < story.index("prints: B")
    assert "the clock jumps to 3.000 s" in story


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_each_run_tells_the_same(tmp_path, number):
    first = watch(tmp_path, number, solution(number))
    assert first.returncode == 0
    assert "look at this" not in first.stdout
    for _ in range(3):
        assert watch(tmp_path, number, solution(number)).stdout == first.stdout


def test_a_silent_client_is_dropped_at_ten_seconds(tmp_path):
    story = watch(tmp_path, 4, solution(4)).stdout
    assert "woken by timer 2: it goes to the back of the queue [10.000 s]" in story


def test_a_shutdown_drains_and_ends(tmp_path):
    story = watch(tmp_path, 5, solution(5)).stdout
    assert "prints: Shutting down..." in story
    assert story.splitlines()[-1].startswith("the end: ")


def test_the_stub_is_not_implemented_and_says_so(tmp_path):
    done = watch(tmp_path, 3, glob.glob("grader/stubs/ex3_*.c")[0])
    assert done.returncode == 0
    assert "ended with status 70: polliwog: not-implemented" in done.stdout


def test_a_crash_is_told_with_what_led_to_it(tmp_path):
    done = watch(tmp_path, 1, write_program(tmp_path, "abort();"))
    assert done.returncode == 0
    assert "is polled: its poll 1" in done.stdout
    assert "ex1 was ended by signal 6 (SIGABRT)" in done.stdout


def test_a_lost_wakeup_is_named_at_once(tmp_path):
    began = time.monotonic()
    done = watch(tmp_path, 1, write_program(tmp_path, "return RT_PENDING;"))
    assert done.returncode == 0
    assert "nobody holds its waker" in done.stdout
    assert "did not end by itself and was stopped" in done.stdout
    assert time.monotonic() - began < 9


@pytest.mark.timeout(60)
def test_an_endless_loop_is_ended(tmp_path):
    done = watch(tmp_path, 2, write_program(tmp_path, "for (;;) { }"))
    assert done.returncode == 0
    assert "never came back from its poll 1" in done.stdout


@pytest.mark.timeout(60)
def test_one_that_ignores_signals_and_forks_leaves_nothing(tmp_path):
    body = "signal(SIGINT, SIG_IGN); signal(SIGTERM, SIG_IGN); fork(); pause();"
    source = write_program(tmp_path, body + " return RT_READY;")
    source.write_text("#include <signal.h>\n" + source.read_text())
    done = watch(tmp_path, 3, source)
    assert done.returncode == 0


def test_busy_polling_is_ended_when_the_trace_is_full(tmp_path):
    body = "rt_waker_wake_by_ref(cx->waker); return RT_PENDING;"
    began = time.monotonic()
    done = watch(tmp_path, 1, write_program(tmp_path, body))
    assert done.returncode == 0
    assert "it asks again and again in place of waiting" in done.stdout
    assert len(done.stdout.splitlines()) < 5100
    assert time.monotonic() - began < 9


def test_a_program_without_a_trace_is_asked_why(tmp_path):
    source = tmp_path / "plain.c"
    source.write_text("int main(void) { return 7; }\n")
    done = watch(tmp_path, 2, source)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "ex2 ended with status 7: no trace" in done.stderr


def test_what_does_not_compile_says_so(tmp_path):
    source = tmp_path / "bad.c"
    source.write_text("int main(void) { return }\n")
    done = watch(tmp_path, 2, source)
    assert done.returncode == 2
    assert "does not compile" in done.stderr


def test_being_ended_ends_the_program_too(tmp_path):
    source = write_program(tmp_path, "for (;;) { }")
    child = subprocess.Popen(
        [WATCH, "2"],
        env=environment(tmp_path, source),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 30
    while not processes_of(tmp_path) and time.monotonic() < end:
        time.sleep(0.02)
    assert processes_of(tmp_path)
    os.killpg(child.pid, signal.SIGTERM)
    child.wait(20)
    assert not processes_of(tmp_path)
    assert os.listdir(tmp_path / "tmp") == []


@pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux here")
@pytest.mark.parametrize("leave", ["q", "C-c"])
def test_a_server_is_watched_live_and_ended(tmp_path, leave):
    port = "29471" if leave == "q" else "29472"
    settings = environment(tmp_path, solution(3), PORT=port, BUILD=BUILD)
    with Terminal(**settings) as terminal:
        terminal.type(f"clear; {WATCH} 3")
        screen = terminal.wait_for(f"nc localhost {port}")
        assert "Echo server listening" in terminal.wait_for("listening on port")
        assert "live" in screen.splitlines()[0]
        talk = subprocess.run(
            ["nc", "-N", "127.0.0.1", port],
            input=b"hello\n",
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert talk.stdout == b"hello\n"
        terminal.wait_until(lambda now: "echo finished" in " ".join(now.split()))
        terminal.press(leave)
        terminal.wait_until(lambda now: PROMPT in now)
        end = time.monotonic() + 10
        while processes_of(tmp_path) and time.monotonic() < end:
            time.sleep(0.02)
        assert not processes_of(tmp_path)
