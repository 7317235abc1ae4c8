#!/bin/sh
# run.sh N: builds exercise N, or SRC in its place, with the release library
# and becomes that program. PORT is the program's first argument.
. grader/front/common.sh

find_source "$1"
find_python

program=$BUILD/exercises/ex$1
mkdir -p "$BUILD/exercises"
build_program "$program"

case $program in /*) ;; *) program=./$program ;; esac
exec "$python" -I grader/front/foreground.py "$program" ${PORT:+"$PORT"}
