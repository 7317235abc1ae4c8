"""make solution-exN: the solution, once the reader's own file has passed."""

import os
import sys

from grader.front import course


def main(number):
    exercise = course.find(number)
    if course.has_passed(exercise) or os.environ.get("REVEAL") == "1":
        sys.stdout.write(exercise.solution.read_text())
        return
    print(f"The solution opens when yours passes: make check-ex{number}")
    print(f"A hint instead:                       make hint-ex{number}")
    print(f"Show it all the same:                 make solution-ex{number} REVEAL=1")
