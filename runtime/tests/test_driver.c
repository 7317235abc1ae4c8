/* The driver by itself: each of them must keep these rules. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "driver/driver.h"
#include "kit.h"
#include "suites.h"
#include "trace_file.h"

enum { MANY = 300 };

static struct rt_driver driver;
static struct rt_source *source;
static int ours; /* the fd of the source */
static int peer;
static struct kit_waker waker;
static struct rt_io_waiter waiter;

/* ---- the scene: a pair of sockets, one of them registered ---- */

static void make_pair(int *one, int *other)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends),
                     0);
    *one = ends[0];
    *other = ends[1];
}

static void set_up(void)
{
    memset(&driver, 0, sizeof(driver));
    memset(&waiter, 0, sizeof(waiter));
    kit_waker_init(&waker);
    ck_assert_int_eq(rt_driver_init(&driver, kit_builder().driver), 0);
    make_pair(&ours, &peer);
    ck_assert_int_eq(rt_driver_register(&driver, ours, "pair", &source), 0);
}

static void tear_down(void)
{
    rt_io_waiter_cancel(&waiter);
    ck_assert_int_eq(waker.held, 0);
    if (source) {
        rt_driver_deregister(source);
        close(ours);
    }
    close(peer);
    rt_driver_deinit(&driver);
}

static void look(void)
{
    ck_assert_int_ge(rt_driver_wait(&driver, 0), 0);
}

static bool is_ready(enum rt_ready interest)
{
    return rt_ready_has(rt_source_ready(source), interest);
}

/* What a future does that got EAGAIN. */
static int wait_again(enum rt_ready interest)
{
    struct rt_context cx = rt_context_make(&waker.waker);

    rt_source_clear(source, rt_source_ready(source), interest);
    return rt_source_wait(source, &waiter, interest, &cx);
}

static void send_byte(void)
{
    ck_assert_int_eq(send(peer, "x", 1, MSG_NOSIGNAL), 1);
}

static void take_byte(void)
{
    char byte;

    ck_assert_int_eq(recv(ours, &byte, 1, 0), 1);
}

/* ---- readiness ---- */

START_TEST(a_new_source_is_reported_as_it_is)
{
    look();
    ck_assert(is_ready(RT_WRITABLE));
    ck_assert(!is_ready(RT_READABLE));
}
END_TEST

START_TEST(what_came_before_the_registration_is_reported)
{
    send_byte();
    look();
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

START_TEST(a_state_that_lasts_is_reported_once)
{
    send_byte();
    ck_assert_int_ge(rt_driver_wait(&driver, 0), 1);
    ck_assert_int_eq(rt_driver_wait(&driver, 0), 0);
}
END_TEST

START_TEST(a_change_after_a_clear_is_reported)
{
    look();
    ck_assert_int_eq(wait_again(RT_READABLE), 0);
    look();
    ck_assert_int_eq(waker.wakes, 0);
    send_byte();
    look();
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

START_TEST(a_change_before_the_waiter_is_not_lost)
{
    send_byte();
    look();
    take_byte();
    rt_source_clear_short(source, rt_source_ready(source), RT_READABLE);
    send_byte();
    ck_assert_int_eq(wait_again(RT_READABLE), 0);
    look();
    ck_assert_int_eq(waker.wakes, 1);
}
END_TEST

START_TEST(a_clear_does_not_wipe_out_a_report_that_came_meanwhile)
{
    uint32_t seen;

    look();
    seen = rt_source_ready(source);
    send_byte();
    look();
    rt_source_clear(source, seen, RT_READABLE);
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

START_TEST(who_waits_for_one_direction_is_not_woken_by_the_other)
{
    look();
    ck_assert_int_eq(wait_again(RT_READABLE), 0);
    rt_source_clear(source, rt_source_ready(source), RT_WRITABLE);
    look();
    ck_assert_int_eq(waker.wakes, 0);
}
END_TEST

START_TEST(a_full_socket_is_reported_when_there_is_room)
{
    static char much[65536];

    look();
    while (send(ours, much, sizeof(much), MSG_NOSIGNAL) > 0) {
    }
    ck_assert_int_eq(wait_again(RT_WRITABLE), 0);
    look();
    ck_assert_int_eq(waker.wakes, 0);
    while (recv(peer, much, sizeof(much), 0) > 0) {
    }
    look();
    ck_assert_int_eq(waker.wakes, 1);
}
END_TEST

START_TEST(the_end_of_the_stream_is_reported)
{
    look();
    ck_assert_int_eq(wait_again(RT_READABLE), 0);
    shutdown(peer, SHUT_WR);
    look();
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

START_TEST(the_end_behind_bytes_is_still_known_after_a_short_read)
{
    send_byte();
    shutdown(peer, SHUT_WR);
    look();
    take_byte();
    rt_source_clear_short(source, rt_source_ready(source), RT_READABLE);
    look();
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

START_TEST(a_peer_that_is_gone_ends_both_directions)
{
    look();
    ck_assert_int_eq(wait_again(RT_WRITABLE), 0);
    shutdown(peer, SHUT_RDWR);
    look();
    ck_assert(is_ready(RT_READABLE));
    ck_assert(is_ready(RT_WRITABLE));
}
END_TEST

START_TEST(hundreds_of_sources_are_all_reported)
{
    struct rt_source *sources[MANY];
    int fds[MANY];
    int peers[MANY];
    int reported = 0;
    int now;

    look();
    for (int i = 0; i < MANY; i++) {
        make_pair(&fds[i], &peers[i]);
        ck_assert_int_eq(
            rt_driver_register(&driver, fds[i], "many", &sources[i]), 0);
        ck_assert_int_eq(send(peers[i], "x", 1, 0), 1);
    }
    while ((now = rt_driver_wait(&driver, 0)) > 0) {
        reported += now;
    }
    ck_assert_int_ge(reported, MANY);
    for (int i = 0; i < MANY; i++) {
        ck_assert(rt_ready_has(rt_source_ready(sources[i]), RT_READABLE));
        rt_driver_deregister(sources[i]);
        close(fds[i]);
        close(peers[i]);
    }
}
END_TEST

/* ---- beginning and ending a registration ---- */

START_TEST(files_and_folders_are_refused)
{
    struct rt_source *refused;
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int folder = open("/", O_RDONLY | O_CLOEXEC);

    ck_assert_int_eq(rt_driver_register(&driver, file, "file", &refused),
                     -EPERM);
    ck_assert_int_eq(rt_driver_register(&driver, folder, "folder", &refused),
                     -EPERM);
    ck_assert_uint_eq(rt_driver_source_count(&driver), 1);
    close(file);
    close(folder);
}
END_TEST

START_TEST(a_fd_that_is_not_open_is_refused)
{
    struct rt_source *refused;

    ck_assert_int_eq(rt_driver_register(&driver, 1000, "nothing", &refused),
                     -EBADF);
}
END_TEST

START_TEST(without_memory_a_registration_is_refused)
{
    struct rt_source *made;

    rt_alloc_fail_after(1);
    ck_assert_int_eq(rt_driver_register(&driver, peer, "pair", &made), -ENOMEM);
    rt_alloc_fail_after(0);
    ck_assert_uint_eq(rt_driver_source_count(&driver), 1);
}
END_TEST

START_TEST(a_driver_without_memory_is_an_error)
{
    struct rt_driver another = {0};

    for (unsigned long n = 1; n < 10; n++) {
        rt_alloc_fail_after(n);
        if (rt_driver_init(&another, kit_builder().driver) == 0) {
            rt_driver_deinit(&another);
        }
        rt_alloc_fail_after(0);
    }
}
END_TEST

START_TEST(a_deregistration_wakes_who_waits)
{
    struct rt_context cx = rt_context_make(&waker.waker);

    look();
    ck_assert_int_eq(wait_again(RT_READABLE), 0);
    rt_driver_deregister(source);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(rt_source_wait(waiter.source, &waiter, RT_READABLE, &cx),
                     -EBADF);
    source = NULL;
    close(ours);
}
END_TEST

START_TEST(a_dup_of_a_deregistered_fd_is_not_reported)
{
    int copy = dup(ours);

    look();
    rt_driver_deregister(source);
    source = NULL;
    close(ours);
    look();
    send_byte();
    ck_assert_int_eq(rt_driver_wait(&driver, 0), 0);
    close(copy);
}
END_TEST

START_TEST(a_deregistered_fd_may_be_registered_again)
{
    look();
    rt_driver_deregister(source);
    ck_assert_int_eq(rt_driver_register(&driver, ours, "pair", &source), 0);
    send_byte();
    look();
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

START_TEST(a_close_after_the_deregistration_is_seen_at_once)
{
    char byte;

    look();
    rt_driver_deregister(source);
    source = NULL;
    close(ours);
    ck_assert_int_eq(recv(peer, &byte, 1, MSG_DONTWAIT), 0);
}
END_TEST

START_TEST(a_close_right_after_the_registration_is_seen_too)
{
    char byte;

    /* io_uring: begun and ended in one batch, with a report in between. */
    rt_driver_deregister(source);
    source = NULL;
    close(ours);
    ck_assert_int_eq(recv(peer, &byte, 1, MSG_DONTWAIT), 0);
}
END_TEST

START_TEST(an_error_is_reported)
{
    struct sockaddr_in nobody = {.sin_family = AF_INET};
    socklen_t size = sizeof(nobody);
    int closed = socket(AF_INET, SOCK_DGRAM, 0);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    struct rt_source *datagrams;

    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(closed, (struct sockaddr *)&nobody, size), 0);
    getsockname(closed, (struct sockaddr *)&nobody, &size);
    close(closed);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&nobody, size), 0);
    ck_assert_int_eq(rt_driver_register(&driver, fd, "udp", &datagrams), 0);
    look();
    ck_assert(!rt_ready_has(rt_source_ready(datagrams), RT_READABLE));
    ck_assert_int_eq(send(fd, "x", 1, 0), 1); /* nobody: refused */
    look();
    ck_assert(rt_ready_has(rt_source_ready(datagrams), RT_READABLE));
    rt_driver_deregister(datagrams);
    close(fd);
}
END_TEST

START_TEST(waiting_for_a_source_whose_driver_is_gone_fails)
{
    struct rt_context cx = rt_context_make(&waker.waker);

    rt_driver_deinit(&driver);
    ck_assert_int_eq(rt_source_wait(source, &waiter, RT_READABLE, &cx), -EBADF);
    rt_driver_deregister(source);
    source = NULL;
    close(ours);
    ck_assert_int_eq(rt_driver_init(&driver, kit_builder().driver), 0);
}
END_TEST

/* ---- the wait ---- */

START_TEST(an_interrupt_before_the_wait_ends_it)
{
    look();
    rt_driver_interrupt(&driver);
    rt_driver_interrupt(&driver);
    ck_assert_int_eq(rt_driver_wait(&driver, RT_NEVER), 0);
}
END_TEST

START_TEST(an_interrupt_ends_one_wait_only)
{
    uint64_t begin;

    look();
    rt_driver_interrupt(&driver);
    look();
    begin = kit_real_ns();
    ck_assert_int_eq(rt_driver_wait(&driver, RT_MILLISECONDS(2)), 0);
    ck_assert_uint_ge(kit_real_ns() - begin, RT_MILLISECONDS(2));
}
END_TEST

START_TEST(a_wait_is_never_shorter_than_its_timeout)
{
    uint64_t begin;

    look();
    for (uint64_t timeout = 1; timeout < RT_MILLISECONDS(3); timeout *= 7) {
        begin = kit_real_ns();
        ck_assert_int_eq(rt_driver_wait(&driver, timeout), 0);
        ck_assert_uint_ge(kit_real_ns() - begin, timeout);
    }
}
END_TEST

/* ---- other threads, while this one waits ---- */

static void *after_a_moment(void *body)
{
    struct timespec moment = {0, 10000000};

    nanosleep(&moment, NULL);
    (*(void (**)(void))body)();
    return NULL;
}

/* Waits for ever in the driver, and lets another thread do this. */
static void wait_while(void (*body)(void))
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, after_a_moment, &body), 0);
    while (waker.wakes == 0) {
        ck_assert_int_ge(rt_driver_wait(&driver, RT_NEVER), 0);
    }
    pthread_join(thread, NULL);
}

static void empty_and_fill_again(void)
{
    take_byte();
    ck_assert_int_eq(wait_again(RT_READABLE), 0);
    send_byte();
}

START_TEST(another_thread_may_wait_for_what_this_wait_does_not_ask)
{
    send_byte();
    look();
    wait_while(empty_and_fill_again);
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

static void register_and_wait(void)
{
    struct rt_context cx = rt_context_make(&waker.waker);

    send_byte();
    ck_assert_int_eq(rt_driver_register(&driver, ours, "pair", &source), 0);
    if (rt_source_wait(source, &waiter, RT_READABLE, &cx) == -EAGAIN) {
        rt_waker_wake_by_ref(&waker.waker); /* it was reported already */
        rt_driver_interrupt(&driver);
    }
}

START_TEST(another_thread_may_register)
{
    rt_driver_deregister(source);
    look();
    wait_while(register_and_wait);
    ck_assert(is_ready(RT_READABLE));
}
END_TEST

static void deregister_and_close(void)
{
    struct pollfd end = {.fd = peer, .events = POLLIN};
    char byte;

    rt_driver_deregister(source);
    source = NULL;
    close(ours);
    /* Nobody but the closing thread does anything now. */
    ck_assert_int_eq(poll(&end, 1, 5000), 1);
    ck_assert_int_eq(recv(peer, &byte, 1, 0), 0);
    rt_driver_interrupt(&driver);
}

START_TEST(a_close_by_another_thread_is_seen_although_a_wait_goes_on)
{
    look();
    ck_assert_int_eq(wait_again(RT_READABLE), 0);
    wait_while(deregister_and_close);
}
END_TEST

enum { THREADS = 3, ROUNDS = 300 };

static atomic_int busy;

static void *come_and_go(void *unused)
{
    struct rt_source *mine;
    int fd;
    int other;

    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        make_pair(&fd, &other);
        ck_assert_int_eq(rt_driver_register(&driver, fd, "busy", &mine), 0);
        ck_assert_int_eq(send(other, "x", 1, 0), 1);
        rt_driver_deregister(mine);
        close(fd);
        close(other);
    }
    atomic_fetch_sub(&busy, 1);
    rt_driver_interrupt(&driver);
    return NULL;
}

START_TEST(threads_come_and_go_while_one_waits)
{
    pthread_t threads[THREADS];

    atomic_store(&busy, THREADS);
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, come_and_go, NULL);
    }
    while (atomic_load(&busy) > 0) {
        ck_assert_int_ge(rt_driver_wait(&driver, RT_NEVER), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_uint_eq(rt_driver_source_count(&driver), 1);
}
END_TEST

/* ---- the choice ---- */

START_TEST(drivers_are_found_by_their_names)
{
    ck_assert_ptr_eq(rt_driver_find("poll"), &rt_driver_poll);
    ck_assert_ptr_eq(rt_driver_find("epoll"), &rt_driver_epoll);
    ck_assert_ptr_eq(rt_driver_find("io_uring"), &rt_driver_uring);
    ck_assert_ptr_eq(rt_driver_find(NULL), &rt_driver_epoll);
    ck_assert_ptr_null(rt_driver_find("select"));
}
END_TEST

static int refuse(struct rt_driver *refused)
{
    (void)refused;
    return -EACCES;
}

static const struct rt_driver_ops refusing_ops = {.name = "moody",
                                                  .init = refuse};

START_TEST(a_driver_that_is_refused_is_replaced_and_the_trace_says_so)
{
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;
    struct trace_file trace;
    const struct rt_trace_record *record;

    builder.driver = &refusing_ops;
    builder.may_fall_back = true;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    ck_assert_str_eq(rt_runtime_driver(runtime)->ops->name, "epoll");
    rt_shutdown(runtime);
    trace = trace_load();
    record = trace_find(&trace, RT_TRACE_DRIVER_REFUSED, 0);
    ck_assert_int_eq(record->detail, EACCES);
    ck_assert_str_eq(trace_text(&trace, record->argument), "moody");
    trace_free(&trace);
}
END_TEST

START_TEST(a_driver_that_the_program_insists_on_is_an_error_when_refused)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_runtime *runtime;

    builder.driver = &refusing_ops;
    ck_assert_int_eq(rt_build(&builder, &runtime), -EACCES);
}
END_TEST

Suite *driver_suite(void)
{
    const TTest *const tests[] = {
        a_new_source_is_reported_as_it_is,
        what_came_before_the_registration_is_reported,
        a_state_that_lasts_is_reported_once,
        a_change_after_a_clear_is_reported,
        a_change_before_the_waiter_is_not_lost,
        a_clear_does_not_wipe_out_a_report_that_came_meanwhile,
        who_waits_for_one_direction_is_not_woken_by_the_other,
        a_full_socket_is_reported_when_there_is_room,
        the_end_of_the_stream_is_reported,
        the_end_behind_bytes_is_still_known_after_a_short_read,
        a_peer_that_is_gone_ends_both_directions,
        hundreds_of_sources_are_all_reported,
        files_and_folders_are_refused,
        a_fd_that_is_not_open_is_refused,
        without_memory_a_registration_is_refused,
        a_driver_without_memory_is_an_error,
        a_deregistration_wakes_who_waits,
        a_dup_of_a_deregistered_fd_is_not_reported,
        a_deregistered_fd_may_be_registered_again,
        a_close_after_the_deregistration_is_seen_at_once,
        a_close_right_after_the_registration_is_seen_too,
        an_error_is_reported,
        waiting_for_a_source_whose_driver_is_gone_fails,
        an_interrupt_before_the_wait_ends_it,
        an_interrupt_ends_one_wait_only,
        a_wait_is_never_shorter_than_its_timeout,
        another_thread_may_wait_for_what_this_wait_does_not_ask,
        another_thread_may_register,
        a_close_by_another_thread_is_seen_although_a_wait_goes_on,
        threads_come_and_go_while_one_waits,
        NULL,
    };
    const TTest *const choices[] = {
        drivers_are_found_by_their_names,
        a_driver_that_is_refused_is_replaced_and_the_trace_says_so,
        a_driver_that_the_program_insists_on_is_an_error_when_refused,
        NULL,
    };
    Suite *suite = suite_of("driver", choices);
    TCase *cases = tcase_create("rules");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    for (const TTest *const *test = tests; *test; test++) {
        tcase_add_test(cases, *test);
    }
    suite_add_tcase(suite, cases);
    return suite;
}
