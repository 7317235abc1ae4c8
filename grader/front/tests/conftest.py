"""A small course of its own for each test: nothing of the reader's is touched.

The copy holds the front door, the parts of the grader that it imports, two
exercises, and stand-ins for the runtime, the grader and the visualizer.
"""

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("ex1_delayed_hello.c", "ex2_concurrent_tasks.c")
COPIED = (
    "Makefile",
    "grader/__init__.py",
    "grader/exercise.py",
    "visualizer/watch-exercise",
)

PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
    printf("running %s\\n", argc > 1 ? argv[1] : "alone");
    return atoi(STATUS);
}
"""

# Instead of the real grader: fails, passes or gives up as the file says.
GRADER = """
import sys, pathlib
arguments = dict(a[2:].split("=", 1) for a in sys.argv[2:])
source = arguments.get("source", f"exercises/ex{arguments['exercise']}")
print("checking", source, flush=True)
path = pathlib.Path(source)
text = path.read_text() if path.exists() else ""
sys.exit(2 if "give-up" in text else 0 if "pass" in text else 1)
"""

BUILD_MK = """
runtime_library = $(BUILD)/$(1)/libpolliwog.a
$(BUILD)/%/libpolliwog.a:
\tmkdir -p $(@D) && ar rcs $@
"""

ABOUT = """
name = "{name}"
chapter = "chapters/01.md"
hints = ["a nudge", "a push", "nearly there"]
"""


def copy_front_door(root):
    for name in COPIED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(
        ROOT / "grader/front",
        root / "grader/front",
        ignore=shutil.ignore_patterns("tests", "__pycache__"),
    )


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


class Course:
    """The copy, and the means to run make in it."""

    def __init__(self, root):
        self.root = root
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "TERM": "xterm",
        }

    def path(self, name):
        return self.root / name

    def run(self, *command, **more):
        environment = {**self.environment, **more}
        return subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def make(self, *arguments, **more):
        return self.run("make", *arguments, **more)


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "a course"
    copy_front_door(root)
    write(root / "grader/__main__.py", GRADER)
    write(root / "runtime/build.mk", BUILD_MK)
    for number, name in enumerate(NAMES, 1):
        stub = PROGRAM.replace("STATUS", '"70"')
        for folder in ("exercises", "grader/stubs"):
            write(root / folder / name, stub)
        write(root / "solutions" / name, PROGRAM.replace("STATUS", '"0"'))
        write(
            root / f"grader/exercises/ex{number}.toml",
            ABOUT.format(name=name[4:-2]),
        )
    return Course(root)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, course, *command, **more):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(course.root)
            os.execvpe(command[0], command, {**course.environment, **more})

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def read_some(self):
        """False at the end of the output."""
        if not select.select([self.fd], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self.fd, 4096)
        except OSError:  # the other side is closed
            return False
        self.text += data.decode(errors="replace").replace("\r\n", "\n")
        return bool(data)

    def wait_for(self, words, count=1):
        end = time.monotonic() + 30
        while self.text.count(words) < count:
            assert time.monotonic() < end, f"no {words!r} in:\n{self.text}"
            assert self.read_some(), f"ended without {words!r}:\n{self.text}"

    def status(self):
        """Reads to the end, and gives the exit status."""
        end = time.monotonic() + 30
        while self.read_some():
            assert time.monotonic() < end, f"does not end:\n{self.text}"
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def terminal(course):
    return lambda *command, **more: Terminal(course, *command, **more)
