#!/bin/sh
# front.sh NAME [ARGUMENT...]: runs one of the front door's Python programs.
. grader/front/common.sh

find_python
exec "$python" -B -m grader.front "$@"
