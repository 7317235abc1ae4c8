"""make test: runs every part of the project's tests, and adds up the counts.

Each part is a make target. Its output is passed on as it comes; the counts are
taken from the closing lines that the test frameworks print. A part that fails
without a count is one failed test, and so is one that takes too long. The last
line is "N passed, N failed".
"""

import dataclasses
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

from grader.front import course

LONGEST_S = 1200
FOUNDATION = "test-runtime"  # when it fails, all else fails too, and slowly
OUR_LINE = re.compile(r"(\d+) passed, (\d+) failed")
CHECK_LINE = re.compile(r"\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)")
PYTEST_LINE = re.compile(r"=*\s*(\d+ \w+(?:, \d+ \w+)*) in [\d.:]+s\b.*")
MAKE_LINE = re.compile(r"make(\[\d+\])?: ")
ESCAPE = re.compile(r"\033\[[0-9;]*m")


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def counts_of_pytest(summary):
    found = dict(reversed(pair.split()) for pair in summary.split(", "))

    def count(*names):
        return sum(int(found.get(name, 0)) for name in names)

    return Counts(
        count("passed", "xfailed"), count("failed", "error", "errors", "xpassed")
    )


def counts_of_line(line):
    """What a closing line says; None for any other line."""
    if match := CHECK_LINE.fullmatch(line):
        checks, failures, errors = map(int, match.groups())
        return Counts(checks - failures - errors, failures + errors)
    if match := PYTEST_LINE.fullmatch(line):
        return counts_of_pytest(match[1])
    return None


def counts_of(lines):
    """A part may add up for itself; then its last line says it. Below it make
    may complain of the exit status."""
    lines = [ESCAPE.sub("", line).strip() for line in lines]
    lines = [line for line in lines if line and not MAKE_LINE.match(line)]
    if lines and (match := OUR_LINE.fullmatch(lines[-1])):
        return Counts(int(match[1]), int(match[2]))
    return sum(filter(None, map(counts_of_line, lines)), Counts())


def judge(lines, status):
    counts = counts_of(lines)
    if status != 0 and counts.failed == 0:
        counts.failed = 1
    elif counts == Counts():
        counts.passed = 1
    return counts


def stop(process):
    """Ends it and all that it started; first politely, so that it tidies up."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(5)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            pass


def stop_because_slow(process):
    print(f"polliwog: stopped, because it took over {LONGEST_S} s", flush=True)
    stop(process)


def run(command):
    """The command's lines of output, passed on as they come, and its status."""
    process = subprocess.Popen(
        command,
        cwd=course.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    timer = threading.Timer(LONGEST_S, stop_because_slow, [process])
    timer.start()
    lines = []
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
        return lines, process.wait()
    finally:
        timer.cancel()
        stop(process)


def run_part(part):
    print(f"\n==== {part}", flush=True)
    started = time.monotonic()
    make = shlex.split(os.environ.get("SUBMAKE", "make --no-print-directory"))
    counts = judge(*run([*make, f"-j{os.cpu_count()}", part]))
    print(f"==== {part}: {counts} ({time.monotonic() - started:.0f} s)")
    return counts


def main(*parts):
    # What a reader may say to `make check-exN` is not meant for the tests.
    for name in ("SRC", "JSON", "SEED", "TRACE", "PORT", "REVEAL"):
        os.environ.pop(name, None)
    results = {}
    for part in parts:
        results[part] = run_part(part)
        if part == FOUNDATION and results[part].failed:
            print("polliwog: the rest stands on the runtime: it was not run")
            break
    total = sum(results.values(), Counts())
    print()
    for part, counts in results.items():
        print(f"{part:<16} {counts}")
    print(total)
    sys.stdout.flush()
    return 1 if total.failed else 0
