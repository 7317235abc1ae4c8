#!/bin/sh
# run.sh N: builds exercise N, or SRC in its place, with the release library
# and becomes that program. PORT is the program's first argument.
. grader/front/common.sh

find_source "$1"
find_python
build_needs

program=$BUILD/exercises/ex$1
mkdir -p "$BUILD/exercises"
# shellcheck disable=SC2086  # lists of options
$CC ${CSTD:--std=gnu11} -Wall -Wextra -O2 -g -Iruntime -pthread \
    -o "$program" -x c "$source" -x none "$BUILD/release/libpolliwog.a" ||
    give_up "$source does not compile; see above"

case $program in /*) ;; *) program=./$program ;; esac
exec "$python" -I grader/front/foreground.py "$program" ${PORT:+"$PORT"}
