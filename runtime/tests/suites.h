/*
 * The suites: one a file, in the reading order of the runtime.
 */
#ifndef SUITES_H
#define SUITES_H

#include <check.h>

Suite *waker_suite(void);
Suite *future_suite(void);
Suite *async_suite(void);
Suite *misuse_suite(void);
Suite *task_suite(void);
Suite *join_handle_suite(void);
Suite *wheel_suite(void);
Suite *clock_suite(void);
Suite *driver_suite(void);
Suite *operation_suite(void);
Suite *conductor_suite(void);
Suite *builder_suite(void);
Suite *executor_suite(void);
Suite *multi_suite(void);
Suite *pool_suite(void);
Suite *nodes_suite(void);
Suite *stress_suite(void);
Suite *workers_suite(void);
Suite *conform_suite(void);
Suite *threads_suite(void);
Suite *local_set_suite(void);
Suite *delay_queue_suite(void);
Suite *shutdown_suite(void);
Suite *sleep_suite(void);
Suite *interval_suite(void);
Suite *select_suite(void);
Suite *local_suite(void);
Suite *tracker_suite(void);
Suite *join_set_suite(void);
Suite *io_suite(void);
Suite *address_suite(void);
Suite *tcp_suite(void);
Suite *socket_suite(void);
Suite *udp_suite(void);
Suite *unix_suite(void);
Suite *listen_suite(void);
Suite *echo_suite(void);
Suite *signal_suite(void);
Suite *dump_suite(void);
Suite *trace_suite(void);
Suite *hostile_suite(void);
Suite *memory_suite(void);
Suite *semaphore_suite(void);
Suite *once_cell_suite(void);
Suite *notify_suite(void);
Suite *cancel_suite(void);
Suite *mpsc_suite(void);
Suite *channels_suite(void);
Suite *duplex_suite(void);
Suite *script_suite(void);
Suite *blocking_suite(void);
Suite *stream_suite(void);
Suite *timed_suite(void);
Suite *buffered_suite(void);
Suite *until_suite(void);
Suite *fs_suite(void);
Suite *lookup_suite(void);
Suite *codec_suite(void);
Suite *framed_suite(void);
Suite *resp_suite(void);
Suite *copy_suite(void);
Suite *process_suite(void);
Suite *vectored_suite(void);
Suite *pipe_suite(void);

/* A suite of one case with these tests, the NULL-terminated list. */
Suite *suite_of(const char *name, const TTest *const *tests);

/* The same, with functions that run before and after each test; or NULL. */
Suite *suite_with_fixture(const char *name, const TTest *const *tests,
                          SFun set_up, SFun tear_down);

#endif
