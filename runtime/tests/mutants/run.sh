#!/bin/sh
# Breaks one line of the runtime at a time (see list) and runs the tests that
# must notice. Prints who noticed; the last line is "N mutants killed, N
# survived". Exit status 0 if none survived. --short: only the first four.
#
# Called by make, which has built the tests, and says in the environment:
# BUILD, CC, CSTD, RUNTIME_FLAGS_debug, RUNTIME_FLAGS_asan, RUNTIME_TEST_LIBS.
here=$(cd "$(dirname "$0")" && pwd)
runtime=$(cd "$here/../.." && pwd)
objects=$(cd "${BUILD:-build}" && pwd) || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CK_DEFAULT_TIMEOUT=4
most=1000
[ "$1" = --short ] && most=4

# A field of the list, without the space at each end.
trim() {
    printf '%s' "$1" | sed 's/^ //; s/ $//'
}

# flags_of VARIANT
flags_of() {
    case $1 in
    asan) echo "${RUNTIME_FLAGS_asan:?}" ;;
    *) echo "${RUNTIME_FLAGS_debug:?}" ;;
    esac
}

# compile FILE VARIANT: one file of the copy, with the flags of the variant.
compile() {
    mkdir -p "$work/objects/$(dirname "$1")"
    # shellcheck disable=SC2046,SC2086 # flags are words
    ${CC:-gcc} ${CSTD:--std=gnu11} -I"$work/runtime" $(flags_of "$2") \
        -pthread -w -c -o "$work/objects/${1%.c}.o" "$work/runtime/$1"
}

# Changed headers mean all files; a changed file only itself.
compile_changed() {
    case $1 in
    *.h)
        (cd "$work/runtime" && find . -name '*.c' ! -path './explore/*' ! -path './bench/*' ! -path './examples/*' ! -path './tests/*/*' | sed 's|^\./||') |
            while read -r file; do
                compile "$file" "$2" </dev/null || exit 1
            done
        ;;
    *) compile "$1" "$2" ;;
    esac
}

# The tests' objects, with those of the copy in place of the originals.
link_tests() {
    (cd "$runtime" && find . -name '*.c' ! -path './explore/*' ! -path './bench/*' ! -path './examples/*' ! -path './tests/*/*' |
        sed 's|^\./||; s|c$|o|' && echo tests/shim/kqueue.o) |
        while read -r object; do
            if [ -f "$work/objects/$object" ]; then
                echo "$work/objects/$object"
            else
                echo "$objects/$1/runtime/$object"
            fi
        done >"$work/objects.list"
    # shellcheck disable=SC2046,SC2086 # flags are words
    ${CC:-gcc} $(flags_of "$1") -pthread -o "$work/tests" \
        $(cat "$work/objects.list") ${RUNTIME_TEST_LIBS:--lcheck}
}

# Prints the first test that fails, or nothing: the mutant lives.
killer() {
    CK_RUN_SUITE=$1 "$work/tests" 2>&1 |
        sed -n 's/^[^:]*:[0-9]*:[EF]:[^:]*:\([^:]*\):.*/\1/p' | head -1
}

# try FILE EXPRESSION SUITE VARIANT: prints what killed it.
try() {
    rm -rf "$work/runtime" "$work/objects"
    mkdir "$work/runtime"
    (cd "$runtime" && tar cf - --exclude=mutants .) |
        (cd "$work/runtime" && tar xf -)
    sed -i "$2" "$work/runtime/$1"
    if cmp -s "$runtime/$1" "$work/runtime/$1"; then
        echo "! nothing in $1 matches"
    elif compile_changed "$1" "$4" && link_tests "$4"; then
        killer "$3"
    else
        echo "! it does not compile"
    fi
}

killed=0
survived=0
while IFS='|' read -r name file expression suite variant; do
    [ $((killed + survived)) -ge "$most" ] && break
    case $name in '#'* | '') continue ;; esac
    by=$(try "$(trim "$file")" "$(trim "$expression")" "$(trim "$suite")" "$(trim "$variant")" </dev/null)
    case $by in
    '' | '!'*)
        survived=$((survived + 1))
        echo "  SURVIVED ${name% } ${by}"
        ;;
    *)
        killed=$((killed + 1))
        echo "  killed   ${name% }"
        echo "           by $by"
        ;;
    esac
done <"$here/list"
echo "$killed mutants killed, $survived survived"
[ "$survived" -eq 0 ]
