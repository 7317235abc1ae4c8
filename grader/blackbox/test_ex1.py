"""Exercise 1 under a clock that runs, ten times as fast."""

from grader.blackbox.harness import Program


def test_real_clock():
    with Program(clock="scaled:10") as program:
        status, seconds = program.wait("hang", "after 10 s")
        if program.output != "Hello, async world!\n":
            program.fail("wrong-output", "it printed something else")
        if status != 0:
            program.fail("?over", f"it ended with status {status}")
        if seconds < 0.1:
            program.fail(
                "too-early",
                f"with a clock ten times as fast it ended after {seconds:.3f} s",
            )
