"""make hint-exN: the next of the three hints, one at each call."""

import textwrap

from grader.front import course

STATE = "hints.json"


def show(number, count, hint):
    print(f"Hint {number} of {count}:\n")
    for paragraph in hint.strip().split("\n\n"):
        print(paragraph if is_code(paragraph) else textwrap.fill(paragraph, 78))
        print()


def is_code(paragraph):
    """Code keeps its lines: it is indented, as in the chapters."""
    return any(line.startswith("  ") for line in paragraph.splitlines())


def main(number):
    exercise = course.find(number)
    hints = exercise.about.get("hints", [])
    if not hints:
        print(f"There are no hints for exercise {number}.")
        return
    key = f"ex{number}"
    state = course.read_state(STATE)
    seen = state.get(key, 0)
    if seen >= len(hints):
        print("You have seen all hints. Here they are again.\n")
        for place, hint in enumerate(hints, 1):
            show(place, len(hints), hint)
        print(f"Still stuck? The solution: make solution-ex{number} REVEAL=1")
        return
    show(seen + 1, len(hints), hints[seen])
    course.write_state(STATE, {**state, key: seen + 1})
    if seen + 1 < len(hints):
        print(f"If that is not enough: make hint-ex{number}")
    else:
        print(f"That was the last hint. Try it: make check-ex{number}")
