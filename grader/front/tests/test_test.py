"""make test: counting what the frameworks print."""

import pytest

from grader.front.test import Counts, counts_of, judge


@pytest.mark.parametrize(
    "line, passed, failed",
    [
        ("100%: Checks: 12, Failures: 0, Errors: 0\n", 12, 0),
        ("50%: Checks: 4, Failures: 1, Errors: 1\n", 2, 2),
        ("3 passed in 0.12s\n", 3, 0),
        ("==== 1 failed, 2 passed, 1 skipped in 1.20s ====\n", 2, 1),
        ("1 failed, 2 errors in 61.20s (0:01:01)\n", 0, 3),
        ("\033[32m\033[1m8 passed\033[0m\033[32m in 0.5s\033[0m\n", 8, 0),
        ("7 passed, 2 failed\n", 7, 2),
        ("no count in here: 3 passed\n", 0, 0),
    ],
)
def test_closing_lines(line, passed, failed):
    assert counts_of([line]) == Counts(passed, failed)


def test_several_programs_add_up():
    lines = ["100%: Checks: 3, Failures: 0, Errors: 0\n"] * 2 + ["4 passed in 1s\n"]
    assert counts_of(lines) == Counts(10, 0)


def test_a_part_s_own_sum_counts_alone():
    lines = ["3 passed in 1s\n", "5 passed, 1 failed\n"]
    assert counts_of(lines) == Counts(5, 1)


def test_a_complaint_of_make_hides_no_count():
    """test-book counted as one failed test when one of 212 had failed."""
    lines = [
        "211 passed, 1 failed\n",
        "make[1]: *** [x.mk:1: test-book] Error 1\n",
        "\n",
    ]
    assert counts_of(lines) == Counts(211, 1)


def test_a_part_without_counts():
    assert judge([], 0) == Counts(1, 0)
    assert judge([], 2) == Counts(0, 1)


def test_a_failing_part_is_never_green():
    assert judge(["3 passed in 1s\n"], 1) == Counts(3, 1)


def test_whole_run(course):
    """The last line is the sum, and the status says whether all passed."""
    makefile = course.path("Makefile")
    rules = "one:\n\t@echo 3 passed in 1s\ntwo:\n\t@echo bad; exit 1\n"
    makefile.write_text(makefile.read_text() + rules)
    good = course.run("grader/front/front.sh", "test", "one")
    assert (good.returncode, good.stdout.splitlines()[-1]) == (0, "3 passed, 0 failed")
    bad = course.run("grader/front/front.sh", "test", "one", "two")
    assert (bad.returncode, bad.stdout.splitlines()[-1]) == (1, "3 passed, 1 failed")


def test_slow_part_is_stopped(course):
    """A part that hangs is one failed test; nothing of it is left behind."""
    makefile = course.path("Makefile")
    makefile.write_text(makefile.read_text() + "slow:\n\tsleep 1234.5\n")
    source = course.path("grader/front/test.py")
    source.write_text(source.read_text().replace("LONGEST_S = 1200", "LONGEST_S = 1"))
    done = course.run("grader/front/front.sh", "test", "slow")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "0 passed, 1 failed")
    assert "took over 1 s" in done.stdout


def test_set_up_that_fails_is_a_failed_test(course):
    course.path("grader/front/set-up.sh").write_text("#!/bin/sh\nexit 1\n")
    done = course.make("test")
    assert (done.returncode, done.stdout) == (1, "0 passed, 1 failed\n")
