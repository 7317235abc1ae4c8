"""The benchmark itself: that every row runs, and that the table is right.

What is measured here is not looked at: the counts are too small.
"""

import os

import programs
import pytest
import rows
import table
from rows import ROWS, Result

HERE = programs.Programs(os.environ.get("BUILD") or "build")
SMALL = 1000  # operations
BY_NAME = {row.name: row for row in ROWS}


@pytest.mark.parametrize("mode", programs.WORKERS)
@pytest.mark.parametrize("row", [r.program for r in ROWS if r.program != "echo"])
def test_row_runs(row, mode):
    assert programs.measure(HERE.ours, row, mode, SMALL) > 0


@pytest.mark.parametrize("mode", programs.WORKERS)
def test_echo_runs(mode):
    server = [HERE.ours, "echo", programs.WORKERS[mode]]
    rate, cpu_ns = programs.measure_echo(HERE.load, server, mode, milliseconds=50)
    assert rate > 0 and cpu_ns > 0


def test_floor_runs():
    rate, cpu_ns = programs.measure_echo(HERE.load, [HERE.floor], "ct", 50)
    assert rate > 0 and cpu_ns > 0


@pytest.mark.parametrize("command", [["false"], ["sh", "-c", "kill -9 $$"]])
def test_program_that_fails_is_reported(command):
    with pytest.raises(programs.Failure):
        programs.finish(programs.start(command, set(programs.CPUS)))


def test_busy_program_that_sleeps_is_reported(monkeypatch):
    """It would be measured by the processor time that it did not use."""
    monkeypatch.setattr(programs, "MOST_SLEEPS", -1)
    with pytest.raises(programs.Failure, match="slept"):
        programs.measure(HERE.ours, "mutex", "ct", SMALL)


@pytest.mark.parametrize(
    "name, ours, theirs, floor, mark",
    [
        ("mutex", 25, 100, None, rows.OK),
        ("mutex", 26, 100, None, rows.MISSED),
        ("mutex", 101, 100, None, rows.SLOWER),
        ("mutex", 10, None, None, rows.UNKNOWN),
        ("parked", 112.4, 136, None, rows.OK),
        ("parked", 113, 136, None, rows.MISSED),
        ("echo_rate", 99, 98, 100, rows.OK),
        ("echo_rate", 97, 96, 100, rows.MISSED),
        ("echo_rate", 99, 100, 100, rows.SLOWER),
        ("echo_cpu", 3060, 3100, 3000, rows.OK),
        ("echo_cpu", 3061, 3100, 3000, rows.MISSED),
        ("echo_cpu", 3001, 3000, 3000, rows.SLOWER),
    ],
)
def test_mark(name, ours, theirs, floor, mark):
    result = Result(BY_NAME[name], "ct", [ours])
    result.theirs = [theirs] if theirs else []
    result.floor = [floor] if floor else []
    assert result.mark == mark


def test_ratio_is_of_medians_and_spread_of_rounds():
    result = Result(BY_NAME["mutex"], "ct", [10, 20, 90], [40, 40, 60])
    assert result.ratio == 0.5
    assert result.spread == (0.25, 1.5)


def test_table_without_tokio(capsys):
    table.show([Result(BY_NAME["mutex"], "ct", [10])], None, 1)
    shown = capsys.readouterr().out
    assert "mutex, uncontended" in shown and "Tokio is not here" in shown
    assert "0 of 0 not slower" in shown
