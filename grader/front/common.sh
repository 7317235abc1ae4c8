# shellcheck shell=sh
# What the front door's scripts share. Each of them is run by make, from the
# top folder, with SRC, BUILD and so on in the environment.

BUILD=${BUILD:-build}
CC=${CC:-gcc}
SUBMAKE=${SUBMAKE:-make --no-print-directory}

# Status 2 is for "could not be done at all".
give_up() {
    printf 'polliwog: %s\n' "$*" >&2
    exit 2
}

# Sets `file` to the exercise's own file, for a number that the reader typed.
find_exercise() {
    case $1 in
    '' | *[!0-9]*) stub= ;;
    *) stub=$(echo grader/stubs/ex"$1"_*.c) ;;
    esac
    [ -f "$stub" ] || give_up "there is no exercise $1; see: make progress"
    file=exercises/${stub##*/}
}

# Sets `source` to the file to use: SRC, or else the exercise's own.
find_source() {
    find_exercise "$1"
    source=${SRC:-$file}
    [ -e "$source" ] || give_up "there is no file $source"
    [ -f "$source" ] || give_up "$source is not a file"
    case $source in -*) source=./$source ;; esac
}

find_python() {
    # shellcheck disable=SC2034  # for the script that reads this one
    python=$(grader/front/python.sh) ||
        give_up "Python or its modules are missing: run \`make start\`"
}

# $CC may be two words, like "ccache gcc".
find_compiler() {
    command -v "${CC%% *}" >/dev/null ||
        give_up "no C compiler ('$CC'): run \`make start\`"
}

# Builds what checking, running and watching need.
build_needs() {
    find_compiler
    $SUBMAKE -s -j"$(getconf _NPROCESSORS_ONLN)" needs >&2 ||
        give_up "the runtime could not be built; see above"
}

# Builds `source` with the release library into the program $1.
build_program() {
    build_needs
    # shellcheck disable=SC2086  # lists of options
    $CC ${CSTD:--std=gnu11} -Wall -Wextra -O2 -g -Iruntime -pthread -o "$1" \
        -x c "$source" -x none "$BUILD/release/libpolliwog.a" ||
        give_up "$source does not compile; see above"
}
