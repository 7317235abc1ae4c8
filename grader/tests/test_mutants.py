"""The judges are broken on purpose, one rule at a time: then some wrong answer
must get through, or another name. A rule that nothing misses is no rule."""

import subprocess
import tempfile

import pytest

from grader import build, exercise, unit
from grader.tests.conftest import ROOT

CORPUS = ROOT / "grader" / "corpus"

# A file of the judge, what it says, what it says instead, the check and the
# wrong answer that must now get through.
MUTANTS = {
    "early output is allowed": (
        "unit/check_ex1.c",
        "run->is_over || run->output.size > 0",
        "0",
        ("on-time", 1, "too-early--*.c"),
    ),
    "silent clients may stay": (
        "unit/check_ex4.c",
        "if (!client->is_ended) {",
        "if (0) {",
        ("drops-silent", 4, "keeps-idle-client--first_read_has_no_limit.c"),
    ),
    "connections may stay open": (
        "unit/echo.c",
        "if (!client->is_ended) {",
        "if (0) {",
        ("closes", 3, "never-closed--*.c"),
    ),
    "bytes are not compared": (
        "unit/client.c",
        "if (bytes[i] != byte_at(client, place)) {",
        "if (0) {",
        ("slow-reader", 3, "wrong-output--one_buffer_for_all.c"),
    ),
    "new clients may come after Ctrl-C": (
        "unit/check_ex5.c",
        "if (client_connect(run, &newcomer)) {",
        "if (0) {",
        ("refuses", 5, "still-accepting-after-shutdown--*.c"),
    ),
}


def compile_judge(number, folder, mutated=None, old="", new=""):
    """Compiles the judge of an exercise, with one line changed."""
    copy = folder / "unit"
    copy.mkdir()
    for path in (ROOT / "grader" / "unit").glob("*.[ch]"):
        text = path.read_text()
        if f"unit/{path.name}" == mutated:
            assert text.count(old) >= 1, f"{mutated} has changed: adapt the mutant"
            text = text.replace(old, new)
        (copy / path.name).write_text(text)
    skip = {"asan_exit.c"} | {f"check_ex{n}.c" for n in range(1, 6) if n != number}
    sources = [str(path) for path in copy.glob("*.c") if path.name not in skip]
    judge = folder / "judge"
    command = ["gcc", "-w", "-D_GNU_SOURCE", f"-I{folder}", f"-I{ROOT / 'runtime'}"]
    libraries = subprocess.run(
        ["pkg-config", "--libs", "check"], capture_output=True, text=True
    ).stdout.split() or ["-lcheck"]
    subprocess.run(
        [*command, "-pthread", "-o", judge, *sources, *libraries, "-lutil"], check=True
    )
    return judge


def carry_out(judge, where, monkeypatch):
    name, number, pattern = where
    found = exercise.load(number)
    check = next(check for check in found.checks if check.name == name)
    source = sorted((CORPUS / f"ex{number}" / "wrong").glob(pattern))[0]
    program = build.build(source, source.read_bytes(), ()).program("debug")
    monkeypatch.setattr(unit, "judge_of", lambda _: judge)
    # A short path: the names of sockets have little room.
    with tempfile.TemporaryDirectory() as folder:
        return unit.run(found, check, program, folder, 1)


@pytest.mark.parametrize("what", MUTANTS)
def test_mutant_is_noticed(what, tmp_path, monkeypatch):
    path, old, new, where = MUTANTS[what]
    sound, broken = tmp_path / "sound", tmp_path / "broken"
    sound.mkdir()
    broken.mkdir()
    judge = compile_judge(where[1], sound)
    assert carry_out(judge, where, monkeypatch)
    judge = compile_judge(where[1], broken, path, old, new)
    assert not carry_out(judge, where, monkeypatch)
