#!/bin/sh
# Runs a test program under valgrind: some ten minutes. Shows what valgrind
# reports and the tests that fail; the last line is "N tests, N failed". Exit
# status 0 if none did, but for those that valgrind itself makes fail.
tests=$1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
KIT_RUNTIME=$(cd "$(dirname "$0")/.." && pwd)
export KIT_RUNTIME
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-300}"

# Valgrind keeps the limit of files and the stacks of threads to itself, doesn't
# tell why a program could not be started, knows no pid fds, and does not see
# what the kernel writes to the rings of io_uring.
not_under_valgrind='
a_server_survives_emfile_and_serves_the_client_later
accept_survives_too_many_open_files
without_any_thread_the_error_is_told
a_child_that_somebody_else_reaped_is_over
a_start_that_fails_says_why_and_leaks_nothing
a_start_without_memory_leaks_nothing
a_child_gets_no_fds_of_ours
output_of_a_program_that_is_not_there_says_so
another_thread_may_submit_while_this_one_waits
'

# A thread that was left to a job that never ends is "possibly" lost, so only
# what is definitely lost counts. Each report makes its test exit with 99.
valgrind -q --fair-sched=yes --error-exitcode=99 --leak-check=full \
    --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect \
    --suppressions="$(dirname "$0")/valgrind.supp" "$tests" >"$log" 2>&1
grep -a '^==' "$log"
grep -a '^[^:]*:[0-9]*:[EF]:' "$log" | while IFS=: read -r file line kind \
    suite test rest; do
    case $not_under_valgrind in
    *"
$test
"*) ;;
    *) echo "$file:$line:$kind:$suite:$test:$rest" ;;
    esac
done >"$log.failed"
cat "$log.failed"
failed=$(wc -l <"$log.failed")
rm -f "$log.failed"
count=$(sed -n 's/.*Checks: \([0-9]*\),.*/\1/p' "$log")
echo "${count:-0} tests, $failed failed"
[ -n "$count" ] && [ "$failed" -eq 0 ]
