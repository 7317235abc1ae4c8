"""The laboratory: repeats a check that failed, with one thing changed. What
makes a difference is the cause."""

import dataclasses
import time

from grader import unit

SEEDS = 4
SECONDS = 5  # no new experiment after this; a verdict must not wait for ever

# Their messages are the same each time, to the last byte.
EXACT = ("wrong-output", "?gap", "?part")


class Lab:
    def __init__(self, exercise, check, build, folder, seed):
        self.exercise = exercise
        self.check = check
        self.build = build
        self.folder = folder
        self.seed = seed
        self.runs = 0
        self.begun = time.monotonic()

    def _run(self, check, program, seed, seeds, hostile):
        self.runs += 1
        folder = self.folder / f"{self.check.name}-again-{self.runs}"
        return unit.run(self.exercise, check, program, folder, seed, seeds, hostile)

    def _is_late(self):
        return time.monotonic() - self.begun > SECONDS

    def fails_with(self, feature):
        """The Finding when the runtime is hostile in this way only, or None."""
        if self._is_late():
            return None
        return self._run(
            self.check, self.build.program("debug"), self.seed, SEEDS, feature
        )

    def sanitized(self):
        """What the sanitizers see; None when the check passes with them."""
        check = dataclasses.replace(self.check, by="sanitizers")
        program = self.build.program("asan")
        if self._is_late() or not program:
            return None
        return self._run(check, program, self.seed, 1, None)

    def depends_on_locals(self, finding):
        """Does it end in another way when only its locals are changed? Nothing
        else is: one seed, one schedule."""
        tries = [("zeroed", finding.hostile)]
        if not finding.hostile:
            tries.append(("debug", "junk"))
        for variant, hostile in tries:
            program = self.build.program(variant)
            if self._is_late() or not program:
                continue
            found = self._run(self.check, program, finding.seed, 1, hostile)
            if not found or _ending(found) != _ending(finding):
                return True
        return False


def _ending(finding):
    """What can be compared of two findings; not what was measured."""
    message = finding.message if finding.symptom in EXACT else ""
    return finding.symptom, finding.status, finding.output, message
