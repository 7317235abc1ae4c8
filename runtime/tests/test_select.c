/* Select and join: several futures in one task. */
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
    struct rt_builder builder = rt_builder_default();
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
        NULL,
    };

    return suite_of("select", tests);
}
