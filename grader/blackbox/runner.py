"""Runs pytest inside this process and passes on what it finds."""

import dataclasses
import json
import os
import sys
from pathlib import Path


def load():
    """Imports pytest, which takes most of the time. Returns the function that
    runs the tests of an exercise."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # What pytest prints is not for the reader.
    silence = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(silence, fd)

    import pytest

    from grader.blackbox import harness

    class Recorder:
        """A plugin: one record for each test."""

        def __init__(self, records):
            self.records = records

        def send(self, record):
            self.records.write(json.dumps(record) + "\n")
            self.records.flush()

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(self, item, call):
            yield
            name = item.originalname.removeprefix("test_").replace("_", "-")
            problem = call.excinfo
            if call.when == "call" and not problem:
                self.send({"check": name, "finding": None})
            elif problem and problem.errisinstance(harness.Failed):
                finding = dataclasses.asdict(problem.value.finding)
                # What failed once will hardly take long and then pass.
                harness.place.patience = harness.LESS_PATIENCE
                self.send({"check": name, "finding": finding})
            elif problem:
                self.send({"problem": str(problem.getrepr())})

    def run(number, names, records):
        test = Path(__file__).parent / f"test_ex{number}.py"
        arguments = ["-q", "-c", os.devnull, "--rootdir", str(test.parent)]
        arguments += [
            "-p",
            "no:cacheprovider",
            "--assert=plain",
            "--import-mode=append",
        ]
        for name in names:
            arguments.append(f"{test}::test_{name.replace('-', '_')}")
        pytest.main(arguments, plugins=[Recorder(records)])

    sys.dont_write_bytecode = True
    return run
