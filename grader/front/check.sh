#!/bin/sh
# check.sh N: checks exercise N, or SRC in its place. Exit status 0 when it
# passes, 1 when it fails, 2 when it could not be checked.
. grader/front/common.sh

find_exercise "$1"
find_python
build_needs

set -- --exercise="$1"
[ -z "${SRC:-}" ] || set -- "$@" --source="$SRC"
[ -z "${JSON:-}" ] || set -- "$@" --json="$JSON"
[ -z "${SEED:-}" ] || set -- "$@" --seed="$SEED"
exec "$python" -B -m grader check "$@"
