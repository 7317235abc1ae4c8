#!/bin/sh
# Prints the path of a Python that can import all that Polliwog needs, or
# exits with status 1. Modules are looked up, not imported: that is quicker.
# The system's Python comes first, because packages are installed for it.
cd "$(dirname "$0")/../.." || exit 1
modules=$(awk '$1 == "start" && sub(/^module:/, "", $2) { print $2 }' \
    grader/front/needs.txt)

for python in "${POLLIWOG_PYTHON:-/usr/bin/python3}" python3 \
    .polliwog/venv/bin/python3; do
    path=$(command -v "$python") || continue
    # shellcheck disable=SC2086  # one argument for each module
    if "$path" -I grader/front/has_modules.py $modules 2>/dev/null; then
        echo "$path"
        exit 0
    fi
done
exit 1
