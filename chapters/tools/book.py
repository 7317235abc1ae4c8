"""Keeps the chapters true: every listing and every output is a real one.

    book.py refresh   puts fresh listings and outputs into the chapters
    book.py check     fails when something in a chapter is stale

A chapter asks for them between comments, which readers do not see:

    <!-- listing: chapters/code/tea.c poll -->
    <!-- output: RT_CLOCK=paused tea -->
    <!-- output [measured]: cost_of_threads -->
    <!-- narration [from=/poll 2/ to=/ready/]: RT_CLOCK=paused tea -->

COURSE.md asks for the table of the grader's diagnoses:

    <!-- diagnoses: grader/exercises/diagnoses.toml -->

Each of them is closed by <!-- end -->. See chapters/README.md.
"""

import os
import re
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import contents
import diagnoses
import links
import listings
import programs
import test_tools

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
BLOCK = re.compile(
    r"^<!-- (listing|output|narration|diagnoses)(?: \[(.*?)\])?: (.*?) -->\n"
    r"(.*?)^<!-- end -->",
    re.S | re.M,
)


class Block:
    """One listing or output in a chapter, and what it should be."""

    def __init__(self, chapter, match):
        self.chapter = chapter
        self.kind, options, self.what, self.body = match.groups()
        self.options = options or ""
        self.text = match.group()
        self.opening = self.text.split("\n", 1)[0]

    def fresh(self):
        """The body as it should be, ending in a newline."""
        if self.kind == "listing":
            name, listing = self.what.split()
            link = os.path.relpath(ROOT / name, self.chapter.parent)
            code = listings.cut(ROOT / name, listing)
            return f"From [{name}]({link}):\n\n```c\n{code}\n```\n"
        if self.kind == "diagnoses":
            return diagnoses.table(ROOT / self.what, ROOT)
        return f"```console\n{self._printed()}\n```\n"

    def _printed(self):
        run = programs.Run(self.what, BUILD)
        if self.kind == "output":
            return run.transcript()
        first, last = (
            re.search(rf"{key}=/(.*?)/", self.options) for key in ("from", "to")
        )
        *prompts, story = run.narration()
        story = programs.excerpt(
            story, first and first.group(1), last and last.group(1)
        )
        return "\n".join(prompts + [story])

    def is_stale(self, fresh):
        """True if the body is not the fresh one, up to measured numbers."""
        if "measured" in self.options:
            bare = programs.without_numbers
            return bare(self.body) != bare(fresh)
        return self.body != fresh


def chapters():
    """The chapters, in order."""
    return sorted((ROOT / "chapters").glob("[0-9]*.md"))


def pages():
    """Every Markdown page of the book."""
    return chapters() + [ROOT / "COURSE.md", ROOT / "chapters" / "README.md"]


def blocks_of(chapter):
    """The listings and outputs of a chapter."""
    return [Block(chapter, match) for match in BLOCK.finditer(chapter.read_text())]


def fresh_or_error(block):
    """The fresh body and no error, or none and the reason."""
    try:
        return block.fresh(), None
    except (
        listings.NoSuchListing,
        OSError,
        ValueError,
        subprocess.TimeoutExpired,
    ) as error:
        return None, str(error)


def refreshed(block):
    """The whole block with a fresh body; the old one when there is none."""
    fresh, error = fresh_or_error(block)
    if error:
        print(f"{block.chapter.name}: {block.opening}: {error}")
    elif block.is_stale(fresh):
        print(f"{block.chapter.name}: refreshed {block.kind} of {block.what}")
    else:
        return block.text
    return f"{block.opening}\n{block.body if error else fresh}<!-- end -->"


def refresh():
    """Writes every page with fresh bodies, and says what is still wrong."""
    for page in pages():
        page.write_text(
            BLOCK.sub(lambda match: refreshed(Block(page, match)), page.read_text())
        )
    return check()


def check_block(block):
    """None, or what is wrong with it."""
    fresh, error = fresh_or_error(block)
    if error or block.is_stale(fresh):
        # Somebody else may have had the port for a moment.
        fresh, error = fresh_or_error(block)
    where = f"{block.chapter.name}: {block.kind} of {block.what}"
    if error:
        return f"{where}: {error}"
    if block.is_stale(fresh):
        return f"{where} is stale (make book refreshes it); it is now:\n{fresh}"
    return None


def check_page(page):
    """None, or the links of the page that lead nowhere."""
    bad = links.broken(page, page.read_text())
    return f"{page.name}: broken links: {', '.join(bad)}" if bad else None


def compilers():
    """The compiler in use, and clang where there is one."""
    found = [os.environ.get("CC", "gcc"), "clang"]
    return [name for name in dict.fromkeys(found) if _exists(name)]


def _exists(program):
    return subprocess.run(["which", program], capture_output=True).returncode == 0


def check_source(source):
    """None, or the warnings that a program gives, or its length."""
    if len(source.read_text().splitlines()) > contents.LONGEST_PROGRAM:
        return f"{source.name} is longer than {contents.LONGEST_PROGRAM} lines"
    flags = os.environ.get("BOOK_FLAGS", "-std=gnu11 -Wall -Wextra").split()
    for compiler in compilers():
        done = subprocess.run(
            [compiler, *flags, "-Werror", "-DRT_DEBUG", "-Iruntime"]
            + ["-fsyntax-only", str(source.relative_to(ROOT))],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            return f"{source.name}: {compiler}: {done.stderr}"
    return None


def check_tools(case):
    """None, or why a test of the tools themselves failed."""
    result = unittest.TestResult()
    case.run(result)
    return "".join(report for _, report in result.failures + result.errors) or None


def tests_of_tools():
    """The test cases of test_tools.py."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(test_tools)
    return [case for cases in suite for case in cases]


def check():
    """Checks everything; prints what fails, and how many passed."""
    jobs = [(check_tools, case) for case in tests_of_tools()]
    jobs += [(check_block, block) for page in pages() for block in blocks_of(page)]
    jobs += [(check_page, page) for page in pages()]
    jobs += [(contents.check_chapter, page) for page in chapters()]
    jobs += [(contents.check_heading, wanted) for wanted in contents.promised(ROOT)]
    sources = sorted((ROOT / "chapters" / "code").glob("*.c"))
    jobs += [(check_source, source) for source in sources]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda job: job[0](job[1]), jobs))
    failures = [result for result in results if result]
    for failure in failures:
        print(f"FAIL {failure}")
    print(f"{len(results) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


def main():
    actions = {"refresh": refresh, "check": check}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        print(__doc__)
        return 2
    return actions[sys.argv[1]]()


if __name__ == "__main__":
    sys.exit(main())
