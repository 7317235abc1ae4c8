/* Select and join: several futures in one task. */
#include <errno.h>

#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static struct kit_counts counts[4];
static struct kit_waker waker;

/* The branch that wins, when both are always ready. */
static int random_winner(void)
{
    struct kit_probe first = kit_probe(&counts[0], 0);
    struct kit_probe second = kit_probe(&counts[1], 0);
    struct rt_select select = RT_SELECT(first, second);

    ck_assert_int_eq(rt_block_on(runtime, &select.future), 0);
    return select.winner;
}

START_TEST(select_starts_at_a_random_branch_and_is_fair)
{
    int wins = 0;

    runtime = kit_runtime();
    for (int i = 0; i < 1000; i++) {
        wins += random_winner();
    }
    ck_assert_int_gt(wins, 400);
    ck_assert_int_lt(wins, 600);
    rt_shutdown(runtime);
}
END_TEST

static uint64_t winners_of_seed(uint64_t seed)
{
    struct rt_builder builder = kit_lone_builder();
    uint64_t winners = 0;

    builder.seed = seed;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    for (int i = 0; i < 64; i++) {
        winners = winners << 1 | (unsigned)random_winner();
    }
    rt_shutdown(runtime);
    return winners;
}

START_TEST(one_seed_gives_one_order_of_winners)
{
    ck_assert_uint_eq(winners_of_seed(11), winners_of_seed(11));
    ck_assert_uint_ne(winners_of_seed(11), winners_of_seed(12));
}
END_TEST

START_TEST(a_biased_select_takes_the_first_that_is_ready)
{
    runtime = kit_runtime();
    for (int i = 0; i < 20; i++) {
        struct kit_probe first = kit_probe(&counts[0], 0);
        struct kit_probe second = kit_probe(&counts[1], 0);
        struct rt_select select = RT_SELECT_BIASED(first, second);

        rt_block_on(runtime, &select.future);
        ck_assert_int_eq(select.winner, 0);
    }
    ck_assert_int_eq(counts[1].polls, 0);
    ck_assert_int_eq(counts[1].drops, 20);
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_branch_that_is_switched_off_is_never_polled)
{
    runtime = kit_runtime();
    for (int i = 0; i < 20; i++) {
        struct kit_probe first = kit_probe(&counts[0], 0);
        struct kit_probe second = kit_probe(&counts[1], 1);
        struct rt_select select = RT_SELECT(first, second);

        second.wakes_itself = true;
        rt_select_disable(&select, 0);
        rt_block_on(runtime, &select.future);
        ck_assert_int_eq(select.winner, 1);
    }
    ck_assert_int_eq(counts[0].polls, 0);
    rt_shutdown(runtime);
}
END_TEST

/* Looks, in the body behind the await, at what became of the losers. */
struct chooses {
    struct rt_future future;
    struct kit_probe winner;
    struct kit_probe loser;
    struct rt_select either;
};

KIT_OPS(chooses);

static enum rt_poll chooses_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct chooses *self = RT_SELF(future, struct chooses);

    RT_BEGIN(self);
    self->winner = kit_probe(&counts[0], 1);
    self->winner.wakes_itself = true;
    self->loser = kit_probe(&counts[1], KIT_FOR_EVER);
    self->either = RT_SELECT(self->winner, self->loser);
    RT_AWAIT(self->either);
    kit_log("winner %d, drops %d %d", self->either.winner, counts[0].drops,
            counts[1].drops);
    RT_END(self);
}

START_TEST(the_losers_are_dropped_before_the_body_goes_on)
{
    struct chooses chooses = KIT_MAKE(chooses);

    ck_assert_int_eq(KIT_RUN(chooses), 0);
    ck_assert_str_eq(kit_logged(), "winner 0, drops 1 1");
}
END_TEST

START_TEST(losers_are_dropped_by_the_select_itself)
{
    struct kit_probe winner = kit_probe(&counts[0], 0);
    struct kit_probe loser = kit_probe(&counts[1], KIT_FOR_EVER);
    struct rt_select select = RT_SELECT_BIASED(loser, winner);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&select.future, &waker), RT_READY);
    ck_assert_int_eq(counts[1].drops, 1);
    ck_assert_int_eq(waker.held, 0);
    rt_future_drop(&select.future);
}
END_TEST

START_TEST(dropping_a_select_drops_all_branches)
{
    struct kit_probe first = kit_probe(&counts[0], KIT_FOR_EVER);
    struct kit_probe second = kit_probe(&counts[1], KIT_FOR_EVER);
    struct rt_select select = RT_SELECT(first, second);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&select.future, &waker), RT_PENDING);
    ck_assert_int_eq(waker.held, 2);
    rt_future_drop(&select.future);
    ck_assert_int_eq(counts[0].drops, 1);
    ck_assert_int_eq(counts[1].drops, 1);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(a_kept_branch_survives_and_goes_on_in_another_select)
{
    struct kit_probe quick = kit_probe(&counts[0], 0);
    struct kit_probe kept = kit_probe(&counts[1], 2);
    struct rt_select select = RT_SELECT_BIASED(kept, quick);

    kit_waker_init(&waker);
    rt_select_keep(&select, 0);
    ck_assert_int_eq(kit_poll(&select.future, &waker), RT_READY);
    rt_future_drop(&select.future);
    ck_assert_int_eq(select.winner, 1);
    ck_assert_int_eq(counts[1].drops, 0);

    select = RT_SELECT_BIASED(kept);
    rt_select_keep(&select, 0);
    ck_assert_int_eq(kit_poll(&select.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&select.future, &waker), RT_READY);
    ck_assert_int_eq(counts[1].drops, 1);
    rt_future_drop(&select.future);
    ck_assert_int_eq(counts[1].drops, 1);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(dropping_a_select_leaves_the_kept_branch_to_its_maker)
{
    struct kit_probe kept = kit_probe(&counts[0], KIT_FOR_EVER);
    struct rt_select select = RT_SELECT(kept);

    kit_waker_init(&waker);
    rt_select_keep(&select, 0);
    kit_poll(&select.future, &waker);
    rt_future_drop(&select.future);
    ck_assert_int_eq(counts[0].drops, 0);
    rt_future_drop(&kept.future);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(select_takes_eight_branches)
{
    struct kit_probe p = kit_probe(&counts[0], KIT_FOR_EVER);
    struct kit_probe b[7] = {p, p, p, p, p, p, kit_probe(&counts[1], 0)};
    struct rt_select select =
        RT_SELECT(p, b[0], b[1], b[2], b[3], b[4], b[5], b[6]);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&select.future, &waker), RT_READY);
    ck_assert_int_eq(select.winner, 7);
    ck_assert_int_eq(counts[0].drops, 7);
    rt_future_drop(&select.future);
}
END_TEST

START_TEST(the_winner_is_minus_1_before)
{
    struct kit_probe first = kit_probe(&counts[0], KIT_FOR_EVER);
    struct rt_select select = RT_SELECT(first);

    ck_assert_int_eq(select.winner, -1);
    rt_future_drop(&select.future);
}
END_TEST

/* ---- join ---- */

START_TEST(join_is_ready_when_all_are_and_drops_each_once)
{
    struct kit_probe first = kit_probe(&counts[0], 0);
    struct kit_probe second = kit_probe(&counts[1], 2);
    struct rt_join join = RT_JOIN(first, second);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_PENDING);
    ck_assert_int_eq(counts[0].drops, 1);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_READY);
    ck_assert_int_eq(counts[0].polls, 1);
    ck_assert_int_eq(counts[1].polls, 3);
    rt_future_drop(&join.future);
    ck_assert_int_eq(counts[0].drops, 1);
    ck_assert_int_eq(counts[1].drops, 1);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

/* Logs its name at each poll. */
struct named {
    struct rt_future future;
    const char *name;
};

KIT_OPS(named);

static enum rt_poll named_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)cx;
    kit_log("%s", RT_SELF(future, struct named)->name);
    return RT_PENDING;
}

START_TEST(join_rotates_who_is_polled_first)
{
    struct named a = KIT_MAKE(named, .name = "a");
    struct named b = KIT_MAKE(named, .name = "b");
    struct named c = KIT_MAKE(named, .name = "c");
    struct rt_join join = RT_JOIN(a, b, c);

    kit_waker_init(&waker);
    for (int i = 0; i < 4; i++) {
        kit_poll(&join.future, &waker);
        kit_log(" ");
    }
    ck_assert_str_eq(kit_logged(), "abc bca cab abc ");
    rt_future_drop(&join.future);
}
END_TEST

START_TEST(dropping_a_join_drops_what_is_left)
{
    struct kit_probe first = kit_probe(&counts[0], 0);
    struct kit_probe second = kit_probe(&counts[1], KIT_FOR_EVER);
    struct rt_join join = RT_JOIN(first, second);

    kit_waker_init(&waker);
    kit_poll(&join.future, &waker);
    rt_future_drop(&join.future);
    ck_assert_int_eq(counts[0].drops, 1);
    ck_assert_int_eq(counts[1].drops, 1);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(join_runs_its_branches_concurrently)
{
    struct kit_say a = kit_say("A", RT_SECONDS(1));
    struct kit_say b = kit_say("B", RT_SECONDS(3));
    struct rt_join join = RT_JOIN(b, a);

    runtime = kit_runtime();
    rt_block_on(runtime, &join.future);
    ck_assert_uint_eq(rt_now(), RT_SECONDS(3));
    ck_assert_str_eq(kit_logged(), "AB");
    rt_shutdown(runtime);
}
END_TEST

/* ---- try_join ---- */

/* Pending so many times, then it gives the result. */
struct task {
    struct rt_future future;
    struct kit_probe work;
    int outcome;
    int result;
};

KIT_OPS(task);

static enum rt_poll task_poll(struct rt_future *future, struct rt_context *cx)
{
    struct task *self = RT_SELF(future, struct task);

    RT_BEGIN(self);
    RT_AWAIT(self->work);
    self->result = self->outcome;
    RT_END(self);
}

static struct task make_task(int who, int pending, int outcome)
{
    return KIT_MAKE(task, .work = kit_probe(&counts[who], pending),
                    .outcome = outcome);
}

START_TEST(try_join_waits_for_all_that_succeed)
{
    struct task first = make_task(0, 0, 7);
    struct task second = make_task(1, 1, 0);
    struct rt_join join = RT_TRY_JOIN(first, second);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_READY);
    ck_assert_int_eq(join.result, 0);
    ck_assert_int_eq(first.result, 7);
    rt_future_drop(&join.future);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(try_join_stops_at_the_first_error_and_drops_the_rest)
{
    struct task slow = make_task(0, KIT_FOR_EVER, 0);
    struct task fails = make_task(1, 1, -EIO);
    struct task late = make_task(2, 2, -EPIPE);
    struct rt_join join = RT_TRY_JOIN(slow, fails, late);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_READY);
    ck_assert_int_eq(join.result, -EIO);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(counts[i].drops, 1);
    }
    rt_future_drop(&join.future);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(a_branch_after_the_error_is_not_polled)
{
    struct task fails = make_task(0, 0, -EIO);
    struct task other = make_task(1, 0, 0);
    struct rt_join join = RT_TRY_JOIN(fails, other);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_READY);
    ck_assert_int_eq(counts[1].polls, 0);
    rt_future_drop(&join.future);
}
END_TEST

/* A frame whose result is as wide as that of a read. */
struct wide {
    struct rt_future future;
    ssize_t outcome;
    ssize_t result;
};

KIT_OPS(wide);

static enum rt_poll wide_poll(struct rt_future *future, struct rt_context *cx)
{
    struct wide *self = RT_SELF(future, struct wide);

    (void)cx;
    self->result = self->outcome;
    return RT_READY;
}

START_TEST(try_join_takes_wide_results_too)
{
    struct wide fine = KIT_MAKE(wide, .outcome = 0x80000000);
    struct wide fails = KIT_MAKE(wide, .outcome = -EPIPE);
    struct rt_join join = RT_TRY_JOIN(fine, fails);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&join.future, &waker), RT_READY);
    ck_assert_int_eq(join.result, -EPIPE);
    rt_future_drop(&join.future);
}
END_TEST

Suite *select_suite(void)
{
    const TTest *const tests[] = {
        select_starts_at_a_random_branch_and_is_fair,
        one_seed_gives_one_order_of_winners,
        a_biased_select_takes_the_first_that_is_ready,
        a_branch_that_is_switched_off_is_never_polled,
        the_losers_are_dropped_before_the_body_goes_on,
        losers_are_dropped_by_the_select_itself,
        dropping_a_select_drops_all_branches,
        a_kept_branch_survives_and_goes_on_in_another_select,
        dropping_a_select_leaves_the_kept_branch_to_its_maker,
        select_takes_eight_branches,
        the_winner_is_minus_1_before,
        join_is_ready_when_all_are_and_drops_each_once,
        join_rotates_who_is_polled_first,
        dropping_a_join_drops_what_is_left,
        join_runs_its_branches_concurrently,
        try_join_waits_for_all_that_succeed,
        try_join_stops_at_the_first_error_and_drops_the_rest,
        a_branch_after_the_error_is_not_polled,
        try_join_takes_wide_results_too,
        NULL,
    };

    return suite_of("select", tests);
}
