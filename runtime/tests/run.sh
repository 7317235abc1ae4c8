#!/bin/sh
# Runs the test programs given, one for each variant of the runtime, the first
# of them also with each other driver, on one thread and on several workers;
# then those where calls fail (FAULTS_PROGRAMS), the models of the explorer
# (EXPLORE_PROGRAM), a few hostile seeds and small scales (SHORT_SOAKS,
# SHORT_SCALES), and a few mutants. Shows what failed, Check's closing line of
# each, whether each rule of conformance.md has its test, and a table of the
# drivers; the last line is "N passed, N failed". Exit status 0 if all passed.
: "${CK_DEFAULT_TIMEOUT:=20}"
export CK_DEFAULT_TIMEOUT
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1}"
KIT_RUNTIME=$(cd "$(dirname "$0")/.." && pwd)
export KIT_RUNTIME
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
DRIVERS='io_uring poll kqueue'
WORKERS=2 # of the multi-thread runtimes
REFUSED=77 # KIT_REFUSED: the system does not allow that driver

# build/asan/runtime/tests/runtime-tests: asan
variant_of() {
    basename "${1%/runtime/tests/*}"
}

# Threads are what TSan is for.
run_one() {
    start=$(date +%s)
    if [ "$2" = tsan ]; then
        RT_WORKERS=$WORKERS "$1" >"$results/$2.out" 2>&1
    else
        "$1" >"$results/$2.out" 2>&1
    fi
    echo $? >"$results/$2.status"
    echo $(($(date +%s) - start)) >"$results/$2.seconds"
}

# The tests of a program with a driver, on so many workers, under a name.
run_with_driver() {
    RT_DRIVER=$2 RT_WORKERS=$3 CK_XML_LOG_FILE_NAME=$results/$4.xml \
        run_one "$1" "$4"
}

# How many tests of each suite passed with each driver; "19/20": of how many.
# A name with "-mt" stands for a multi-thread runtime.
show_drivers() {
    awk '
        FNR == 1 { driver = FILENAME; sub(/.*\//, "", driver)
                   sub(/\.xml$/, "", driver); drivers[++columns] = driver }
        /<title>/ { gsub(/ *<\/?title>/, ""); suite = $0
                    if (!(suite in seen)) { seen[suite] = 1
                                            suites[++rows] = suite } }
        /<test result=/ { all[suite, driver]++ }
        /<test result="success"/ { passed[suite, driver]++ }
        END {
            printf "%-12s", "suite"
            for (c = 1; c <= columns; c++) printf " %11s", drivers[c]
            for (r = 1; r <= rows; r++) {
                printf "\n%-12s", suites[r]
                for (c = 1; c <= columns; c++) {
                    good = passed[suites[r], drivers[c]] + 0
                    total = all[suites[r], drivers[c]]
                    printf " %11s", good < total ? good "/" total : good
                }
            }
            print ""
        }' "$@"
}

# From Check's closing line on: the line, and what failed.
show_one() {
    echo "== runtime, $1 ($(cat "$results/$1.seconds") s)"
    if grep -q '^[0-9]*%: Checks: ' "$results/$1.out"; then
        sed -n '/^[0-9]*%: Checks: /,$p' "$results/$1.out"
    elif [ "$(cat "$results/$1.status")" -eq "$REFUSED" ]; then
        cat "$results/$1.out"
    else
        tail -40 "$results/$1.out"
        echo "0%: Checks: 1, Failures: 0, Errors: 1"
    fi
}

# Runs the programs given: the slowest beside all the others.
run_all() {
    for program in "$@"; do
        if [ "$(variant_of "$program")" = asan ]; then
            run_one "$program" asan &
        fi
    done
    for program in "$@"; do
        if [ "$(variant_of "$program")" != asan ]; then
            run_one "$program" "$(variant_of "$program")"
        fi
    done
    wait
}

# The models in their short form: shows those that failed, and the closing line.
explore() {
    echo "== runtime, explorer"
    "${EXPLORE_PROGRAM:?}" --short >"$results/explore" 2>&1
    grep -v ' ok$' "$results/explore"
    grep -q ' models passed, ' "$results/explore" ||
        echo "0 models passed, 1 failed"
}

# One program after the other: some hostile seeds each, a small scale each.
soak_and_scale() {
    echo "== runtime, hostile seeds"
    for program in ${SHORT_SOAKS:?}; do
        "$program" --seeds 200 2>&1 || echo "0 seeds, 0 runs, 1 failed"
    done
    echo "== runtime, scale"
    for program in ${SHORT_SCALES:?}; do
        "$program" --tasks 20000 --connections 400 2>&1 ||
            echo "0 scales, 1 failed"
    done
}

# The first alone, and with less patience. A runtime that loses wakes makes test
# after test wait for its time limit: to see that in one variant is enough.
first=$(variant_of "$1")
CK_DEFAULT_TIMEOUT=10 CK_XML_LOG_FILE_NAME=$results/epoll.xml run_one "$1" "$first"
show_one "$first" >"$results/all"
if [ "$(cat "$results/$first.status")" -eq 0 ]; then
    for driver in $DRIVERS; do
        run_with_driver "$1" "$driver" 0 "$driver" &
    done
    wait
    for driver in epoll $DRIVERS; do
        run_with_driver "$1" "$driver" "$WORKERS" "$driver-mt" &
    done
    wait
    {
        for driver in $DRIVERS; do
            show_one "$driver"
        done
        for driver in epoll $DRIVERS; do
            show_one "$driver-mt"
        done
    } >>"$results/all"
    shift
    run_all "$@"
    for program in "$@"; do
        show_one "$(variant_of "$program")"
    done >>"$results/all"
    {
        echo "== runtime, rules"
        "$(dirname "$0")/conformance.sh"
        inject_faults
        explore
        soak_and_scale
    } >>"$results/all"
    if [ -x "$(dirname "$0")/mutants/run.sh" ]; then
        "$(dirname "$0")/mutants/run.sh" --short >>"$results/all" 2>&1
    fi
    {
        echo "== runtime, tests passed with each driver (-mt: $WORKERS workers)"
        show_drivers "$results"/*.xml
    } >>"$results/all"
else
    echo "The other variants were not run." >>"$results/all"
fi
cat "$results/all"
awk -F'[:,]' '
    /^[0-9]+%: Checks: / { checks += $3; failed += $5 + $7 }
    / mutants killed, / { split($0, word, " "); checks += word[1] + word[4]
                          failed += word[4] }
    / models passed, / { split($0, word, " "); checks += word[1] + word[4]
                         failed += word[4] }
    / seeds, .* runs, / { split($0, word, " "); checks += word[1] + word[5]
                          failed += word[5] }
    / rules stated, / { split($0, word, " "); checks += word[1] + word[4]
                        failed += word[4] }
    / scales, / { split($0, word, " "); checks += word[1]; failed += word[3] }
    END { printf "%d passed, %d failed\n", checks - failed, failed
          exit failed > 0 }' "$results/all"
