"""Runs the programs of chapters/code and says what they printed."""

import os
import re
import shlex
import subprocess
import tempfile
import threading
from pathlib import Path

LIMIT_S = 10
NARRATOR = "visualizer/polliwog-viz"

# Several programs listen on the same port.
one_at_a_time = threading.Lock()


class Run:
    """One command as a chapter writes it: VARIABLE=value program argument."""

    def __init__(self, command, build):
        words = shlex.split(command)
        self.settings = []
        while "=" in words[0]:
            self.settings.append(words.pop(0))
        self.patience = []
        if words[0] == "timeout":
            self.patience = words[:2]
            words = words[2:]
        self.program = words[0]
        self.arguments = words[1:]
        self.build = Path(build)

    def transcript(self):
        """The command and what it printed, as a terminal would show it."""
        with tempfile.TemporaryDirectory() as folder:
            status, text = self._run(folder, self.settings)
        lines = [self._prompt(self.settings), text.rstrip("\n")]
        if status:
            lines += ["$ echo $?", str(status)]
        return "\n".join(line for line in lines if line)

    def narration(self):
        """The story of the run, as the visualizer tells it without a screen."""
        trace = f"{self.program}.trace"
        settings = self.settings + [f"RT_TRACE={trace}"]
        viewer = self.build / NARRATOR
        with tempfile.TemporaryDirectory() as folder:
            self._run(folder, settings)
            told = subprocess.run(
                [viewer.resolve(), "--plain", trace],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LIMIT_S,
            )
        if told.returncode:
            raise ValueError(f"{NARRATOR} --plain: {told.stdout}")
        prompt = self._prompt(settings)
        return prompt, f"$ build/{NARRATOR} --plain {trace}", told.stdout

    def _prompt(self, settings):
        program = f"build/chapters/{self.program}"
        return "$ " + " ".join(settings + self.patience + [program] + self.arguments)

    def _run(self, folder, settings):
        program = (self.build / "chapters" / self.program).resolve()
        environment = {
            key: value for key, value in os.environ.items() if key[:3] != "RT_"
        }
        environment.update(setting.split("=", 1) for setting in settings)
        with one_at_a_time:
            done = subprocess.run(
                self.patience + [program] + self.arguments,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=LIMIT_S,
            )
        status = done.returncode
        return (128 - status if status < 0 else status), done.stdout


def excerpt(text, first, last):
    """The lines from the one that matches first to the next that matches last."""
    lines = text.splitlines()
    start = _match(lines, first, 0) if first else 0
    stop = _match(lines, last, start) + 1 if last else len(lines)
    return "\n".join(
        (["..."] if start else [])
        + lines[start:stop]
        + (["..."] if stop < len(lines) else [])
    )


def _match(lines, pattern, start):
    for number in range(start, len(lines)):
        if re.search(pattern, lines[number]):
            return number
    raise ValueError(f"nothing printed matches '{pattern}'")


def without_numbers(text):
    """What is the same in two measurements: all but the digits and blanks."""
    return re.sub(r" *[\d][\d.,]*", " #", text)
