#!/bin/sh
# check-calls.sh LIBRARY: does the list of calls beside this script have all
# that the library asks of the system? Prints a closing line as Check does.
list=$(dirname "$0")/calls

# Before the bar of a line stands its call; a line without one is all names.
known() {
    sed -e 's/#.*//' -e 's/|.*//' "$list" | tr -s ' ' '\n'
}

# Not ours, and not the compiler's or the C library's own (with __, _GLOBAL_).
asked_for() {
    nm -u "$1" | awk '$1 == "U" && $2 !~ /^(rt_|_)/ { print $2 }' | sort -u
}

missing=$(asked_for "$1" | while read -r name; do
    known | grep -qx "$name" || echo "$name"
done)
if [ -z "$missing" ]; then
    echo "100%: Checks: 1, Failures: 0, Errors: 0"
else
    echo "0%: Checks: 1, Failures: 1, Errors: 0"
    for name in $missing; do
        echo "$list: what becomes of an error of $name?"
    done
    exit 1
fi
