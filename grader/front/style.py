"""The habits of CONTRIBUTING.md that no ready-made tool can check.

Each function returns a list of complaints, one line each.
"""

import re
from pathlib import PurePosixPath

from grader.front import sources
from grader.front.course import ROOT

LONGEST_FILE = 400
LONGEST_TEST_FILE = 800
LONGEST_FUNCTION = 60
MOST_COMPLEX = 10

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s+((?:`[^`\s]+\.[ch]`[ ,]*)+)", re.MULTILINE)
NAME = re.compile(r"`([^`]+)`")
# What stands beside the runtime is not in its reading order.
BESIDE = ("tests/", "explore/", "bench/", "examples/")


def long_files():
    files = [path for path, _ in sources.c_files(".c", ".h")]
    files += sources.scripts(".py") + sources.shell_scripts()
    complaints = []
    for path in files:
        lines = sources.read(path).count("\n")
        most = LONGEST_TEST_FILE if "/tests/" in path else LONGEST_FILE
        if lines > most:
            complaints.append(f"{path}: {lines} lines, at most {most}")
    return complaints


def functions(report):
    """Reads what pmccabe reports: complexity ... lines file(line): name."""
    complaints = []
    for line in report.splitlines():
        complexity, _, _, _, lines, where = line.split(None, 5)
        where = where.replace("\t", " ")
        if int(complexity) > MOST_COMPLEX:
            complaints.append(
                f"{where}: complexity {complexity}, at most {MOST_COMPLEX}"
            )
        if int(lines) > LONGEST_FUNCTION:
            complaints.append(f"{where}: {lines} lines, at most {LONGEST_FUNCTION}")
    return complaints


def reading_order(folder):
    """The files that the folder's README lists, from the bottom up."""
    readme = ROOT / folder / "README.md"
    text = readme.read_text() if readme.exists() else ""
    return [name for item in ITEM.findall(text) for name in NAME.findall(item)]


def find_include(folder, path, name):
    """An included file's place in the folder; None if it isn't in there."""
    for base in (PurePosixPath(path).parent, PurePosixPath()):
        if (ROOT / folder / base / name).is_file():
            return str(base / name)
    return None


def complaints_about_order(folder, order):
    place = {path: number for number, path in enumerate(order)}
    for path in order:
        if not (ROOT / folder / path).is_file():
            yield f"{folder}/README.md: lists {path}, which does not exist"
            continue
        for name in INCLUDE.findall(sources.read(f"{folder}/{path}")):
            included = find_include(folder, path, name)
            if included is None:
                continue
            if included not in place:
                yield f"{folder}/{path}: {included} is not listed in README.md"
            elif place[included] > place[path]:
                yield f"{folder}/{path}: includes {included}, listed below it"


def unlisted(folder, order):
    for suffix in (".c", ".h"):
        for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
            name = path.relative_to(ROOT / folder).as_posix()
            if not name.startswith(BESIDE) and name not in order:
                yield f"{folder}/README.md: {name} is not listed"


def include_order():
    """In each folder whose README lists its C files, and in the runtime."""
    complaints = []
    for folder in ("runtime", "visualizer", "grader"):
        order = reading_order(folder)
        if order or folder == "runtime":
            complaints += complaints_about_order(folder, order)
            complaints += unlisted(folder, order)
    return complaints


def stubs():
    """The reader's files start as the untouched ones in grader/stubs/."""
    complaints = []
    for stub in sorted((ROOT / "grader/stubs").glob("*.c")):
        file = ROOT / "exercises" / stub.name
        if not file.is_file() or file.read_bytes() != stub.read_bytes():
            complaints.append(f"exercises/{stub.name} is not grader/stubs/{stub.name}")
    return complaints
