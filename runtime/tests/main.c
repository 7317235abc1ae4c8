/*
 * Runs the suites. CK_RUN_SUITE=name runs one of them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "kit.h"
#include "suites.h"

static Suite *(*const suites[])(void) = {
    waker_suite,     future_suite,      async_suite,     misuse_suite,
    task_suite,      join_handle_suite, wheel_suite,     clock_suite,
    conductor_suite, builder_suite,     executor_suite,  threads_suite,
    shutdown_suite,  sleep_suite,       interval_suite,  select_suite,
    local_suite,     tracker_suite,     join_set_suite,  io_suite,
    address_suite,   tcp_suite,         socket_suite,    udp_suite,
    unix_suite,      listen_suite,      echo_suite,      signal_suite,
    dump_suite,      trace_suite,       hostile_suite,   memory_suite,
    semaphore_suite, once_cell_suite,   notify_suite,    cancel_suite,
    mpsc_suite,      channels_suite,    duplex_suite,    script_suite,
    blocking_suite,  stream_suite,      timed_suite,     buffered_suite,
    until_suite,     fs_suite,          lookup_suite,    codec_suite,
    framed_suite,    resp_suite,        copy_suite,      driver_suite,
    multi_suite,     process_suite,     vectored_suite,  pipe_suite,
    pool_suite,      nodes_suite,       operation_suite, stress_suite,
    workers_suite,   conform_suite,     local_set_suite, delay_queue_suite,
};

Suite *suite_of(const char *name, const TTest *const *tests)
{
    return suite_with_fixture(name, tests, NULL, NULL);
}

Suite *suite_with_fixture(const char *name, const TTest *const *tests,
                          SFun set_up, SFun tear_down)
{
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (; *tests; tests++) {
        tcase_add_test(cases, *tests);
    }
    suite_add_tcase(suite, cases);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(NULL);
    int failed;

    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
        srunner_add_suite(runner, suites[i]());
    }
    kit_read_environment();
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
