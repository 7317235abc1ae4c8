"""The command line: what it accepts, what it says when it can't."""

import json
import os
import struct
import subprocess
import time

import pytest
import traces
from conftest import VIZ


def one_line_error(done, *words):
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 1
    assert done.stdout == b""
    assert len(lines) == 1
    assert lines[0].startswith("polliwog-viz: ")
    for word in words:
        assert word in lines[0]


def test_help_goes_to_the_output(viz):
    done = viz("--help")
    assert done.returncode == 0
    assert done.stdout.startswith(b"usage: polliwog-viz")


def test_lints_are_listed_with_their_conditions(viz):
    done = viz("--lints")
    assert done.returncode == 0
    assert b"lost-wakeup" in done.stdout
    assert b"10 ms" in done.stdout


@pytest.mark.parametrize(
    "arguments", [[], ["--plain"], ["--no-such"], ["a", "b"], ["--facts", "a", "b"]]
)
def test_usage_errors_have_status_2(viz, arguments):
    done = viz(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith(b"usage: ")


@pytest.mark.parametrize("option", ["--plain", "--facts"])
def test_bad_files_get_one_line(viz, tmp_path, option):
    good = traces.three_sleepers().bytes()
    bad = tmp_path / "bad"
    one_line_error(viz(option, tmp_path / "none"), "No such file")
    one_line_error(viz(option, tmp_path), "is a folder")
    one_line_error(viz(option, "/dev/null"), "is not a file")
    bad.write_bytes(b"")
    one_line_error(viz(option, bad), "is empty")
    bad.write_bytes(b"#include <stdio.h>\n" * 1000)
    one_line_error(viz(option, bad), "is not a Polliwog trace")
    bad.write_bytes(good[:-7])
    one_line_error(viz(option, bad), "is cut short")
    bad.write_bytes(traces.three_sleepers().bytes(version=2))
    one_line_error(viz(option, bad), "version 2")


def test_a_named_pipe_does_not_hang(viz, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    one_line_error(viz("--plain", tmp_path / "pipe"), "is not a file")


def test_a_header_that_lies_about_sizes(viz, tmp_path):
    bad = tmp_path / "bad"
    story = traces.three_sleepers()
    bad.write_bytes(story.bytes(string_capacity=2**63))
    one_line_error(viz("--facts", bad), "damaged")
    bad.write_bytes(story.bytes(count=2**62, capacity=2**39))
    one_line_error(viz("--facts", bad), "cut short")


def test_facts_have_exactly_the_agreed_fields(viz, tmp_path):
    story = traces.three_sleepers()
    facts = json.loads(viz("--facts", story.save(tmp_path / "t")).stdout)
    assert list(facts) == [
        "clock",
        "program",
        "lost",
        "complete",
        "panic",
        "tasks",
        "fds_open",
        "timers_armed",
        "output",
        "lints",
    ]
    assert list(facts["tasks"][0]) == [
        "id",
        "name",
        "parent",
        "state",
        "end",
        "polls",
        "wakes",
        "self_wakes",
        "yields",
        "longest_poll_ns",
        "awaiting",
        "wakers_held",
        "timers_armed",
        "waiting_fds",
        "waiting_tasks",
    ]
    assert facts["output"] == "A\nB\nC\n"
    assert facts["lints"] == []


def test_facts_are_json_whatever_the_names(viz, tmp_path):
    story = traces.Story(program='a"\\\n\x01')
    name = b'"\\\n\t\x00'[:4] + b"\x1b[2J\xff\xc3\xa4"
    story.spawn(1, name)
    story.begin()
    story.print(1, b"\xf0\x9f\x90\xb8 \xff\x07")
    story.pending(1, name, b"\xe2\x82")
    story.add(traces.PANIC, 1, argument=story.string('"moved": bad'))
    done = viz("--facts", story.save(tmp_path / "t"))
    facts = json.loads(done.stdout)
    assert facts["tasks"][0]["name"] == '"\\\n\t\x1b[2J\ufffd\u00e4'
    assert facts["output"] == "\U0001f438 \ufffd\x07"
    assert facts["panic"] == '"moved": bad'
    assert facts["lints"][0]["name"] == "lost-wakeup"
    assert facts["lints"][0]["event"] == 6


def test_nothing_is_written_to_a_full_disk(tmp_path):
    trace = traces.three_sleepers().save(tmp_path / "t")
    for option in ("--plain", "--facts"):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [VIZ, option, trace], stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert done.returncode == 1
        assert b"can't write" in done.stderr


def big_trace(path, rounds):
    """A trace of six events a round, made quickly."""
    story = traces.Story()
    story.spawn(1, "main")
    record = traces.RECORD
    kinds = [
        (traces.DEQUEUE, 0, 0),
        (traces.POLL_BEGIN, 0, 0),
        (traces.ARM, 0, 10**9),
        (traces.POLL_END, 0, 0),
        (traces.FIRE, 0, 10**9),
        (traces.WAKE, traces.FROM_TIMER << 8, 0),
    ]
    one = b"".join(
        record.pack(i, 0, kind, 0, detail, 1, 1, argument)
        for i, (kind, detail, argument) in enumerate(kinds)
    )
    body = bytearray(one * rounds)
    first = len(story.records)
    for i in range(len(kinds) * rounds):
        struct.pack_into("<I", body, i * record.size + 8, first + i)
    story.records.append(bytes(body))
    count = first + len(kinds) * rounds
    with open(path, "wb") as file:
        file.write(story.bytes(count=count))
    return count


def test_millions_of_events_are_read_quickly(viz, tmp_path):
    count = big_trace(tmp_path / "big", 400_000)
    began = time.monotonic()
    facts = json.loads(viz("--facts", tmp_path / "big").stdout)
    assert facts["tasks"][0]["polls"] == 400_000
    # Ten million in 2 s is the aim; the machine may be busy.
    assert time.monotonic() - began < 2 * count / 1_000_000
