"""make bench-quick: our runtime beside Tokio, in a table.

    bench.py [--list] [--rounds N] [ROW...]

The programs have been built. Every round runs every program once, so that
what else happens on the machine hits all alike. BUILD in the environment says
where the programs are, JSON where to write the results as JSON.
"""

import argparse
import json
import os
import sys

import table
from programs import WORKERS, Failure, Programs
from rows import ROWS, Result

ROUNDS = 5


def arguments():
    parser = argparse.ArgumentParser(prog="bench.py")
    parser.add_argument("--list", action="store_true", help="the names of the rows")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("rows", nargs="*", metavar="ROW")
    chosen = parser.parse_args()
    names = [row.name for row in ROWS]
    for name in chosen.rows:
        if name not in names:
            parser.error(f"there is no row '{name}'; there are: {', '.join(names)}")
    if chosen.rounds < 1:
        parser.error("at least one round")
    return chosen


def add(results, side, program, mode, values):
    """An echo server gives the values of two rows, in their order."""
    rows = [r for r in results if r.row.program == program and r.mode == mode]
    for result, value in zip(rows, values):
        getattr(result, side).append(value)


def run_round(programs, results, say):
    """Each program once: ours, theirs, and the floor beside the echo servers."""
    sides = {"ours": programs.ours}
    if programs.has_tokio():
        sides["theirs"] = programs.theirs
    pairs = dict.fromkeys((result.row.program, result.mode) for result in results)
    for program, mode in pairs:
        for side, path in sides.items():
            say(f"{program}, {mode}, {side}")
            values = programs.measure(path, program, mode)
            add(results, side, program, mode, values)
    if any(program == "echo" for program, _ in pairs):
        say("the floor")
        values = programs.measure_floor()
        for mode in WORKERS:
            add(results, "floor", "echo", mode, values)


def run(programs, names, rounds):
    # Both rows of an echo server, or the wrong one would get its first value.
    wanted = {row.program for row in ROWS if not names or row.name in names}
    results = [
        Result(row, mode) for row in ROWS if row.program in wanted for mode in WORKERS
    ]
    for i in range(rounds):
        run_round(
            programs,
            results,
            lambda text, i=i: table.progress(f"round {i + 1} of {rounds}: {text}"),
        )
    return results


def write_json(path, tokio, results):
    content = {"tokio": tokio, "rows": [result.as_json() for result in results]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")


def main():
    chosen = arguments()
    if chosen.list:
        print("\n".join(row.name for row in ROWS))
        return 0
    programs = Programs(os.environ.get("BUILD") or "build")
    try:
        results = run(programs, chosen.rows, chosen.rounds)
        tokio = programs.tokio_version() if programs.has_tokio() else None
        table.show(results, tokio, chosen.rounds)
        if os.environ.get("JSON"):
            write_json(os.environ["JSON"], tokio, results)
    except (Failure, OSError) as error:
        table.progress("")
        print(f"polliwog: the benchmark failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
