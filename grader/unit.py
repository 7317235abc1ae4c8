"""Unit checks: drives the judge programs in grader/unit/ (C, with Check)."""

import dataclasses
import json
import os
import subprocess

from grader import sandbox
from grader.build import BUILD

JUDGE_SECONDS = 40
PATIENCE_MS = 500
SANITIZED_PATIENCE_MS = 4000  # the leak check stops the program for a while


class JudgeError(Exception):
    """The judge itself couldn't do its work."""


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a judge saw when a run failed."""

    symptom: str
    message: str
    seed: int | None = None
    folder: str | None = None  # of the run: its trace is there
    status: int | None = None  # of the program, when it is over
    is_over: bool = False
    next: int = -1  # deadline of the next timer, ns; -1: none
    tasks: int = 0
    output: str = ""
    errors: str = ""
    hostile: str | None = None

    @property
    def trace(self):
        path = f"{self.folder}/trace"
        return path if self.folder and os.path.exists(path) else None


def _decode(text):
    """The judge sends bytes as Latin-1 letters."""
    return text.encode("latin-1", "replace").decode("utf-8", "replace")


def _finding(record, hostile):
    fields = {field.name for field in dataclasses.fields(Finding)}
    values = {name: record[name] for name in record if name in fields}
    for name in ("output", "errors"):
        values[name] = _decode(values[name])
    return Finding(**values, hostile=hostile)


def judge_of(exercise):
    """The judge program of an exercise."""
    return BUILD / "grader" / f"check_ex{exercise.number}"


def _command(exercise, check, program, folder, seed, seeds, hostile, records):
    sanitized = check.by == "sanitizers"
    arguments = {
        "check": check.name,
        "folder": folder,
        "inside": sandbox.inside(),
        "seed": seed,
        "seeds": seeds,
        "records": records,
        "memory": 0 if sanitized else sandbox.MEMORY,
        "patience": SANITIZED_PATIENCE_MS if sanitized else PATIENCE_MS,
    }
    if hostile:
        arguments["hostile"] = hostile
    return [
        str(judge_of(exercise)),
        *(f"--{name}={value}" for name, value in arguments.items()),
        "--",
        *sandbox.program_command(program),
    ]


def _run(command, records, write_end):
    """Returns the lines that the judge wrote to its records."""
    if not os.path.exists(command[0]):
        raise JudgeError(f"{command[0]} is not built: run `make needs`")
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[write_end],
        start_new_session=True,
    )
    os.close(write_end)
    try:
        with os.fdopen(records, encoding="ascii", errors="replace") as file:
            errors = process.communicate(timeout=JUDGE_SECONDS)[1]
            lines = file.read().splitlines()
    except BaseException:
        sandbox.kill(process)
        raise
    if process.returncode not in (0, 1):
        raise JudgeError(errors.decode("utf-8", "replace").strip())
    return [json.loads(line) for line in lines]


def run(exercise, check, program, folder, seed, seeds=None, hostile=None):
    """Carries out one check. Returns a Finding, or None: all is well."""
    hostile = hostile or check.hostile
    seeds = seeds or check.seeds
    os.makedirs(folder, exist_ok=True)
    records, write_end = os.pipe()
    command = _command(
        exercise, check, program, folder, seed, seeds, hostile, write_end
    )
    try:
        lines = _run(command, records, write_end)
    except subprocess.TimeoutExpired:
        return Finding("hang", "the check took too long and was stopped")
    for record in lines:
        if "symptom" in record:
            return _finding(record, hostile)
    if not lines or lines[-1].get("done") != seeds:
        return Finding("early-exit", "the check was not carried out to its end")
    return None
