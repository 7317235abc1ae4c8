"""The report on a terminal: what passed, what failed and why, what is next."""

import os
import shutil
import sys
import textwrap

WIDTH_MOST = 100
WIDTH_LEAST = 40

GREEN, RED, BOLD, DIM = "32", "31", "1", "2"


def clean(text):
    """Text of a submission, made harmless: control characters become visible."""
    return "".join(
        char if char in "\n\t" or char.isprintable() else f"\\x{ord(char):02x}"
        for char in text
    )


class Report:
    def __init__(self, stream):
        self.stream = stream
        self.has_colour = stream.isatty() and not os.environ.get("NO_COLOR")
        columns = shutil.get_terminal_size((80, 24)).columns
        self.width = max(WIDTH_LEAST, min(columns, WIDTH_MOST))
        encoding = (stream.encoding or "").lower().replace("-", "")
        is_unicode = encoding == "utf8"
        self.marks = "✓✗-" if is_unicode else "+x-"

    def paint(self, text, colour):
        return f"\033[{colour}m{text}\033[0m" if self.has_colour else text

    def line(self, text=""):
        encoding = self.stream.encoding or "ascii"
        text = text.encode(encoding, "replace").decode(encoding)
        self.stream.write(text + "\n")

    def wrap(self, text, indent):
        """Paragraphs; lines that are indented stay as they are."""
        for paragraph in clean(text).split("\n"):
            if not paragraph.strip():
                continue
            lines = textwrap.wrap(
                paragraph,
                self.width - len(indent),
                break_long_words=True,
                drop_whitespace=not paragraph.startswith(" "),
            )
            for part in lines:
                self.line(indent + part)

    def check(self, check):
        points = f"{check.score:3}/{check.max_score}"
        if check.waits_for:
            mark, colour = self.marks[2], DIM
        elif check.passed:
            mark, colour = self.marks[0], GREEN
        else:
            mark, colour = self.marks[1], RED
        title = check.title
        if check.waits_for:
            title += f" (skipped: needs '{check.waits_for}')"
        lines = textwrap.wrap(title, self.width - 14) or [""]
        self.line(self.paint(f"  {mark} {points:>6}  {lines[0]}", colour))
        for rest in lines[1:]:
            self.line(self.paint(f"            {rest}", colour))

    def failure(self, check, exercise, result):
        failure = check.failure
        about = exercise.diagnoses.get(failure.diagnosis, {})
        self.line()
        self.line(self.paint(f"{check.name}: {failure.diagnosis}", BOLD))
        if about.get("says"):
            self.wrap(about["says"], "  ")
        self.wrap(failure.message, "  ")
        if about.get("section"):
            self.wrap(f"Read: {about['chapter']}, \"{about['section']}\"", "  ")
        if failure.seed is not None and check.name.startswith("hostile"):
            command = f"make check-ex{result.exercise} SEED={failure.seed}"
            self.wrap(f"Again with this seed: {command}", "  ")
        if failure.trace:
            self.wrap(f"See it: make viz TRACE={failure.trace}", "  ")

    def next_step(self, result, exercise):
        number = result.exercise
        if not result.passed:
            return f"A hint: make hint-ex{number}    Watch it: make viz-ex{number}"
        if os.path.realpath(result.source) == os.path.realpath(exercise.file):
            return (
                f"Well done! Compare: make solution-ex{number}    Next: make progress"
            )
        return "Well done!"


def show(result, exercise, stream=sys.stdout):
    """Writes the whole report of a result."""
    report = Report(stream)
    name = clean(result.source)
    report.line(report.paint(f"Exercise {exercise.number}: {exercise.title}", BOLD))
    report.wrap(name, "")
    for note in result.notes:
        report.wrap(f"Note: {note}", "")
    report.line()
    for check in result.checks:
        report.check(check)
    for check in result.checks:
        if not check.passed and not check.waits_for:
            report.failure(check, exercise, result)
    if result.advice:
        report.line()
        report.line("The compiler's advice:")
        for line in result.advice[:5]:
            report.wrap(line, "  ")
    report.line()
    report.line(f"Score: {result.score} of {result.max_score}")
    report.line(report.next_step(result, exercise))
    passed = sum(check.passed for check in result.checks)
    report.line(f"{passed} passed, {len(result.checks) - passed} failed")
