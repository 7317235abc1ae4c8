"""The result record: what a check found. Everything shown or stored about a
submission is written from this one record."""

import dataclasses
import json


@dataclasses.dataclass
class Failure:
    """Why something failed: one word for machines, a message for people."""

    diagnosis: str
    message: str
    seed: int | None = None
    trace: str | None = None


@dataclasses.dataclass
class CheckResult:
    name: str
    title: str
    max_score: int
    failure: Failure | None = None
    waits_for: str | None = None  # skipped, since that check failed

    @property
    def passed(self):
        return self.failure is None

    @property
    def score(self):
        return self.max_score if self.passed else 0

    def as_json(self):
        failure = self.failure or Failure(None, None)
        return {
            "name": self.name,
            "passed": self.passed,
            "score": self.score,
            "max_score": self.max_score,
            "diagnosis": failure.diagnosis,
            "message": failure.message,
            "seed": failure.seed,
            "trace": failure.trace,
        }


@dataclasses.dataclass
class Result:
    exercise: int
    source: str
    checks: list = dataclasses.field(default_factory=list)
    advice: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    digest: str | None = None  # SHA-256 of what was checked
    problem: str | None = None  # why nothing could be checked

    @property
    def passed(self):
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def score(self):
        return sum(check.score for check in self.checks)

    @property
    def max_score(self):
        return sum(check.max_score for check in self.checks)

    @property
    def root(self):
        """The failure that the others may follow from."""
        for check in self.checks:
            if not check.passed:
                return check.failure
        return None

    @property
    def status(self):
        if self.problem:
            return 2
        return 0 if self.passed else 1

    def as_json(self):
        return {
            "exercise": self.exercise,
            "source": self.source,
            "passed": self.passed,
            "score": self.score,
            "max_score": self.max_score,
            "checks": [check.as_json() for check in self.checks],
            "diagnosis": self.root.diagnosis if self.root else None,
            "problem": self.problem,
        }

    def write_json(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.as_json(), file, indent=2)
            file.write("\n")
