"""make lint: the style checks of CONTRIBUTING.md.

A tool that is missing is named and skipped; with CI=true it counts as failed,
because there everything is installed.
"""

import concurrent.futures
import dataclasses
import os
import re
import shutil
import subprocess
import sys
import time
from typing import Callable

from grader.front import sources, style
from grader.front.course import ROOT

IN_CI = os.environ.get("CI") == "true"
C_FLAGS = [
    *os.environ.get("CSTD", "-std=gnu11").split(),
    *os.environ.get("WARNINGS", "-Wall -Wextra").split(),
    "-Werror",
]
CLANG_FLAGS = ["-DRT_DEBUG", "-Wno-unknown-warning-option"]
TIDY_FLAGS = ["-std=gnu11", *CLANG_FLAGS]


def run(command):
    """What the command complained about; empty if it was content."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == 0:
        return ""
    return done.stdout or f"{command[0]}: exit status {done.returncode}\n"


def run_all(commands):
    """Runs them side by side; the complaints come in order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return "".join(pool.map(run, commands))


def gcc():
    return run_all(
        ["gcc", *C_FLAGS, "-O2", *flags, "-c", "-o", os.devnull, path]
        for path, flags in sources.c_files(".c")
    )


def clang():
    """With RT_DEBUG, so that both ways through the #ifs are seen by one."""
    return run_all(
        ["clang", *C_FLAGS, *CLANG_FLAGS, *flags, "-fsyntax-only", path]
        for path, flags in sources.c_files(".c")
    )


def headers_alone():
    return run_all(
        ["gcc", *C_FLAGS, *flags, "-fsyntax-only", "-include", path, "-xc", os.devnull]
        for path, flags in sources.c_files(".h")
    )


def analyzer():
    return run_all(
        ["gcc", "-std=gnu11", "-fanalyzer", "-Werror", "-O1", *flags]
        + ["-c", "-o", os.devnull, path]
        for path, flags in sources.c_files(".c", lenient=False)
        if path.startswith("runtime/") and "/tests/" not in path
    )


def clang_format():
    files = [path for path, _ in sources.c_files(".c", ".h")]
    return run(["clang-format", "--dry-run", "-Werror", *files])


def clang_tidy():
    complaints = run_all(
        ["clang-tidy", "--quiet", path, "--", *TIDY_FLAGS, *flags]
        for path, flags in sources.c_files(".c", lenient=False)
        if "/tests/" not in path
    )
    return re.sub(r"^\d+ warnings? generated\.\n", "", complaints, flags=re.MULTILINE)


def cppcheck():
    """It can't parse some uses of RT_AWAIT, and skips those functions. It takes
    the sizeof in RT_SPAWN for a mistake, and thinks that what a callback returns
    holds on to what the callback was given."""
    files = [path for path, _ in sources.c_files(".c", lenient=False)]
    return run(
        ["cppcheck", "--quiet", "--error-exitcode=1", "--std=c11", "--force"]
        + ["--enable=warning,portability", "--inline-suppr", f"-j{os.cpu_count()}"]
        + ["--suppress=missingIncludeSystem", "--suppress=internalAstError"]
        + ["--suppress=sizeofFunctionCall", "--suppress=returnDanglingLifetime"]
        + ["-Iruntime", "-Ivisualizer", "-Igrader", *files]
    )


def pmccabe():
    """It loses its way in headers; clang-tidy measures the functions there."""
    files = [path for path, _ in sources.c_files(".c")]
    done = subprocess.run(
        ["pmccabe", *files], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "\n".join(style.functions(done.stdout))


def codespell():
    files = [path for path, _ in sources.c_files(".c", ".h")]
    files += sources.scripts(".py") + sources.shell_scripts() + sources.prose()
    return run(["codespell", "--ignore-words-list=nd,crate", *files])


def shellcheck():
    return run(["shellcheck", "-x", *sources.shell_scripts()])


def flake8():
    options = ["--max-line-length=88", "--extend-ignore=E203"]
    return run(["flake8", *options, *sources.scripts(".py")])


def black():
    return run(["black", "--check", "--quiet", "--diff", *sources.scripts(".py")])


def lines_of(complain):
    return lambda: "\n".join(complain())


@dataclasses.dataclass(frozen=True)
class Lint:
    name: str
    find: Callable[[], str]  # returns the complaints
    tool: str = ""


LINTS = (
    Lint("file length", lines_of(style.long_files)),
    Lint("include order", lines_of(style.include_order)),
    Lint("gcc warnings", gcc, "gcc"),
    Lint("clang warnings", clang, "clang"),
    Lint("headers alone", headers_alone, "gcc"),
    Lint("gcc -fanalyzer", analyzer, "gcc"),
    Lint("clang-format", clang_format, "clang-format"),
    Lint("clang-tidy", clang_tidy, "clang-tidy"),
    Lint("cppcheck", cppcheck, "cppcheck"),
    Lint("function size", pmccabe, "pmccabe"),
    Lint("codespell", codespell, "codespell"),
    Lint("shellcheck", shellcheck, "shellcheck"),
    Lint("flake8", flake8, "flake8"),
    Lint("black", black, "black"),
)
# In a reader's copy the exercises are no longer the untouched ones.
CI_LINTS = (Lint("untouched exercises", lines_of(style.stubs)),)


def check(lint):
    """True when it passed, False when it failed, None when it was skipped."""
    if lint.tool and not shutil.which(lint.tool):
        print(f"  {'FAIL' if IN_CI else 'skip'}  {lint.name}: no {lint.tool} here")
        return False if IN_CI else None
    started = time.monotonic()
    complaints = lint.find().rstrip()
    word = "FAIL" if complaints else "ok  "
    print(f"  {word}  {lint.name} ({time.monotonic() - started:.1f} s)")
    if complaints:
        print(complaints)
    return not complaints


def main(*names):
    lints = LINTS + (CI_LINTS if IN_CI else ())
    if names:
        lints = [lint for lint in lints if {lint.name, lint.tool} & set(names)]
    results = []
    for lint in lints:
        results.append(check(lint))
        sys.stdout.flush()
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 1 if False in results else 0
