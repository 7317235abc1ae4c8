"""The exercises, and how far the reader has come.

What an exercise is comes from three places: its untouched file in
grader/stubs/ (number and name), grader/exercises/exN.toml (title, chapter,
hints), and .polliwog/progress.json, where each check notes its result.
"""

import dataclasses
import hashlib
import json
import re

from grader.exercise import ROOT, read_toml

STATE = ROOT / ".polliwog"


class UnknownExercise(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Exercise:
    number: int
    file_name: str

    @property
    def name(self):
        return self.file_name.split("_", 1)[1].removesuffix(".c")

    @property
    def file(self):
        return ROOT / "exercises" / self.file_name

    @property
    def stub(self):
        return ROOT / "grader" / "stubs" / self.file_name

    @property
    def solution(self):
        return ROOT / "solutions" / self.file_name

    @property
    def about(self):
        """What exN.toml says about it."""
        path = ROOT / "grader" / "exercises" / f"ex{self.number}.toml"
        return read_toml(path) if path.exists() else {}


def all_exercises():
    found = []
    for stub in (ROOT / "grader" / "stubs").glob("ex*_*.c"):
        number = re.match(r"ex(\d+)_", stub.name)
        if number:
            found.append(Exercise(int(number[1]), stub.name))
    return sorted(found, key=lambda exercise: exercise.number)


def find(number):
    """The exercise with this number, as the reader typed it."""
    for exercise in all_exercises():
        if str(exercise.number) == number:
            return exercise
    raise UnknownExercise(f"there is no exercise {number}; see: make progress")


def read_state(name):
    """A file of .polliwog/ as a dictionary; empty when it can't be read."""
    try:
        state = json.loads((STATE / name).read_text())
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(name, state):
    """Replaces the file in one step: a crash leaves the old one or the new."""
    STATE.mkdir(exist_ok=True)
    fresh = STATE / f"{name}.new"
    fresh.write_text(json.dumps(state, indent=2) + "\n")
    fresh.replace(STATE / name)


def result_of(exercise):
    """What the last check of the reader's file said; empty if none was."""
    result = read_state("progress.json").get(f"ex{exercise.number}", {})
    return result if isinstance(result, dict) else {}


def has_passed(exercise):
    return result_of(exercise).get("passed") is True


def is_untouched(exercise):
    return exercise.file.read_bytes() == exercise.stub.read_bytes()


def is_changed_since_check(exercise):
    digest = hashlib.sha256(exercise.file.read_bytes()).hexdigest()
    return result_of(exercise).get("source_sha256") != digest
