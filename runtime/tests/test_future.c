/* Futures: the contract of polling and dropping. */
#include "kit.h"
#include "suites.h"

/* Three levels: top awaits middle, middle awaits a probe. */
struct middle {
    struct rt_future future;
    struct kit_probe leaf;
    struct kit_counts *counts;
};

struct top {
    struct rt_future future;
    struct middle middle;
};

KIT_OPS_WITH_DROP(middle);
KIT_OPS_WITH_DROP(top);

static enum rt_poll middle_poll(struct rt_future *future, struct rt_context *cx)
{
    struct middle *self = RT_SELF(future, struct middle);

    RT_BEGIN(self);
    RT_AWAIT(self->leaf);
    RT_END(self);
}

static void middle_drop(struct rt_future *future)
{
    (void)future;
    kit_log("middle ");
}

static enum rt_poll top_poll(struct rt_future *future, struct rt_context *cx)
{
    struct top *self = RT_SELF(future, struct top);

    RT_BEGIN(self);
    RT_AWAIT(self->middle);
    RT_END(self);
}

static void top_drop(struct rt_future *future)
{
    (void)future;
    kit_log("top ");
}

static struct top make_top(struct kit_counts *counts, int pending)
{
    struct top top = KIT_MAKE(top);

    top.middle = KIT_MAKE(middle);
    top.middle.leaf = kit_probe(counts, pending);
    return top;
}

START_TEST(a_pending_poll_leaves_a_waker_that_wakes)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct kit_probe probe = kit_probe(&counts, 1);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&probe.future, &waker), RT_PENDING);
    rt_waker_wake(&counts.waker);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&probe.future, &waker), RT_READY);
    rt_future_drop(&probe.future);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(dropping_twice_drops_once)
{
    struct kit_counts counts = {0};
    struct kit_probe probe = kit_probe(&counts, 1);

    rt_future_drop(&probe.future);
    rt_future_drop(&probe.future);
    ck_assert_int_eq(counts.drops, 1);
}
END_TEST

START_TEST(dropping_a_zero_frame_is_harmless)
{
    struct rt_sleep nap = {0};
    struct rt_read read = {0};
    struct rt_select select = {0};

    rt_future_drop(&nap.future);
    rt_future_drop(&read.future);
    rt_future_drop(&select.future);
}
END_TEST

START_TEST(dropping_a_future_that_was_never_polled_drops_it)
{
    struct kit_counts counts = {0};
    struct kit_probe probe = kit_probe(&counts, 3);

    rt_future_drop(&probe.future);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_int_eq(counts.polls, 0);
}
END_TEST

START_TEST(dropping_a_suspended_frame_drops_the_chain_from_the_leaf_up)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct top top = make_top(&counts, KIT_FOR_EVER);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&top.future, &waker), RT_PENDING);
    ck_assert_int_eq(waker.held, 1);
    rt_future_drop(&top.future);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_int_eq(waker.held, 0);
    ck_assert_str_eq(kit_logged(), "middle top ");
    rt_future_drop(&top.future);
    ck_assert_str_eq(kit_logged(), "middle top ");
}
END_TEST

START_TEST(await_drops_the_child_once_when_it_is_ready)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct top top = make_top(&counts, 1);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&top.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&top.future, &waker), RT_READY);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_str_eq(kit_logged(), "middle ");
    rt_future_drop(&top.future);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_str_eq(kit_logged(), "middle top ");
}
END_TEST

START_TEST(the_chain_of_awaits_has_the_names)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct top top = make_top(&counts, 1);
    const struct rt_future *future = &top.future;

    kit_waker_init(&waker);
    kit_poll(&top.future, &waker);
    for (; future; future = future->awaiting) {
        kit_log("%s>", rt_future_name(future));
    }
    ck_assert_str_eq(kit_logged(), "top>middle>probe>");
    rt_future_drop(&top.future);
}
END_TEST

START_TEST(finished_means_ready_or_dropped)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct kit_probe ready = kit_probe(&counts, 0);
    struct kit_probe dropped = kit_probe(&counts, 0);

    kit_waker_init(&waker);
    ck_assert(!rt_future_is_finished(&ready.future));
    kit_poll(&ready.future, &waker);
    ck_assert(rt_future_is_finished(&ready.future));
    rt_future_drop(&dropped.future);
    ck_assert(rt_future_is_finished(&dropped.future));
}
END_TEST

START_TEST(a_future_may_move_before_its_first_poll)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct top first = make_top(&counts, 0);
    struct top second = first;

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&second.future, &waker), RT_READY);
    rt_future_drop(&second.future);
}
END_TEST

START_TEST(a_future_without_a_name_or_drop_is_fine)
{
    static const struct rt_future_ops no_ops = {0};
    struct rt_future future = RT_FUTURE(&no_ops);

    ck_assert_str_eq(rt_future_name(&future), "unnamed");
    rt_future_drop(&future);
}
END_TEST

START_TEST(the_budget_is_128_then_pending_with_a_wake)
{
    struct kit_waker waker;
    struct rt_context cx;

    kit_waker_init(&waker);
    cx = rt_context_make(&waker.waker);
    for (int i = 0; i < 128; i++) {
        ck_assert(rt_budget_spend(&cx));
    }
    ck_assert_int_eq(waker.wakes, 0);
    ck_assert(!rt_budget_spend(&cx));
    ck_assert_int_eq(waker.wakes, 1);
}
END_TEST

Suite *future_suite(void)
{
    const TTest *const tests[] = {
        a_pending_poll_leaves_a_waker_that_wakes,
        dropping_twice_drops_once,
        dropping_a_zero_frame_is_harmless,
        dropping_a_future_that_was_never_polled_drops_it,
        dropping_a_suspended_frame_drops_the_chain_from_the_leaf_up,
        await_drops_the_child_once_when_it_is_ready,
        the_chain_of_awaits_has_the_names,
        finished_means_ready_or_dropped,
        a_future_may_move_before_its_first_poll,
        a_future_without_a_name_or_drop_is_fine,
        the_budget_is_128_then_pending_with_a_wake,
        NULL,
    };

    return suite_of("future", tests);
}
