"""The corpus: right code passes, wrong code gets the one name for what is
wrong with it. A wrong file is called <diagnosis>--<what>.c."""

import pytest

from grader.tests.conftest import ROOT

CORPUS = ROOT / "grader" / "corpus"
NUMBERS = (1, 2, 3, 4, 5)


def files(kind):
    for number in NUMBERS:
        for path in sorted((CORPUS / f"ex{number}" / kind).glob("*.c")):
            yield pytest.param(number, path, id=f"ex{number}-{path.stem}")


def only(folder, number):
    return next((ROOT / folder).glob(f"ex{number}_*.c"))


def explain(outcome):
    return f"status {outcome.status}\n{outcome.output}{outcome.errors}"


@pytest.mark.parametrize("number, path", files("right"))
def test_right_passes(check, number, path):
    outcome = check(number, path)
    assert outcome.status == 0, explain(outcome)
    assert outcome.record["score"] == outcome.record["max_score"] == 100
    assert outcome.diagnosis is None


@pytest.mark.parametrize("number, path", files("wrong"))
def test_wrong_is_named(check, number, path):
    outcome = check(number, path)
    assert outcome.status == 1, explain(outcome)
    assert outcome.diagnosis == path.name.split("--")[0], explain(outcome)
    assert outcome.record["score"] < 100


@pytest.mark.parametrize("number", NUMBERS)
def test_stub_is_not_implemented(check, number):
    outcome = check(number, only("grader/stubs", number))
    assert outcome.status == 1, explain(outcome)
    assert outcome.diagnosis == "not-implemented"


@pytest.mark.parametrize("number", NUMBERS)
def test_solution_passes(check, number):
    outcome = check(number, only("solutions", number))
    assert outcome.status == 0, explain(outcome)
    assert outcome.record["score"] == 100
    assert outcome.output.endswith(" passed, 0 failed\n")
