"""The targets of the Makefile: what they say, and their exit statuses."""

import hashlib
import json

import pytest

STUB = "exercises/ex1_delayed_hello.c"


def note_result(course, passed, number=1):
    text = course.path(STUB).read_bytes()
    result = {
        "passed": passed,
        "score": 100 if passed else 40,
        "max_score": 100,
        "source_sha256": hashlib.sha256(text).hexdigest(),
    }
    state = course.path(".polliwog/progress.json")
    state.parent.mkdir(exist_ok=True)
    state.write_text(json.dumps({f"ex{number}": result}))


# --- exit statuses ---


@pytest.mark.parametrize("options", [(), ("-j2",), ("-s",), ("-k",)])
@pytest.mark.parametrize("text, status", [("pass", 0), ("wrong", 1), ("give-up", 2)])
def test_check_hands_on_the_status(course, text, status, options):
    course.path("mine.c").write_text(text)
    done = course.make("check-ex1", "SRC=mine.c", *options)
    assert done.returncode == status
    assert "checking mine.c" in done.stdout
    if status == 1:
        assert "make:" not in done.stderr  # no "Error 1" below the verdict


def test_dry_run_runs_nothing(course):
    done = course.make("-n", "check-ex1", "SRC=mine.c")
    assert done.returncode == 0
    assert "checking" not in done.stdout


@pytest.mark.parametrize("verb", "check run viz hint solution reset".split())
def test_unknown_exercise(course, verb):
    done = course.make(f"{verb}-ex99")
    assert done.returncode == 2
    assert done.stderr.startswith("polliwog: there is no exercise 99")


def test_no_compiler(course):
    done = course.make("check-ex1", "CC=no-such-cc")
    assert done.returncode == 2
    assert done.stderr.startswith("polliwog: no C compiler ('no-such-cc')")


@pytest.mark.parametrize("status", [0, 1, 2])
def test_run_hands_on_the_status(course, status):
    source = course.path(STUB)
    source.write_text(source.read_text().replace("70", str(status)))
    done = course.make("run-ex1", "PORT=1234")
    assert done.returncode == status
    assert "running 1234" in done.stdout


@pytest.mark.parametrize(
    "source, words",
    [("nowhere.c", "there is no file nowhere.c"), ("runtime", "is not a file")],
)
def test_run_without_a_file(course, source, words):
    done = course.make("run-ex1", f"SRC={source}")
    assert done.returncode == 2
    assert words in done.stderr


def test_run_what_does_not_compile(course):
    course.path("mine.c").write_text("int main(void) { return 0 }")
    done = course.make("run-ex1", "SRC=mine.c")
    assert done.returncode == 2
    assert "mine.c does not compile" in done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "with space.c",
        "do$llar $(shell touch hacked).c",
        "quo'te\".c",
        "semi;touch hacked;.c",
        "`touch hacked`.c",
        "-dash.c",
        "no suffix",
    ],
)
def test_odd_file_names(course, name):
    course.path(name).write_text("int main(void) { return 1; } // pass")
    assert course.make("check-ex1", f"SRC={name}").returncode == 0
    assert course.make("run-ex1", f"SRC={name}").returncode == 1
    assert not course.path("hacked").exists()


# --- hints, solutions ---


def test_hints_come_one_by_one(course):
    said = [course.make("hint-ex1").stdout for _ in range(4)]
    for hint, text in zip(["a nudge", "a push", "nearly there"], said):
        assert hint in text
    assert "a nudge" not in said[1]
    assert "a nudge" in said[3] and "nearly there" in said[3]
    assert "a nudge" in course.make("hint-ex2").stdout


@pytest.mark.parametrize("state", ["", "[]", "{", '{"ex1": {"passed": 1}}'])
def test_solution_stays_closed(course, state):
    course.path(".polliwog").mkdir()
    course.path(".polliwog/progress.json").write_text(state)
    done = course.make("solution-ex1")
    assert done.returncode == 0
    assert "#include" not in done.stdout
    assert "REVEAL=1" in done.stdout


def test_solution_opens(course):
    solution = course.path("solutions/ex1_delayed_hello.c").read_text()
    assert course.make("solution-ex1", "REVEAL=1").stdout == solution
    note_result(course, passed=False)
    assert course.make("solution-ex1").stdout != solution
    note_result(course, passed=True)
    assert course.make("solution-ex1").stdout == solution


# --- reset ---


def test_reset_keeps_the_reader_s_files(course):
    file = course.path(STUB)
    stub = file.read_text()
    for text in ("first try", "second try"):
        file.write_text(text)
        assert course.make("reset-ex1").returncode == 0
        assert file.read_text() == stub
    assert course.path(f"{STUB}.kept-1").read_text() == "first try"
    assert course.path(f"{STUB}.kept-2").read_text() == "second try"


def test_reset_of_an_untouched_file_keeps_nothing(course):
    course.make("reset-ex1")
    assert not list(course.path("exercises").glob("*.kept-*"))


def test_reset_brings_back_a_lost_file(course):
    file = course.path(STUB)
    stub = file.read_text()
    file.unlink()
    assert course.make("reset-ex1").returncode == 0
    assert file.read_text() == stub


def test_reset_that_cannot_write_says_so(course):
    course.path(STUB).unlink()
    course.path("exercises").rename(course.path("elsewhere"))
    done = course.make("reset-ex1")
    assert done.returncode == 2
    assert done.stderr.startswith("polliwog: [Errno 2]")


# --- start and progress ---


def test_start_ends_with_the_next_command(course):
    done = course.make("start")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Next:  make check-ex1"


def test_progress_names_the_next_command(course):
    done = course.make("progress")
    assert "not started" in done.stdout
    assert done.stdout.splitlines()[-1] == "Next:  make check-ex1"


def test_progress_after_a_pass(course):
    file = course.path(STUB)
    file.write_text("mine")
    assert "begun, not checked yet" in course.make("progress").stdout
    note_result(course, passed=False)
    assert "40 of 100 points" in course.make("progress").stdout
    note_result(course, passed=True)
    done = course.make("progress")
    assert "[x]  1" in done.stdout
    assert done.stdout.splitlines()[-1] == "Next:  make check-ex2"
    file.write_text("changed")
    assert "passed, changed since" in course.make("progress").stdout


def test_help_lists_every_target(course):
    text = course.make("help").stdout
    for target in "start test check-exN run-exN viz-exN watch lint".split():
        assert f"make {target} " in text
