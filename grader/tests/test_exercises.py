"""The descriptions of the exercises hold together, and with the book."""

import pytest

from grader import exercise
from grader.tests.conftest import ROOT
from grader.tests.test_corpus import NUMBERS

FIELDS = {
    "name",
    "passed",
    "score",
    "max_score",
    "diagnosis",
    "message",
    "seed",
    "trace",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_points(number):
    checks = exercise.load(number).checks
    assert sum(check.points for check in checks) == 100
    seen = set()
    for check in checks:
        assert seen.issuperset(check.needs), f"{check.name} needs a later check"
        seen.add(check.name)


@pytest.mark.parametrize("number", NUMBERS)
def test_hints_and_chapter(number):
    about = exercise.read_toml(exercise.FOLDER / f"ex{number}.toml")
    assert len(about["hints"]) == 3
    assert (ROOT / about["chapter"]).exists()
    assert exercise.load(number).file.name in {
        path.name for path in (ROOT / "exercises").iterdir()
    }


@pytest.mark.parametrize("number", NUMBERS)
def test_every_name_is_explained(number):
    diagnoses = exercise.load(number).diagnoses
    corpus = ROOT / "grader" / "corpus" / f"ex{number}" / "wrong"
    for path in corpus.glob("*.c"):
        assert path.name.split("--")[0] in diagnoses


def test_sections_are_in_the_book():
    for name, about in exercise.load(1).diagnoses.items():
        assert about["says"].endswith("."), name
        if "section" in about:
            text = (ROOT / about["chapter"]).read_text()
            assert f"\n## {about['section']}\n" in text, name


def test_record(check, write, hello):
    record = check(1, write(hello.replace("RT_SECONDS(1)", "RT_SECONDS(2)"))).record
    assert record["exercise"] == 1 and record["source"].endswith("submission.c")
    assert record["passed"] is False and record["diagnosis"] == "too-late"
    assert record["score"] == sum(each["score"] for each in record["checks"])
    for each in record["checks"]:
        assert set(each) == FIELDS
        assert each["passed"] == (each["diagnosis"] is None)
    failed = next(each for each in record["checks"] if not each["passed"])
    assert failed["name"] == "on-time" and (ROOT / failed["trace"]).exists()


def test_seed_replays(check):
    path = ROOT / "grader/corpus/ex3/wrong/short-write-ignored--rt_write_once.c"
    if not path.exists():
        path = next(path.parent.glob("short-write-ignored--*.c"))
    first = [each for each in check(3, path).record["checks"] if not each["passed"]][0]
    again = check(3, path, "--seed", str(first["seed"] or 1)).record["checks"]
    assert first in again


def test_report_is_plain_without_a_terminal(check, write, hello):
    outcome = check(1, write(hello), COLUMNS="50")
    assert "\x1b" not in outcome.output
    assert max(map(len, outcome.output.splitlines()[2:])) <= 50
    assert outcome.output.splitlines()[-1] == "6 passed, 0 failed"


def test_report_in_ascii(check, write, hello):
    outcome = check(1, write(hello), PYTHONIOENCODING="ascii")
    assert outcome.output.isascii()
