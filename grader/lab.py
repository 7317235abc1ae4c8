"""The laboratory: repeats a check that failed, with one thing changed. What
makes a difference is the cause."""

import dataclasses

from grader import unit

SEEDS = 4


class Lab:
    def __init__(self, exercise, check, build, folder, seed):
        self.exercise = exercise
        self.check = check
        self.build = build
        self.folder = folder
        self.seed = seed
        self.runs = 0

    def _run(self, check, program, seed, seeds, hostile):
        self.runs += 1
        folder = self.folder / f"{self.check.name}-again-{self.runs}"
        return unit.run(self.exercise, check, program, folder, seed, seeds, hostile)

    def fails_with(self, feature):
        """Does it fail when the runtime is hostile in this way only?"""
        return self._run(self.check, self.build.program, self.seed, SEEDS, feature)

    def sanitized(self):
        """What the sanitizers see; None when the check passes with them."""
        check = dataclasses.replace(self.check, by="sanitizers")
        if not self.build.sanitized.exists():
            return None
        return self._run(check, self.build.sanitized, self.seed, 1, None)

    def endings_with_other_locals(self):
        """How it ends when only the memory of its locals is changed: one way
        when that makes no difference to it, several when it reads junk."""
        tries = [(self.build.program, self.seed + i, "junk") for i in range(SEEDS)]
        if self.build.zeroed:
            tries.append((self.build.zeroed, self.seed, None))
        endings = set()
        for program, seed, hostile in tries:
            found = self._run(self.check, program, seed, 1, hostile)
            endings.add(ending(found) if found else None)
        return endings


def ending(finding):
    """What can be compared of two findings."""
    return finding.symptom, finding.status, finding.output, finding.message
