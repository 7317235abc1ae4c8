/* Signals: who hears which. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct kit_waker waker;

static void start(void)
{
    kit_waker_init(&waker);
    runtime = kit_runtime();
}

static void hear(struct rt_signal *listener)
{
    ck_assert_int_eq(rt_block_on(runtime, &listener->future), 0);
    ck_assert_int_eq(listener->result, 0);
}

START_TEST(a_listener_hears_the_signal)
{
    struct rt_signal listener;

    start();
    listener = rt_ctrl_c();
    ck_assert_int_eq(kit_poll(&listener.future, &waker), RT_PENDING);
    raise(SIGINT);
    kit_settle(runtime);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&listener.future, &waker), RT_READY);
    rt_future_drop(&listener.future);
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_signal_between_the_call_and_the_first_poll_is_heard)
{
    struct rt_signal listener;

    start();
    listener = rt_ctrl_c();
    raise(SIGINT);
    hear(&listener);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(every_listener_hears_every_signal)
{
    struct kit_waker wakers[3];
    struct rt_signal listeners[3];

    start();
    for (int i = 0; i < 3; i++) {
        kit_waker_init(&wakers[i]);
        listeners[i] = rt_ctrl_c();
        kit_poll(&listeners[i].future, &wakers[i]);
    }
    raise(SIGINT);
    kit_settle(runtime);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(wakers[i].wakes, 1);
        ck_assert_int_eq(kit_poll(&listeners[i].future, &wakers[i]), RT_READY);
        rt_future_drop(&listeners[i].future);
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_listener_does_not_hear_what_came_before_it)
{
    struct rt_signal first, second;

    start();
    first = rt_ctrl_c();
    raise(SIGINT);
    hear(&first);
    second = rt_ctrl_c();
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_PENDING);
    kit_settle(runtime);
    ck_assert_int_eq(waker.wakes, 0);
    rt_future_drop(&second.future);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_second_ctrl_c_can_be_listened_for)
{
    start();
    for (int i = 0; i < 3; i++) {
        struct rt_signal listener = rt_ctrl_c();

        raise(SIGINT);
        hear(&listener);
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(listeners_hear_their_own_signal_only)
{
    struct rt_signal listener;
    struct rt_signal term;

    start();
    listener = rt_signal(SIGUSR1);
    term = rt_signal(SIGTERM);
    kit_poll(&listener.future, &waker);
    raise(SIGTERM);
    hear(&term);
    kit_settle(runtime);
    ck_assert_int_eq(waker.wakes, 0);
    rt_future_drop(&listener.future);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(two_runtimes_hear_the_same_signal)
{
    struct rt_runtime *other;
    struct rt_signal here, there;

    start();
    other = runtime;
    there = rt_ctrl_c();
    kit_poll(&there.future, &waker);
    runtime = kit_runtime();
    here = rt_ctrl_c();
    kit_poll(&here.future, &waker);
    raise(SIGINT);
    hear(&here);
    rt_shutdown(runtime);
    runtime = other;
    rt_enter(other);
    hear(&there);
    rt_shutdown(other);
}
END_TEST

/* A loop as in a server: one listener, kept over the rounds of the select. */
struct rounds {
    struct rt_future future;
    struct rt_signal ctrl_c;
    struct rt_sleep nap;
    struct rt_select either;
    int round;
};

KIT_OPS_WITH_DROP(rounds);

static enum rt_poll rounds_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rounds *self = RT_SELF(future, struct rounds);

    RT_BEGIN(self);
    self->ctrl_c = rt_ctrl_c();
    for (self->round = 0;; self->round++) {
        self->nap = rt_sleep(RT_SECONDS(1));
        self->either = RT_SELECT_BIASED(self->ctrl_c, self->nap);
        rt_select_keep(&self->either, 0);
        if (self->round == 3) {
            raise(SIGINT);
        }
        RT_AWAIT(self->either);
        if (self->either.winner == 0) {
            break;
        }
    }
    kit_log("ended in round %d", self->round);
    RT_END(self);
}

static void rounds_drop(struct rt_future *future)
{
    rt_future_drop(&RT_SELF(future, struct rounds)->ctrl_c.future);
}

START_TEST(a_listener_is_kept_over_the_rounds_of_a_select)
{
    struct rounds rounds = KIT_MAKE(rounds);

    ck_assert_int_eq(KIT_RUN(rounds), 0);
    ck_assert_str_eq(kit_logged(), "ended in round 3");
}
END_TEST

START_TEST(a_dropped_listener_is_not_woken_and_gives_back_its_slot)
{
    start();
    for (int i = 0; i < 1000; i++) {
        struct rt_signal listener = rt_ctrl_c();

        ck_assert_int_eq(kit_poll(&listener.future, &waker), RT_PENDING);
        rt_future_drop(&listener.future);
    }
    raise(SIGINT);
    kit_settle(runtime);
    ck_assert_int_eq(waker.wakes, 0);
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(too_many_listeners_are_an_error_of_the_last)
{
    enum { MANY = 65 };
    static struct rt_signal listeners[MANY];

    start();
    for (int i = 0; i < MANY; i++) {
        listeners[i] = rt_ctrl_c();
        ck_assert_int_eq(kit_poll(&listeners[i].future, &waker),
                         i + 1 < MANY ? RT_PENDING : RT_READY);
    }
    ck_assert_int_eq(listeners[MANY - 1].result, -EMFILE);
    for (int i = 0; i < MANY; i++) {
        rt_future_drop(&listeners[i].future);
    }
    ck_assert_int_eq(waker.held, 0);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(no_file_for_a_listener_is_an_error)
{
    struct rlimit limit;
    struct rt_signal listener;

    start();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &limit);
    listener = rt_ctrl_c();
    ck_assert_int_eq(kit_poll(&listener.future, &waker), RT_READY);
    ck_assert_int_eq(listener.result, -EMFILE);
    rt_future_drop(&listener.future);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    rt_shutdown(runtime);
}
END_TEST

Suite *signal_suite(void)
{
    const TTest *const tests[] = {
        a_listener_hears_the_signal,
        a_signal_between_the_call_and_the_first_poll_is_heard,
        every_listener_hears_every_signal,
        a_listener_does_not_hear_what_came_before_it,
        a_second_ctrl_c_can_be_listened_for,
        listeners_hear_their_own_signal_only,
        two_runtimes_hear_the_same_signal,
        a_listener_is_kept_over_the_rounds_of_a_select,
        a_dropped_listener_is_not_woken_and_gives_back_its_slot,
        too_many_listeners_are_an_error_of_the_last,
        no_file_for_a_listener_is_an_error,
        NULL,
    };

    return suite_of("signal", tests);
}
