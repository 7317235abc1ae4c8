"""python3 -m grader check --exercise N [--source FILE] [--json OUT] [--seed S]

Exit status: 0 it passed, 1 it failed, 2 it could not be checked.
"""

import argparse
import os
import signal
import sys
import traceback

from grader import check, exercise, progress, report, sandbox

COULD_NOT_CHECK = 2
INTERRUPTED = 130


def _arguments():
    parser = argparse.ArgumentParser(prog="grader", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("check", help="check one submission")
    one.add_argument("--exercise", required=True)
    one.add_argument("--source")
    one.add_argument("--json")
    one.add_argument("--seed", type=int)
    return parser.parse_args()


def _give_up(message):
    print(f"polliwog: {report.clean(message)}", file=sys.stderr)
    return COULD_NOT_CHECK


def _check(arguments):
    found = exercise.load(arguments.exercise)
    if not found:
        return _give_up(f"there is no exercise {arguments.exercise}")
    source = arguments.source or os.path.relpath(found.file)
    result = check.check(found, source, arguments.seed)
    if arguments.json:
        try:
            result.write_json(arguments.json)
        except OSError as error:
            return _give_up(f"can't write {arguments.json}: {error.strerror}")
    if result.problem:
        return _give_up(result.problem)
    if os.path.realpath(source) == os.path.realpath(found.file):
        progress.note(found, result)
    report.show(result, found)
    return result.status


def _stop(*_):
    raise KeyboardInterrupt


def main():
    sandbox.adopt_orphans()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGHUP, _stop)
    try:
        return _check(_arguments())
    except KeyboardInterrupt:
        print("\npolliwog: stopped", file=sys.stderr)
        return INTERRUPTED
    except Exception:  # a fault of ours is no verdict on the submission
        traceback.print_exc()
        return _give_up("the grader itself has failed; see above")
    finally:
        sandbox.reap_orphans()


if __name__ == "__main__":
    sys.exit(main())
