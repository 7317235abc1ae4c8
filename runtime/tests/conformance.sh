#!/bin/sh
# Checks conformance.md: each of its rules names a test, and each test that it
# names is there. The last line is "N rules stated, N without a test".
cd "$(dirname "$0")" || exit 2
{
    sed -n 's/^START_TEST(\([a-z0-9_]*\))$/\1/p' ./*.c ./*/*.c
    grep -o 'each([a-z_]*)' test_stress.c | sed 's/each(\(.*\))/multi_\1/'
} |
    awk '
        FNR == NR { is_test[$1] = 1; next }
        function end_rule() {
            if (rule != "" && !named) { print "no test: " rule; wrong++ }
            rule = ""
        }
        /^## / || /^- / { end_rule() }
        /^- / { rule = substr($0, 3); rules++; named = 0 }
        rule != "" {
            count = split($0, part, "`")
            for (i = 2; i <= count; i += 2) {
                named = 1
                if (!(part[i] in is_test)) {
                    print "no such test: " part[i]
                    wrong++
                }
            }
        }
        END { end_rule()
              printf "%d rules stated, %d without a test\n", rules, wrong
              exit wrong > 0 }' - conformance.md
