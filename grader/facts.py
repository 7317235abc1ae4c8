"""Facts: what the visualizer's model says about a trace. It is the same model
that draws the screen, so grader and visualizer can't disagree."""

import json
import os
import struct
import subprocess

from grader.build import BUILD

SECONDS = 5

# Of struct rt_trace_header (runtime/trace/format.h): where the records begin,
# how many fit, how many were begun.
RECORD_OFFSET, RECORD_CAPACITY, RECORD_COUNT = 32, 40, 152
RECORD_SIZE = 32


def copy_trace(source, target):
    """Copies the part of a trace that was written; a program that was killed
    leaves a long empty tail."""
    with open(source, "rb") as file:
        header = file.read(4096)
        if len(header) < 4096:
            header = header.ljust(4096, b"\0")
        offset, capacity = struct.unpack_from("<QQ", header, RECORD_OFFSET)
        (count,) = struct.unpack_from("<Q", header, RECORD_COUNT)
        size = offset + min(count, capacity) * RECORD_SIZE
        file.seek(0)
        with open(target, "wb") as copy:
            copy.write(file.read(min(size, os.path.getsize(source))))


def read(trace):
    """The facts of a trace as a dictionary; empty when there are none."""
    tool = BUILD / "visualizer" / "polliwog-viz"
    if not trace or not os.path.exists(tool):
        return {}
    try:
        done = subprocess.run(
            [tool, "--facts", trace],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
        facts = json.loads(done.stdout.decode("utf-8", "replace"))
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def tasks(facts):
    return facts.get("tasks") or []


def polls(facts):
    return sum(task.get("polls", 0) for task in tasks(facts))


def lint(facts, name):
    """The message of the first lint with this name, or None."""
    for found in facts.get("lints") or []:
        if found.get("name") == name:
            return found.get("message", "")
    return None


def forgotten(facts):
    """A task that is idle and whose waker nobody holds, or None."""
    for task in tasks(facts):
        if task.get("state") == "idle" and task.get("wakers_held") == 0:
            return task
    return None


def longest_poll(facts):
    """Seconds, of real time."""
    return (
        max((task.get("longest_poll_ns", 0) for task in tasks(facts)), default=0) / 1e9
    )


def was_cut_off(facts):
    """Tasks that were dropped with the runtime, before they were ready."""
    return [task for task in tasks(facts) if task.get("end") == "shutdown"]


def cut_in_a_poll(facts):
    """A task that was running when the program ended, or None."""
    for task in tasks(facts):
        if task.get("state") == "running":
            return task
    return None
