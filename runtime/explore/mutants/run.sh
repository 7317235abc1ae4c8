#!/bin/sh
# Breaks the runtime in one place at a time (see list) and runs the model that
# must notice. Prints how it is found, and how to see it again; the last line
# is "N bugs found, N missed". Exit status 0 if none was missed.
#
# Called by make, which has built the models, and says in the environment:
# BUILD, CC, MAKE.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
objects=$(cd "${BUILD:-build}" && pwd) || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A field of the list, without the space at each end.
trim() {
    printf '%s' "$1" | sed 's/^ //; s/ $//'
}

# A copy of the project with what is built, so that make builds only the file
# that is changed.
copy() {
    rm -rf "$work/runtime" "$work/build"
    mkdir "$work/build"
    cp -p "$root/Makefile" "$work"
    cp -pr "$root/runtime" "$work"
    cp -pr "$objects/explore" "$work/build"
}

build() {
    (cd "$work" && env MAKEFLAGS= "${MAKE:-make}" -s BUILD=build \
        CFLAGS=-w build/explore/models) >"$work/log" 2>&1
}

# try FILE EXPRESSION MODEL: what the explorer says of it.
try() {
    copy
    sed -z -i "$2" "$work/runtime/$1"
    if cmp -s "$root/runtime/$1" "$work/runtime/$1"; then
        echo "! nothing in $1 matches"
    elif build; then
        "$work/build/explore/models" "$3" 2>&1 >"$work/log" | tail -2
    else
        echo "! it does not compile"
    fi
}

found=0
missed=0
while IFS='|' read -r name file expression model; do
    case $name in '#'* | '') continue ;; esac
    said=$(try "$(trim "$file")" "$(trim "$expression")" "$(trim "$model")" </dev/null)
    case $said in
    *RT_REPLAY=*)
        found=$((found + 1))
        echo "  found    ${name% }"
        echo "$said" | sed "s/^explorer: /           /; s/^  RT_/           RT_/"
        ;;
    *)
        missed=$((missed + 1))
        echo "  MISSED   ${name% } $said"
        ;;
    esac
done <"$here/list"
echo "$found bugs found, $missed missed"
[ "$missed" -eq 0 ]
