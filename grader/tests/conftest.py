"""What the grader's own tests stand on."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclasses.dataclass
class Outcome:
    status: int
    output: str
    errors: str
    record: dict | None  # what was written as JSON
    seconds: float

    @property
    def diagnosis(self):
        return self.record["diagnosis"] if self.record else None


def command(number, source, *more):
    own = [sys.executable, "-B", "-m", "grader", "check"]
    return [*own, "--exercise", str(number), "--source", str(source), *more]


@pytest.fixture
def check(tmp_path):
    """check(number, source): checks a file through the front door."""

    def run(number, source, *more, **environment):
        path = tmp_path / "result.json"
        begin = time.monotonic()
        done = subprocess.run(
            command(number, source, "--json", str(path), *more),
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        seconds = time.monotonic() - begin
        record = json.loads(path.read_text()) if path.exists() else None
        return Outcome(done.returncode, done.stdout, done.stderr, record, seconds)

    return run


@pytest.fixture
def write(tmp_path):
    """write(text): a submission of this text."""

    def put(text, name="submission.c"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


@pytest.fixture
def hello():
    """The solution of exercise 1, as text to be changed."""
    return (ROOT / "solutions" / "ex1_delayed_hello.c").read_text()
