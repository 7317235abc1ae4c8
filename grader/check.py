"""The road of one submission: read, built, checked, diagnosed, recorded."""

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from grader import blackbox, diagnose, facts, sandbox, unit
from grader.build import BUILD, build
from grader.lab import Lab
from grader.result import CheckResult, Failure, Result

SOURCE_MOST = 1 << 20  # bytes
SEED = 1


class NothingToCheck(Exception):
    """There is no submission, or we have no means to check it."""


def read_source(path):
    """The bytes of a submission. Never opens what could block."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise NothingToCheck(f"{path} is a folder, not a C file")
        if not stat.S_ISREG(mode):
            raise NothingToCheck(f"{path} is not a regular file")
        with open(path, "rb") as file:
            return file.read(SOURCE_MOST + 1)
    except FileNotFoundError:
        raise NothingToCheck(f"there is no file {path}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NothingToCheck(f"{path} can't be read: {reason}") from None


def judge_text(text):
    """What can be said without a compiler."""
    if len(text) > SOURCE_MOST:
        return Failure("compile-error", "it is larger than 1 MiB: not an exercise")
    if b"\0" in text:
        return Failure("compile-error", "it is not C: there are zero bytes in it")
    if not text.strip():
        return Failure("not-implemented", "the file is empty")
    return None


def _first_failed(check, failed):
    """The first check that this one needs and that failed, or None."""
    return next((name for name in check.needs if name in failed), None)


class Submission:
    """One submission on its way through the checks of one exercise."""

    def __init__(self, exercise, source, seed):
        self.exercise = exercise
        self.source = Path(source)
        self.seed = SEED if seed is None else seed
        self.result = Result(exercise.number, str(source))
        self.folder = Path(tempfile.mkdtemp(prefix="polliwog-"))
        self.build = None
        self.box = None

    def run(self):
        text = read_source(self.source)
        self.result.digest = hashlib.sha256(text).hexdigest()
        failure = judge_text(text)
        try:
            if not failure:
                self.box = blackbox.start(self.exercise, self.folder)
                self.build = build(self.source, text, self.exercise.functions)
                self.result.advice = self.build.advice
                failure = self.build.failure
            self._check_all(failure)
        finally:
            if self.box:
                self.box.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.result

    def _check_all(self, build_failure):
        failed = {}
        for check in self.exercise.checks:
            result = CheckResult(check.name, check.title, check.points)
            needed = _first_failed(check, failed)
            if needed:
                result.waits_for = needed
                result.failure = Failure(
                    failed[needed].diagnosis, f"skipped: it needs '{needed}' to pass"
                )
            elif check.by == "build":
                result.failure = build_failure
            else:
                result.failure = self._check(check, failed)
            if result.failure:
                failed[check.name] = result.failure
            self.result.checks.append(result)

    def _black_box(self, failed):
        """Started when the unit checks are over; it needs what they passed."""
        if not self.box.is_going:
            names = [
                check.name
                for check in self.exercise.checks
                if check.by == "blackbox" and not _first_failed(check, failed)
            ]
            self.box.go(self.build.program("debug"), names)
        return self.box

    def _check(self, check, failed):
        if check.by == "blackbox":
            finding = self._black_box(failed).finding(check.name)
        else:
            finding = self._run_unit(check)
        if finding is None:
            return None
        lab = None
        if check.by != "blackbox":
            lab = Lab(self.exercise, check, self.build, self.folder, finding.seed)
        failure = diagnose.diagnose(finding, check, self.build, lab)
        failure.trace = self._keep_trace(check, finding)
        return failure

    def _program(self, check):
        program = self.build.program("asan" if check.by == "sanitizers" else "debug")
        if not program:
            raise unit.JudgeError("the compiler can't build with sanitizers here")
        return program

    def _run_unit(self, check):
        folder = self.folder / check.name
        return unit.run(self.exercise, check, self._program(check), folder, self.seed)

    def _keep_trace(self, check, finding):
        if not finding.trace:
            return None
        kept = BUILD / "traces" / f"ex{self.exercise.number}-{check.name}.trace"
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        facts.copy_trace(finding.trace, fresh)
        fresh.replace(kept)
        return os.path.relpath(kept)


def check(exercise, source, seed=None):
    """Checks a submission; the Result says all about it."""
    try:
        submission = Submission(exercise, source, seed)
        result = submission.run()
    except (NothingToCheck, unit.JudgeError) as error:
        return Result(exercise.number, str(source), problem=str(error))
    if not sandbox.is_available():
        result.notes.append("no sandbox could be made here: it ran without one")
    return result
