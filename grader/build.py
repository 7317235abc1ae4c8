"""Building: from a submission to programs, in a jail.

The plain program is compiled without optimization, so that a local variable
that should have been in the frame really is lost; the other one carries
AddressSanitizer and UndefinedBehaviorSanitizer. A third one, for experiments,
has zeros in its locals at the start of each poll. All are kept in build/ under
a hash of what went into them. Results never are.
"""

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import tempfile
import time
from pathlib import Path

from grader import sandbox, symbols
from grader.exercise import ROOT
from grader.result import Failure

BUILD = Path(os.environ.get("BUILD") or ROOT / "build")
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD
RUNTIME = ROOT / "runtime"
ASAN_EXIT = ROOT / "grader" / "unit" / "asan_exit.c"

KEEP = 60  # programs in the cache
IN_USE_SECONDS = 300  # no check takes as long
SHOWN_LINES = 12  # of a compiler's output

COMMON = ["-g", "-DRT_DEBUG", "-pthread"]
# In GCC's words: a function, and a variable that may be used before it is set.
LOST = re.compile(
    r"In function .(\w+).:\n[^\n]*warning: .(\w+). may be used uninitialized"
)
VARIANTS = {
    "debug": ["-O0"],
    "zeroed": ["-O0", "-ftrivial-auto-var-init=zero"],
    "asan": [
        "-O1",
        "-fno-omit-frame-pointer",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=undefined",
    ],
}


@contextlib.contextmanager
def _alone_in(folder):
    """Other checks of the same submission wait until we are done here."""
    with open(folder / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclasses.dataclass(frozen=True)
class Build:
    folder: Path
    name: str  # of the source file in folder
    advice: list  # the compiler's warnings
    failure: Failure | None
    calls: frozenset  # functions of others that the submission calls

    def program(self, variant):
        """The path of one variant, made when it is first wanted; None when
        the compiler can't make it."""
        path = self.folder / variant
        with _alone_in(self.folder):
            if not path.exists() and _compile(variant, self.name, self.folder)[0]:
                _link(variant, self.folder)
            return path if path.exists() else None

    def lost_local(self):
        """The name of a local variable that is set before an await and used
        after it, if the compiler sees one: with the jump of RT_BEGIN in mind,
        nothing sets it. Or None."""
        command = [
            *(*compiler(), "-std=gnu11", "-O1", "-Wmaybe-uninitialized"),
            *COMMON,
            *("-fdiagnostics-color=never", "-I", str(RUNTIME)),
            *("-x", "c", "-c", "-o", "lost.o", f"./{self.name}"),
        ]
        with _alone_in(self.folder):
            output = sandbox.run_tool(command, self.folder, [str(RUNTIME)])[1]
        text = (self.folder / self.name).read_text(errors="replace")
        for function, local in LOST.findall(output):
            body = re.search(rf"\b{function}\([^;]*?\)\s*\{{.*?\n\}}", text, re.DOTALL)
            if body and "RT_AWAIT" in body[0]:
                return local
        return None


def compiler():
    return shlex.split(os.environ.get("CC") or "gcc")


def _flags():
    standard = os.environ.get("CSTD") or "-std=gnu11"
    warnings = os.environ.get("WARNINGS") or "-Wall -Wextra"
    return [standard, *warnings.split()]


def library(variant):
    return BUILD / ("asan" if variant == "asan" else "debug") / "libpolliwog.a"


def _key(source, text, functions):
    digest = hashlib.sha256()
    for part in (
        source.name.encode(),
        text,
        repr((compiler(), _flags(), VARIANTS, functions)).encode(),
        library("debug").read_bytes(),
        library("asan").read_bytes(),
        Path(symbols.__file__).read_bytes(),
        ASAN_EXIT.read_bytes(),
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:32]


def _first_lines(output):
    lines = output.splitlines()
    if len(lines) > SHOWN_LINES:
        lines = lines[:SHOWN_LINES] + ["..."]
    return "\n".join(lines)


def _compile(variant, name, folder):
    """Returns (object file or None, compiler's output)."""
    made = f"{variant}.o"
    command = [
        *compiler(),
        *(_flags() if variant == "debug" else ["-w", "-std=gnu11"]),
        *COMMON,
        *VARIANTS[variant],
        *("-fdiagnostics-color=never", "-fmax-errors=5"),
        *("-I", str(RUNTIME), "-x", "c", "-c", "-o", made, f"./{name}"),
    ]
    status, output = sandbox.run_tool(command, folder, [str(RUNTIME)])
    if status is None:
        output = f"{name}: the compiler was stopped after 10 s"
    return (made if status == 0 else None), output.replace(f"./{name}", name)


def _link(variant, folder):
    """Returns an error message, or None. The program gets its name only when
    it is complete."""
    objects = [f"{variant}.o"]
    readable = [str(library(variant))]
    if variant == "asan":
        objects.append(str(ASAN_EXIT))
        readable.append(str(ASAN_EXIT))
    command = [
        *compiler(),
        *COMMON,
        *VARIANTS[variant],
        *("-o", f"{variant}.new", *objects, str(library(variant))),
    ]
    status, output = sandbox.run_tool(command, folder, readable)
    if status != 0:
        return output
    (folder / f"{variant}.new").rename(folder / variant)
    return None


def _link_failure(output):
    if "undefined reference to `main'" in output:
        return Failure(
            "not-implemented",
            "there is no main function: has RT_MAIN(...) at the end of the "
            "file been lost?",
        )
    return Failure("compile-error", "the program can't be linked:\n" + output)


def _build(source, text, functions, folder):
    """Builds the plain program in folder. Returns what is to be remembered."""
    name = source.name
    failure = symbols.judge_text(text)
    if failure:
        return {"failure": failure, "advice": [], "calls": []}
    (folder / name).write_bytes(text)
    made, output = _compile("debug", name, folder)
    if not made:
        failure = Failure(
            "compile-error", "it doesn't compile:\n" + _first_lines(output)
        )
        return {"failure": failure, "advice": [], "calls": []}
    found = symbols.look(folder / made, folder)
    failure = symbols.judge(found, text, functions, library("debug"))
    error = None if failure else _link("debug", folder)
    if error:
        failure = _link_failure(_first_lines(error))
    advice = [line for line in output.splitlines() if "warning:" in line]
    return {"failure": failure, "advice": advice, "calls": sorted(found.calls)}


def _idle_seconds(path):
    """Since its last use; 0 when another check has just taken it away."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0


def _prune(cache):
    """Removes what was used longest ago, but nothing that may be in use."""
    oldest_last = sorted((_idle_seconds(path), path) for path in cache.iterdir())
    for idle, path in oldest_last[KEEP:]:
        if idle > IN_USE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _make(source, text, functions, place):
    place.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="new-", dir=place.parent))
    try:
        about = _build(source, text, functions, folder)
        if about["failure"]:
            about["failure"] = dataclasses.asdict(about["failure"])
        (folder / "about.json").write_text(json.dumps(about))
        folder.rename(place)
    except OSError:
        if not place.exists():  # else another check was quicker
            raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _prune(place.parent)


def build(source, text, functions):
    """Builds the submission of these bytes. What is wrong with it is in
    the failure of the Build that is returned."""
    place = BUILD / "grader" / "cache" / _key(source, text, functions)
    if not place.exists():
        _make(source, text, functions, place)
    os.utime(place)  # used just now: to be pruned last
    about = json.loads((place / "about.json").read_text())
    failure = Failure(**about["failure"]) if about["failure"] else None
    return Build(
        place, source.name, about["advice"], failure, frozenset(about["calls"])
    )
