"""make progress: the exercises, where the reader stands, and what is next."""

import os
import sys

from grader.front import course

GREEN = "32"
BOLD = "1"


def paint(text, colour):
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        return f"\033[{colour}m{text}\033[0m"
    return text


def state_of(exercise):
    """A mark, and the state in words."""
    if not exercise.file.is_file():
        return " ", f"missing; make reset-ex{exercise.number} brings it back"
    result = course.result_of(exercise)
    if course.is_untouched(exercise):
        return " ", "not started"
    if not result:
        return " ", "begun, not checked yet"
    words = "passed"
    if not course.has_passed(exercise):
        words = f"{result.get('score', 0)} of {result.get('max_score', 0)} points"
    if course.is_changed_since_check(exercise):
        words += ", changed since"
    return "x" if course.has_passed(exercise) else " ", words


def line_about(exercise):
    mark, words = state_of(exercise)
    line = f"  [{mark}] {exercise.number:2}  {exercise.name:<20} {words}"
    return paint(line, GREEN) if mark == "x" else line


def next_exercise():
    """The first that has not passed; None when all have."""
    for exercise in course.all_exercises():
        if not course.has_passed(exercise):
            return exercise
    return None


def print_next():
    exercise = next_exercise()
    if exercise is None:
        last = course.all_exercises()[-1]
        print("All exercises pass. Well done! Watch one of them run:")
        print("Next:  " + paint(f"make viz-ex{last.number}", BOLD))
        return
    chapter = exercise.about.get("chapter")
    if chapter:
        print(f"Read:  {chapter}")
    print(f"Edit:  exercises/{exercise.file_name}")
    print("Next:  " + paint(f"make check-ex{exercise.number}", BOLD))


def main():
    print("Where you stand:\n")
    for exercise in course.all_exercises():
        print(line_about(exercise))
    print()
    print_next()
