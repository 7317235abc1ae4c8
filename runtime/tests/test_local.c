/* Task locals, and futures without a budget: what a poll is surrounded by. */
#include "kit.h"
#include "suites.h"

static const struct rt_local color = {"color"};
static const struct rt_local shape = {"shape"};
static char red[] = "red", blue[] = "blue", round_shape[] = "round";

static const char *text_of(const struct rt_local *key)
{
    const char *text = rt_local_get(key);

    return text ? text : "-";
}

/* Logs what it sees, at each of two polls and when it is dropped. */
struct looks {
    struct rt_future future;
    struct rt_yield turn;
};

KIT_OPS_WITH_DROP(looks);

static enum rt_poll looks_poll(struct rt_future *future, struct rt_context *cx)
{
    struct looks *self = RT_SELF(future, struct looks);

    RT_BEGIN(self);
    kit_log("%s %s, ", text_of(&color), text_of(&shape));
    self->turn = rt_yield();
    RT_AWAIT(self->turn);
    kit_log("%s %s, ", text_of(&color), text_of(&shape));
    RT_END(self);
}

static void looks_drop(struct rt_future *future)
{
    (void)future;
    kit_log("dropped %s %s. ", text_of(&color), text_of(&shape));
}

START_TEST(a_scope_sets_the_value_for_each_poll_and_the_drop)
{
    struct looks looks = KIT_MAKE(looks);
    struct rt_local_scope scope = RT_LOCAL_SCOPE(&color, red, looks);

    ck_assert_int_eq(KIT_RUN(scope), 0);
    ck_assert_str_eq(kit_logged(), "red -, red -, dropped red -. ");
    ck_assert_ptr_null(rt_local_get(&color));
}
END_TEST

START_TEST(scopes_nest_and_the_innermost_of_a_key_wins)
{
    struct looks looks = KIT_MAKE(looks);
    struct rt_local_scope inner = RT_LOCAL_SCOPE(&color, blue, looks);
    struct rt_local_scope middle = RT_LOCAL_SCOPE(&shape, round_shape, inner);
    struct rt_local_scope outer = RT_LOCAL_SCOPE(&color, red, middle);

    ck_assert_int_eq(KIT_RUN(outer), 0);
    ck_assert_str_eq(kit_logged(),
                     "blue round, blue round, dropped blue round. ");
}
END_TEST

/* Looks before, between and after two scopes. */
struct walks {
    struct rt_future future;
    struct looks looks;
    struct rt_local_scope scope;
};

KIT_OPS(walks);

static enum rt_poll walks_poll(struct rt_future *future, struct rt_context *cx)
{
    struct walks *self = RT_SELF(future, struct walks);

    RT_BEGIN(self);
    self->looks = KIT_MAKE(looks);
    self->scope = RT_LOCAL_SCOPE(&color, blue, self->looks);
    RT_AWAIT(self->scope);
    kit_log("%s", text_of(&color));
    RT_END(self);
}

START_TEST(the_value_of_the_outer_scope_is_restored)
{
    struct walks walks = KIT_MAKE(walks);
    struct rt_local_scope outer = RT_LOCAL_SCOPE(&color, red, walks);

    ck_assert_int_eq(KIT_RUN(outer), 0);
    ck_assert_str_eq(kit_logged(), "blue -, blue -, dropped blue -. red");
}
END_TEST

START_TEST(other_tasks_between_the_polls_do_not_see_it)
{
    struct looks looks = KIT_MAKE(looks);
    struct rt_local_scope scope = RT_LOCAL_SCOPE(&color, red, looks);
    struct rt_runtime *runtime = kit_runtime();

    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(looks)), 0);
    ck_assert_int_eq(rt_block_on(runtime, &scope.future), 0);
    ck_assert_str_eq(kit_logged(), "- -, red -, - -, dropped - -. red -, "
                                   "dropped red -. ");
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_pending_future_is_dropped_inside_of_its_scope)
{
    struct looks looks = KIT_MAKE(looks);
    struct rt_local_scope scope = RT_LOCAL_SCOPE(&color, red, looks);
    struct rt_runtime *runtime = kit_runtime();
    struct kit_waker waker;

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&scope.future, &waker), RT_PENDING);
    rt_future_drop(&scope.future);
    ck_assert_int_eq(waker.held, 0);
    ck_assert_str_eq(kit_logged(), "red -, dropped red -. ");
    rt_shutdown(runtime);
}
END_TEST

/* ---- unconstrained ---- */

/* Takes a permit and gives it back, a thousand times. */
struct greedy {
    struct rt_future future;
    struct rt_semaphore *semaphore; /* borrowed */
    struct rt_acquire acquire;
    int left;
};

KIT_OPS(greedy);

static enum rt_poll greedy_poll(struct rt_future *future, struct rt_context *cx)
{
    struct greedy *self = RT_SELF(future, struct greedy);

    RT_BEGIN(self);
    while (self->left-- > 0) {
        self->acquire = rt_semaphore_acquire(self->semaphore, 1);
        RT_AWAIT(self->acquire);
        rt_semaphore_release(self->semaphore, 1);
    }
    RT_END(self);
}

START_TEST(an_unconstrained_future_is_not_stopped_by_the_budget)
{
    struct rt_semaphore semaphore;
    struct greedy plain =
        KIT_MAKE(greedy, .semaphore = &semaphore, .left = 1000);
    struct greedy greedy = plain;
    struct rt_unconstrained free_one = RT_UNCONSTRAINED(greedy);
    struct kit_waker waker;

    kit_waker_init(&waker);
    rt_semaphore_init(&semaphore, 1);
    ck_assert_int_eq(kit_poll(&plain.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&free_one.future, &waker), RT_READY);
    rt_future_drop(&plain.future);
    rt_future_drop(&free_one.future);
}
END_TEST

START_TEST(dropping_an_unconstrained_future_drops_the_inner_one_once)
{
    static struct kit_counts counts[2];
    struct kit_waker waker;

    kit_waker_init(&waker);
    for (int i = 0; i < 2; i++) {
        struct kit_probe probe = kit_probe(&counts[i], KIT_FOR_EVER);
        struct rt_unconstrained free_one = RT_UNCONSTRAINED(probe);

        if (i == 1) {
            kit_poll(&free_one.future, &waker);
        }
        rt_future_drop(&free_one.future);
        ck_assert_int_eq(counts[i].drops, 1);
        ck_assert_int_eq(waker.held, 0);
    }
}
END_TEST

Suite *local_suite(void)
{
    const TTest *const tests[] = {
        a_scope_sets_the_value_for_each_poll_and_the_drop,
        scopes_nest_and_the_innermost_of_a_key_wins,
        the_value_of_the_outer_scope_is_restored,
        other_tasks_between_the_polls_do_not_see_it,
        a_pending_future_is_dropped_inside_of_its_scope,
        an_unconstrained_future_is_not_stopped_by_the_budget,
        dropping_an_unconstrained_future_drops_the_inner_one_once,
        NULL,
    };

    return suite_of("local", tests);
}
