"""Checks each solution again and again while all cores are busy, and prints
how often a right answer failed: that must be never.

    python3 -m grader.soak [TIMES]
"""

import multiprocessing
import os
import subprocess
import sys
import time

from grader.exercise import ROOT

TIMES = 50


def _burn():
    while True:
        pass


def _check(number, source):
    """Returns (passed, seconds, report)."""
    begin = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-B", "-m", "grader", "check"]
        + ["--exercise", str(number), "--source", str(source)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    seconds = time.monotonic() - begin
    return done.returncode == 0, seconds, done.stdout + done.stderr


def _soak(number, source, times):
    """Returns how often it failed."""
    failed, longest = 0, 0
    for _ in range(times):
        passed, seconds, report = _check(number, source)
        longest = max(longest, seconds)
        if not passed:
            failed += 1
            print(report)
    print(
        f"exercise {number}: {times - failed} passed, {failed} failed, "
        f"the longest took {longest:.1f} s",
        flush=True,
    )
    return failed


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    burners = [
        multiprocessing.Process(target=_burn, daemon=True)
        for _ in range(os.cpu_count() or 1)
    ]
    for burner in burners:
        burner.start()
    failed = 0
    for source in sorted((ROOT / "solutions").glob("ex[0-9]_*.c")):
        failed += _soak(int(source.name[2]), source, times)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
