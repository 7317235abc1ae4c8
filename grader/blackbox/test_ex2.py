"""Exercise 2 under a clock that runs, twenty times as fast."""

from grader.blackbox.harness import Program


def test_real_clock():
    with Program(clock="scaled:20") as program:
        status, seconds = program.wait("hang", "after 10 s")
        if program.output != "A\nB\nC\n":
            program.fail("wrong-output", "it didn't print A, B and C")
        if status != 0:
            program.fail("?over", f"it ended with status {status}")
        if seconds < 0.15:
            program.fail(
                "too-early",
                f"with a clock twenty times as fast it ended after {seconds:.3f} s",
            )
