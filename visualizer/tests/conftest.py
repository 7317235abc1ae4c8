"""What the tests of the visualizer share."""

import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

BUILD = os.environ.get("BUILD", "build")
VIZ = os.path.abspath(f"{BUILD}/visualizer/polliwog-viz")
ASAN_VIZ = os.path.abspath(f"{BUILD}/visualizer/asan/polliwog-viz")


def run(*arguments, **options):
    """Runs the visualizer with its output in pipes."""
    return subprocess.run(
        [VIZ, *map(str, arguments)],
        capture_output=True,
        timeout=60,
        check=False,
        **options,
    )


@pytest.fixture
def viz():
    return run
