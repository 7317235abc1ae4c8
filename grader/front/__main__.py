"""python -m grader.front NAME [ARGUMENT]: one of the programs listed below.

Exit status 2 and one line when there is no such exercise, or when a file can't
be read or written.
"""

import importlib
import sys

from grader.front.course import UnknownExercise

PROGRAMS = (
    "progress",
    "hint",
    "solution",
    "reset",
    "watch",
    "test",
    "lint",
    "format",
)


def main():
    name, *arguments = sys.argv[1:]
    if name not in PROGRAMS:
        sys.exit(f"polliwog: there is no {name}")
    program = importlib.import_module(f"grader.front.{name}")
    try:
        sys.exit(program.main(*arguments))
    except (UnknownExercise, OSError) as problem:
        print(f"polliwog: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\npolliwog: stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
