"""make lint: the checks that are our own must find what they are for."""

import os

import pytest

from grader.front import style


def write(course, files):
    for name, text in files.items():
        path = course.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def folder(course, monkeypatch):
    monkeypatch.setattr(style, "ROOT", course.root)
    monkeypatch.setattr(style.sources, "ROOT", course.root)
    write(
        course,
        {
            "runtime/README.md": "1. `base/a.h` `base/a.c` the ground\n2. `b.h`\n",
            "runtime/base/a.h": "",
            "runtime/base/a.c": '#include "a.h"\n#include <stdio.h>\n',
            "runtime/b.h": '#include "base/a.h"\n',
        },
    )
    return course


def test_order_that_holds(folder):
    assert style.include_order() == []


@pytest.mark.parametrize(
    "files, complaint",
    [
        ({"runtime/base/a.h": '#include "b.h"\n'}, "listed below it"),
        ({"runtime/base/c.h": ""}, "base/c.h is not listed"),
        (
            {"runtime/base/c.h": "", "runtime/b.h": '#include "base/c.h"\n'},
            "runtime/b.h: base/c.h is not listed",
        ),
        ({"runtime/README.md": "1. `gone.h`\n"}, "lists gone.h"),
    ],
)
def test_order_that_is_broken(folder, files, complaint):
    write(folder, files)
    assert any(complaint in line for line in style.include_order())


def test_long_file(folder):
    write(folder, {"runtime/base/a.c": "\n" * 401, "runtime/base/a.h": "\n" * 400})
    assert style.long_files() == ["runtime/base/a.c: 401 lines, at most 400"]


def test_function_limits():
    fits = "10\t10\t20\t5\t60\ta.c(5): fits"
    assert style.functions(fits) == []
    assert "complexity 11" in style.functions(fits.replace("10", "11"))[0]
    assert "61 lines" in style.functions(fits.replace("60", "61"))[0]


def test_stubs_differ(folder):
    assert style.stubs() == []
    folder.path("exercises/ex1_delayed_hello.c").write_text("solved")
    assert len(style.stubs()) == 1


@pytest.mark.parametrize("ci, word, status", [("", "skip", 0), ("true", "FAIL", 1)])
def test_missing_tool(course, ci, word, status):
    """Skipped on a reader's machine, required where everything is installed."""
    tools = course.path("bin")
    tools.mkdir()
    for tool in "sh dirname awk".split():
        (tools / tool).symlink_to(f"/usr/bin/{tool}")
    done = course.run(
        "grader/front/front.sh", "lint", "pmccabe", PATH=str(tools), CI=ci
    )
    assert done.returncode == status
    assert f"{word}  function size: no pmccabe here" in done.stdout


def test_broken_c_is_found(course):
    if not os.path.exists("/usr/bin/gcc"):
        pytest.skip("no gcc here")
    write(course, {"runtime/a.c": "int f() {}\n"})
    done = course.run("grader/front/front.sh", "lint", "gcc warnings")
    assert done.returncode == 1
    assert "FAIL  gcc warnings" in done.stdout
