#!/bin/sh
# Runs each program given, one after the other, to the end of the list even
# when one fails. Exit status 0 only if every one of them passed.
status=0
for program in "$@"; do
    echo "== $program"
    "$program" || status=1
done
exit "$status"
