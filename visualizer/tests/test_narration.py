"""The narration: its words are compared with goldens."""

import os
import pathlib
import pty
import subprocess

import pytest
import traces
from conftest import VIZ

GOLDENS = pathlib.Path(__file__).parent / "goldens"


def everything():
    """A story with every kind of event in it."""
    t = traces
    story = t.Story(clock=t.CONDUCTED, program="/x/everything")
    story.add(t.START)
    story.spawn(1, "block_on")
    story.begin()
    story.add(t.REGISTER, 1, 7, argument=story.string("tcp listener"))
    story.add(t.IO_WAIT, 1, 7, t.READABLE)
    story.add(t.CLONE, 1)
    story.pending(1, "block_on", "accept")
    story.add(t.PARK, argument=t.FOR_EVER)
    story.add(t.IO_READY, 0, 7, t.READABLE)
    story.wake(1, t.FROM_FD, 7)
    story.enqueue(1)
    story.add(t.DROP, 1)
    story.add(t.UNPARK)
    story.begin()
    story.add(t.REGISTER, 1, 8, argument=story.string("tcp stream"))
    story.spawn(2, "echo", parent=1)
    story.add(t.MARK, 1, argument=story.string("the first client is in"))
    story.wake(2, t.FROM_TASK, 1, t.COALESCED)
    story.wake(1, t.FROM_TASK, 1, t.MARKED)
    story.pending(1, "block_on")
    story.enqueue(1)
    story.begin()
    story.arm(2, 1, t.seconds(10))
    story.pending(2, "echo", "timeout", "read")
    story.begin()
    story.add(t.WAIT, 1, 2)
    story.add(t.WAIT, 1, 0, 1)
    story.add(t.CLONE, 1)
    story.pending(1, "block_on", "join_handle")
    story.add(t.PARK, argument=t.seconds(10))
    story.add(t.UNPARK)
    story.add(t.PARK)
    story.advance(t.seconds(2.5))
    story.add(t.SIGNAL, 0, 2)
    story.wake(1, t.FROM_SIGNAL, 2)
    story.enqueue(1)
    story.add(t.HOSTILE, 2, 0, 2)
    story.add(t.HOSTILE, 0, 0, 1)
    story.begin()
    story.print(1, "Shutting down...\n")
    story.add(t.OUTPUT, 1, 0, 2, story.string("an error\n"))
    story.add(t.ABORT, 2, 1)
    story.wake(2, t.FROM_TASK, 1)
    story.enqueue(2)
    story.ready(1)
    story.dequeue()
    story.add(t.CANCEL, 2, 1)
    story.add(t.DROP, 2)
    story.add(t.DEREGISTER, 2, 8)
    story.add(t.FINISH, 2, 0, 1)
    story.wake(2, t.FROM_THREAD, 0, t.TOO_LATE)
    story.wake(2, t.FROM_YIELD, 2, t.TOO_LATE)
    story.add(t.NONE)
    story.add(t.STOP)
    return story


def lost():
    story = traces.Story(program="lost")
    story.spawn(1, "main")
    story.begin()
    story.pending(1, "main", "my_future")
    story.add(traces.PARK, argument=traces.FOR_EVER)
    return story


def panic():
    story = traces.Story(program="panic")
    story.spawn(1, "main")
    story.begin()
    text = "polled-after-ready: 'sleep' was polled after it was ready"
    story.add(traces.PANIC, 1, argument=story.string(text))
    return story


@pytest.mark.parametrize("make", [traces.three_sleepers, everything, lost, panic])
def test_the_story_is_told_as_before(viz, tmp_path, make):
    golden = GOLDENS / f"{make.__name__}.story"
    told = viz("--plain", make().save(tmp_path / "t"))
    if os.environ.get("UPDATE_GOLDENS"):
        golden.write_bytes(told.stdout)
    assert told.returncode == 0
    assert told.stdout == golden.read_bytes()


def test_off_a_terminal_plain_is_what_one_gets(viz, tmp_path):
    trace = lost().save(tmp_path / "t")
    assert viz(trace).stdout == viz("--plain", trace).stdout
    assert viz("--live", trace).stdout == viz("--plain", trace).stdout


def test_the_numbers_of_fds_do_not_matter(viz, tmp_path):
    def serve(fd):
        story = traces.Story()
        story.spawn(1, "main")
        story.begin()
        story.add(traces.REGISTER, 1, fd, argument=story.string("tcp stream"))
        story.add(traces.IO_WAIT, 1, fd, traces.READABLE)
        return story.save(tmp_path / f"fd{fd}")

    assert viz("--plain", serve(5)).stdout == viz("--plain", serve(99)).stdout


def test_real_durations_do_not_matter(viz, tmp_path):
    def take(real_ns):
        story = traces.Story()
        story.spawn(1, "main")
        story.begin()
        story.ready(1, real_ns=real_ns)
        return story.save(tmp_path / f"ns{real_ns}")

    assert viz("--plain", take(100)).stdout == viz("--plain", take(9**8)).stdout


def test_hostile_names_reach_no_terminal(viz, tmp_path):
    story = traces.Story(program="\x1b[2J")
    story.spawn(1, b"\x1b]0;owned\x07\xff" + b"x" * 500)
    story.begin()
    story.print(1, b"\x1b[31m\r\x08")
    told = viz("--plain", story.save(tmp_path / "t")).stdout
    assert told.count(b"\n") == len(story.records) + 3
    assert not any(byte < 32 for byte in told.replace(b"\n", b""))
    told.decode()


def test_a_note_is_the_last_line(viz, tmp_path):
    told = viz("--note=it was\x1b slow", "--plain", lost().save(tmp_path / "t"))
    assert told.stdout.endswith(b"\nit was? slow\n")


def test_a_long_story_can_be_cut(viz, tmp_path):
    trace = traces.three_sleepers().save(tmp_path / "t")
    whole = viz("--plain", trace).stdout.splitlines()
    cut = viz("--plain", "--most=10", trace).stdout.splitlines()
    assert cut[:11] == whole[:11]
    assert cut[11] == b"and so on: 91 more events are not told"
    assert cut[12:] == whole[-1:]


def tell_on_terminal(trace, **environment):
    """What comes out of a terminal (a pty), with that environment."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [VIZ, "--plain", trace], stdout=theirs, env={**os.environ, **environment}
    )
    os.close(theirs)
    told = b""
    try:
        while part := os.read(ours, 65536):
            told += part
    except OSError:
        pass  # the other end is closed
    assert done.wait() == 0
    os.close(ours)
    return told.decode().splitlines()


def test_on_a_terminal_lines_are_folded(tmp_path):
    trace = traces.three_sleepers().save(tmp_path / "t")
    lines = tell_on_terminal(trace, COLUMNS="50")
    assert max(map(len, lines)) <= 50
    assert any(line.startswith("    ") for line in lines)
