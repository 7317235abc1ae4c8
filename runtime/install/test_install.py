"""make install, and programs that know of Polliwog only what it installed."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PREFIX = "/opt/polliwog"
PRIMES = [n for n in range(2, 101) if all(n % k for k in range(2, n))]
VARIABLES = dict.fromkeys(("MAKEFLAGS", "MFLAGS", "MAKELEVEL"), "")


def run(*command, **settings):
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def make(target, folder):
    run("make", "-s", target, f"PREFIX={PREFIX}", f"DESTDIR={folder}", **VARIABLES)


@pytest.fixture(scope="module", name="root")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("root")
    make("install", folder)
    return folder


def flags(root, *options):
    """What pkg-config says, word by word."""
    where = {
        "PKG_CONFIG_PATH": f"{root}{PREFIX}/lib/pkgconfig",
        "PKG_CONFIG_SYSROOT_DIR": str(root),
    }
    return shlex.split(run("pkg-config", *options, "polliwog", **where))


def pipeline(tmp_path):
    """An example, as somebody else would have written it."""
    text = (ROOT / "runtime/examples/pipeline.c").read_text()
    source = tmp_path / "pipeline.c"
    source.write_text(text.replace('"rt.h"', "<polliwog/rt.h>"))
    return source


def test_c_program_with_the_static_library(root, tmp_path):
    libraries = flags(root, "--static", "--libs")
    libraries[libraries.index("-lpolliwog")] = "-l:libpolliwog.a"
    program = tmp_path / "program"
    source = pipeline(tmp_path)
    run("gcc", *flags(root, "--cflags"), source, *libraries, "-o", program)
    assert list(map(int, run(program).split())) == PRIMES


def test_c_program_with_the_shared_library(root, tmp_path):
    program = tmp_path / "program"
    both = flags(root, "--cflags", "--libs")
    run("gcc", pipeline(tmp_path), *both, "-o", program)
    assert "libpolliwog.so.0" in run("readelf", "-d", program)
    where = f"{root}{PREFIX}/lib"
    assert list(map(int, run(program, LD_LIBRARY_PATH=where).split())) == PRIMES


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++17", "c++20"])
def test_cpp_program(root, tmp_path, compiler, standard):
    if not shutil.which(compiler):
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {compiler} here")
        pytest.skip(f"no {compiler} here")
    program = tmp_path / "program"
    words = [f"-std={standard}", "-Wall", "-Wextra", "-Werror"]
    words += [HERE / "hello.cpp", *flags(root, "--cflags", "--libs")]
    run(compiler, *words, "-o", program)
    where = f"{root}{PREFIX}/lib"
    assert run(program, LD_LIBRARY_PATH=where) == "2 futures in C++\n"


@pytest.mark.parametrize("library", ["libpolliwog.a", "libpolliwog.so"])
def test_library_does_not_say_where_it_was_built(root, library):
    content = (root / PREFIX[1:] / "lib" / library).read_bytes()
    assert str(ROOT).encode() not in content


def test_uninstall_leaves_nothing_of_ours(tmp_path):
    theirs = tmp_path / PREFIX[1:] / "lib/libother.a"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    make("install", tmp_path)
    make("uninstall", tmp_path)
    assert [p for p in tmp_path.rglob("*") if not p.is_dir()] == [theirs]
