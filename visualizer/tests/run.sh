#!/bin/sh
# Runs all tests of the visualizer, to the end even when one fails.
. grader/front/common.sh

find_python
status=0
"$BUILD/visualizer/unit-tests" || status=1
"$BUILD/visualizer/fuzz" || status=1
"$python" -B -m pytest -q -p no:cacheprovider visualizer/tests || status=1
exit "$status"
