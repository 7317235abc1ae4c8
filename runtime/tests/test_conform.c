/*
 * Rules that concern many parts of the runtime at once. Those of one part are
 * stated in the tests of that part; conformance.md tells which are where.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit.h"
#include "net/unix.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct kit_waker waker;

static void start(void)
{
    kit_waker_init(&waker);
    runtime = kit_runtime();
}

/* ---- budget ---- */

/* With no budget left it is pending, wakes itself, and loses nothing. */
static void expect_leaf(const char *what, struct rt_future *future)
{
    struct rt_context cx = rt_context_make(&waker.waker);
    int wakes = waker.wakes;

    cx.budget = 0;
    ck_assert_msg(rt_future_poll(future, &cx) == RT_PENDING, "%s: ready", what);
    ck_assert_msg(waker.wakes > wakes, "%s: it sleeps for ever", what);
    ck_assert_msg(kit_poll(future, &waker) == RT_READY, "%s: pending", what);
    rt_future_drop(future);
}

START_TEST(locks_and_notifications_spend_the_budget)
{
    struct rt_semaphore semaphore;
    struct rt_notify notify;
    struct rt_cancel_token *token = rt_cancel_token_create(NULL);
    struct rt_acquire acquire;
    struct rt_notified notified;
    struct rt_cancelled cancelled;

    start();
    rt_semaphore_init(&semaphore, 1);
    acquire = rt_semaphore_acquire(&semaphore, 1);
    expect_leaf("acquire", &acquire.future);
    rt_notify_init(&notify);
    rt_notify_one(&notify);
    notified = rt_notify_notified(&notify);
    expect_leaf("notified", &notified.future);
    rt_cancel_token_cancel(token);
    cancelled = rt_cancelled(token);
    expect_leaf("cancelled", &cancelled.future);
    rt_cancel_token_unref(token);
    rt_shutdown(runtime);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(channels_spend_the_budget)
{
    int value = 1;
    struct rt_mpsc_sender sender;
    struct rt_mpsc_receiver receiver;
    struct rt_mpsc_send send;
    struct rt_mpsc_receive receive;
    struct rt_oneshot_sender teller;
    struct rt_oneshot_receiver told;
    struct rt_watch_sender shower;
    struct rt_watch_receiver watcher;
    struct rt_watch_changed changed;
    struct rt_broadcast_sender caster;
    struct rt_broadcast_receiver listener;
    struct rt_broadcast_receive hear;

    start();
    ck_assert_int_eq(rt_mpsc_create(sizeof(int), 1, &sender, &receiver), 0);
    send = rt_mpsc_send(&sender, &value);
    expect_leaf("send", &send.future);
    receive = rt_mpsc_receive(&receiver, &value);
    expect_leaf("receive", &receive.future);
    rt_mpsc_sender_drop(&sender);
    rt_mpsc_receiver_drop(&receiver);
    ck_assert_int_eq(rt_oneshot_create(sizeof(int), &value, &teller, &told), 0);
    rt_oneshot_send(&teller, &value);
    expect_leaf("oneshot", &told.future);
    ck_assert_int_eq(rt_watch_create(sizeof(int), &value, &shower, &watcher),
                     0);
    rt_watch_send(&shower, &value);
    changed = rt_watch_changed(&watcher);
    expect_leaf("changed", &changed.future);
    rt_watch_sender_drop(&shower);
    rt_watch_receiver_drop(&watcher);
    ck_assert_int_eq(rt_broadcast_create(sizeof(int), 1, &caster, &listener),
                     0);
    rt_broadcast_send(&caster, &value);
    hear = rt_broadcast_receive(&listener, &value);
    expect_leaf("hear", &hear.future);
    rt_broadcast_sender_drop(&caster);
    rt_broadcast_receiver_drop(&listener);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(time_and_bytes_spend_the_budget)
{
    struct rt_sleep nap;
    struct rt_duplex near, far;
    struct rt_tcp_stream one, two;
    struct rt_write write;
    struct rt_read read;
    char byte = 'x';

    start();
    nap = rt_sleep_until(0);
    expect_leaf("sleep", &nap.future);
    ck_assert_int_eq(rt_duplex_create(1, &near, &far), 0);
    write = rt_write(&near.io, &byte, 1);
    expect_leaf("write to memory", &write.future);
    read = rt_read(&far.io, &byte, 1);
    expect_leaf("read from memory", &read.future);
    rt_duplex_close(&near);
    rt_duplex_close(&far);
    ck_assert_int_eq(rt_unix_pair(&one, &two), 0);
    kit_settle(runtime);
    write = rt_write(&one.io, &byte, 1);
    expect_leaf("write to a socket", &write.future);
    kit_settle(runtime);
    read = rt_read(&two.io, &byte, 1);
    expect_leaf("read from a socket", &read.future);
    rt_tcp_stream_close(&one);
    rt_tcp_stream_close(&two);
    rt_shutdown(runtime);
}
END_TEST

/* Takes permits without end; counts them in each poll. */
struct greedy {
    struct rt_future future;
    struct rt_semaphore *semaphore;
    struct rt_acquire acquire;
    int polls;
    int taken;
};

KIT_OPS(greedy);

static enum rt_poll greedy_poll(struct rt_future *future, struct rt_context *cx)
{
    struct greedy *self = RT_SELF(future, struct greedy);

    self->polls++;
    RT_BEGIN(self);
    for (self->taken = 0; self->taken < 90; self->taken++) {
        self->acquire = rt_semaphore_acquire(self->semaphore, 1);
        RT_AWAIT(self->acquire);
    }
    RT_END(self);
}

START_TEST(the_builder_sets_the_budget_of_a_poll)
{
    struct rt_builder builder = kit_builder();
    struct rt_semaphore semaphore;
    struct greedy greedy = KIT_MAKE(greedy, .semaphore = &semaphore);

    rt_semaphore_init(&semaphore, 100);
    builder.poll_budget = 30;
    ck_assert_int_eq(kit_run_built(&builder, &greedy.future), 0);
    ck_assert_int_eq(greedy.polls, 3);
    builder.poll_budget = 0;
    ck_assert_int_eq(kit_run_built(&builder, &greedy.future), -EINVAL);
    ck_assert_uint_eq(rt_builder_default().poll_budget, 128);
}
END_TEST

START_TEST(the_blocking_pool_has_512_threads_and_keeps_them_10_s)
{
    ck_assert_uint_eq(rt_builder_default().blocking_threads, 512);
    ck_assert_uint_eq(rt_builder_default().blocking_keep_alive, RT_SECONDS(10));
}
END_TEST

/* ---- wakers that do more than wake ---- */

static void (*reaction)(void);
static int reactions;

static void ignore(void *data)
{
    (void)data;
}

static void react(void *data)
{
    (void)data;
    reactions++;
    reaction();
}

/* Its wake calls the reaction, on the thread of whoever wakes. */
static struct rt_waker reacting(void (*what)(void))
{
    static const struct rt_waker_ops ops = {ignore, react, react, ignore};

    reaction = what;
    reactions = 0;
    return (struct rt_waker){&ops, &runtime};
}

static void poll_with(struct rt_future *future, struct rt_waker with)
{
    struct rt_context cx = rt_context_make(&with);

    ck_assert_int_eq(rt_future_poll(future, &cx), RT_PENDING);
}

static struct rt_semaphore semaphore;

static void use_semaphore(void)
{
    rt_semaphore_release(&semaphore, 1);
    ck_assert_int_eq(rt_semaphore_try_acquire(&semaphore, 1), 0);
}

START_TEST(a_wake_may_use_the_semaphore_that_woke_it)
{
    struct rt_acquire acquire;

    rt_semaphore_init(&semaphore, 0);
    acquire = rt_semaphore_acquire(&semaphore, 1);
    poll_with(&acquire.future, reacting(use_semaphore));
    rt_semaphore_release(&semaphore, 1);
    ck_assert_int_eq(reactions, 1);
    rt_future_drop(&acquire.future);
}
END_TEST

static struct rt_notify notify;

static void use_notify(void)
{
    rt_notify_waiters(&notify);
    rt_notify_one(&notify);
}

START_TEST(a_wake_may_use_the_notify_that_woke_it)
{
    struct rt_notified notified[2];

    rt_notify_init(&notify);
    for (int i = 0; i < 2; i++) {
        notified[i] = rt_notify_notified(&notify);
        poll_with(&notified[i].future, reacting(use_notify));
    }
    rt_notify_waiters(&notify);
    ck_assert_int_eq(reactions, 2);
    for (int i = 0; i < 2; i++) {
        rt_future_drop(&notified[i].future);
    }
}
END_TEST

static struct rt_mpsc_sender sender;
static struct rt_mpsc_receiver receiver;

static void use_channel(void)
{
    int value;

    rt_mpsc_try_receive(&receiver, &value);
    rt_mpsc_try_send(&sender, &value);
    rt_mpsc_close(&receiver);
}

START_TEST(a_wake_may_use_the_channel_that_woke_it)
{
    struct rt_mpsc_receive receive;
    int value = 1;

    ck_assert_int_eq(rt_mpsc_create(sizeof(int), 1, &sender, &receiver), 0);
    receive = rt_mpsc_receive(&receiver, &value);
    poll_with(&receive.future, reacting(use_channel));
    ck_assert_int_eq(rt_mpsc_try_send(&sender, &value), 0);
    ck_assert_int_eq(reactions, 1);
    rt_future_drop(&receive.future);
    rt_mpsc_sender_drop(&sender);
    rt_mpsc_receiver_drop(&receiver);
}
END_TEST

static struct rt_watch_sender shower;
static struct rt_watch_receiver watcher;

static void use_watch(void)
{
    int value = 3;

    rt_watch_send(&shower, &value);
    rt_watch_look(&watcher, &value);
}

START_TEST(a_wake_may_use_the_watch_that_woke_it)
{
    struct rt_watch_changed changed;
    int value = 1;

    ck_assert_int_eq(rt_watch_create(sizeof(int), &value, &shower, &watcher),
                     0);
    changed = rt_watch_changed(&watcher);
    poll_with(&changed.future, reacting(use_watch));
    rt_watch_send(&shower, &value);
    ck_assert_int_eq(reactions, 1);
    rt_future_drop(&changed.future);
    rt_watch_sender_drop(&shower);
    rt_watch_receiver_drop(&watcher);
}
END_TEST

static struct rt_cancel_token *token;

static void use_token(void)
{
    rt_cancel_token_unref(rt_cancel_token_create(token));
    rt_cancel_token_cancel(token);
}

START_TEST(a_wake_may_use_the_token_that_woke_it)
{
    struct rt_cancelled cancelled;

    token = rt_cancel_token_create(NULL);
    cancelled = rt_cancelled(token);
    poll_with(&cancelled.future, reacting(use_token));
    rt_cancel_token_cancel(token);
    ck_assert_int_eq(reactions, 1);
    rt_future_drop(&cancelled.future);
    rt_cancel_token_unref(token);
}
END_TEST

static struct rt_sleep *naps[3];

static void free_naps(void)
{
    for (int i = 0; i < 3; i++) {
        if (naps[i]) {
            rt_future_drop(&naps[i]->future);
            free(naps[i]);
            naps[i] = NULL;
        }
    }
}

START_TEST(a_wake_may_free_the_timers_that_are_due_with_it)
{
    struct rt_sleep later;

    start();
    for (int i = 0; i < 3; i++) {
        naps[i] = malloc(sizeof(*naps[i]));
        *naps[i] = rt_sleep(RT_MILLISECONDS(5));
        poll_with(&naps[i]->future, reacting(free_naps));
    }
    later = rt_sleep(RT_MILLISECONDS(6));
    ck_assert_int_eq(rt_block_on(runtime, &later.future), 0);
    ck_assert_int_eq(reactions, 1);
    ck_assert_ptr_null(naps[2]);
    rt_shutdown(runtime);
}
END_TEST

/* ---- after the shutdown ---- */

/* Pending before it, woken by it, and an error after it. */
static void expect_end(struct rt_future *future, const ssize_t *result)
{
    ck_assert_int_eq(kit_poll(future, &waker), RT_PENDING);
    rt_shutdown(runtime);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(future, &waker), RT_READY);
    ck_assert_int_lt(*result, 0);
    rt_future_drop(future);
    ck_assert_int_eq(waker.held, 0);
}

/* i: how many workers. */
static void build(int workers)
{
    struct rt_builder builder = kit_builder();

    kit_waker_init(&waker);
    builder.workers = (uint32_t)workers;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
}

START_TEST(after_the_shutdown_a_read_is_an_error)
{
    struct rt_tcp_stream one, two;
    struct rt_read read;
    char byte;

    build(_i);
    ck_assert_int_eq(rt_unix_pair(&one, &two), 0);
    read = rt_read(&one.io, &byte, 1);
    expect_end(&read.future, &read.result);
    rt_tcp_stream_close(&one);
    rt_tcp_stream_close(&two);
}
END_TEST

START_TEST(after_the_shutdown_a_write_that_waits_is_an_error)
{
    static char bytes[1 << 22];
    struct rt_tcp_stream one, two;
    struct rt_write write;

    build(_i);
    ck_assert_int_eq(rt_unix_pair(&one, &two), 0);
    write = rt_write_all(&one.io, bytes, sizeof(bytes));
    expect_end(&write.future, &write.result);
    rt_tcp_stream_close(&one);
    rt_tcp_stream_close(&two);
}
END_TEST

START_TEST(after_the_shutdown_an_accept_is_an_error)
{
    struct rt_tcp_listener listener;
    struct rt_tcp_accept accept;
    ssize_t result;

    build(_i);
    ck_assert_int_eq(rt_tcp_listen(&listener, "127.0.0.1", 0), 0);
    accept = rt_tcp_accept(&listener);
    ck_assert_int_eq(kit_poll(&accept.future, &waker), RT_PENDING);
    rt_shutdown(runtime);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&accept.future, &waker), RT_READY);
    result = accept.result;
    ck_assert_int_lt(result, 0);
    rt_future_drop(&accept.future);
    rt_tcp_listener_close(&listener);
}
END_TEST

START_TEST(after_the_shutdown_a_pipe_is_an_error)
{
    struct rt_pipe out, in;
    struct rt_read read;
    char byte;

    build(_i);
    ck_assert_int_eq(rt_pipe_create(&out, &in), 0);
    read = rt_read(&out.io, &byte, 1);
    expect_end(&read.future, &read.result);
    rt_pipe_close(&out);
    rt_pipe_close(&in);
}
END_TEST

/* ---- fairness and readiness ---- */

START_TEST(a_mutex_goes_to_who_has_waited_longest)
{
    struct rt_mutex mutex;
    struct rt_acquire locks[3];
    struct kit_waker wakers[3];

    rt_mutex_init(&mutex);
    ck_assert(rt_mutex_try_lock(&mutex));
    for (int i = 0; i < 3; i++) {
        kit_waker_init(&wakers[i]);
        locks[i] = rt_mutex_lock(&mutex);
        ck_assert_int_eq(kit_poll(&locks[i].future, &wakers[i]), RT_PENDING);
    }
    for (int i = 0; i < 3; i++) {
        rt_mutex_unlock(&mutex);
        ck_assert(!rt_mutex_try_lock(&mutex));
        ck_assert_int_eq(wakers[i].wakes, 1);
        ck_assert_int_eq(kit_poll(&locks[i].future, &wakers[i]), RT_READY);
        rt_future_drop(&locks[i].future);
    }
}
END_TEST

START_TEST(a_dropped_reserve_passes_its_place_on)
{
    struct rt_mpsc_send first, second;
    int value = 1;

    kit_waker_init(&waker);
    ck_assert_int_eq(rt_mpsc_create(sizeof(int), 1, &sender, &receiver), 0);
    ck_assert_int_eq(rt_mpsc_try_send(&sender, &value), 0);
    first = rt_mpsc_reserve(&sender);
    second = rt_mpsc_reserve(&sender);
    ck_assert_int_eq(kit_poll(&first.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_PENDING);
    ck_assert_int_eq(rt_mpsc_try_receive(&receiver, &value), 0);
    rt_future_drop(&first.future);
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_READY);
    rt_future_drop(&second.future);
    ck_assert_int_eq(rt_mpsc_send_reserved(&sender, &value), 0);
    rt_mpsc_sender_drop(&sender);
    rt_mpsc_receiver_drop(&receiver);
}
END_TEST

START_TEST(a_short_read_clears_readiness_and_a_full_one_does_not)
{
    struct rt_tcp_stream one, two;
    struct rt_read read;
    char bytes[4];

    start();
    ck_assert_int_eq(rt_unix_pair(&one, &two), 0);
    kit_settle(runtime);
    ck_assert_int_eq(write(two.fd, "abcdef", 6), 6);
    kit_settle(runtime);
    for (int i = 0; i < 2; i++) {
        read = rt_read(&one.io, bytes, 4);
        ck_assert_int_eq(kit_poll(&read.future, &waker), RT_READY);
        ck_assert_int_eq(read.result, i == 0 ? 4 : 2);
        ck_assert(rt_ready_has(rt_source_ready(one.source), RT_READABLE) ==
                  (i == 0));
        rt_future_drop(&read.future);
    }
    rt_tcp_stream_close(&one);
    rt_tcp_stream_close(&two);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_runtime_that_ends_takes_no_signals_from_another)
{
    struct rt_runtime *other;
    struct rt_signal here, there;

    start();
    other = runtime;
    there = rt_ctrl_c();
    ck_assert_int_eq(kit_poll(&there.future, &waker), RT_PENDING);
    runtime = kit_runtime();
    here = rt_ctrl_c();
    ck_assert_int_eq(kit_poll(&here.future, &waker), RT_PENDING);
    rt_future_drop(&here.future);
    rt_shutdown(runtime);
    rt_enter(other);
    raise(SIGINT);
    ck_assert_int_eq(rt_block_on(other, &there.future), 0);
    ck_assert_int_eq(there.result, 0);
    rt_shutdown(other);
}
END_TEST

Suite *conform_suite(void)
{
    const TTest *const tests[] = {
        locks_and_notifications_spend_the_budget,
        channels_spend_the_budget,
        time_and_bytes_spend_the_budget,
        the_builder_sets_the_budget_of_a_poll,
        the_blocking_pool_has_512_threads_and_keeps_them_10_s,
        a_wake_may_use_the_semaphore_that_woke_it,
        a_wake_may_use_the_notify_that_woke_it,
        a_wake_may_use_the_channel_that_woke_it,
        a_wake_may_use_the_watch_that_woke_it,
        a_wake_may_use_the_token_that_woke_it,
        a_wake_may_free_the_timers_that_are_due_with_it,
        a_mutex_goes_to_who_has_waited_longest,
        a_dropped_reserve_passes_its_place_on,
        a_short_read_clears_readiness_and_a_full_one_does_not,
        a_runtime_that_ends_takes_no_signals_from_another,
        NULL,
    };
    const TTest *const ends[] = {
        after_the_shutdown_a_read_is_an_error,
        after_the_shutdown_a_write_that_waits_is_an_error,
        after_the_shutdown_an_accept_is_an_error,
        after_the_shutdown_a_pipe_is_an_error,
    };
    Suite *suite = suite_of("conform", tests);
    TCase *cases = tcase_create("workers");

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        tcase_add_loop_test(cases, ends[i], 0, 3);
    }
    suite_add_tcase(suite, cases);
    return suite;
}
