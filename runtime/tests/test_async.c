/* Async functions: RT_AWAIT wherever a statement can stand. */
#include "kit.h"
#include "suites.h"

/* Counts how often it went through an await, in all sorts of places. */
struct places {
    struct rt_future future;
    int kind;
    int i;
    int passed;
    struct kit_counts counts;
    struct kit_probe probe;
};

KIT_OPS(places);

#define WAIT_ONCE(self)                                                        \
    do {                                                                       \
        (self)->probe = kit_probe(&(self)->counts, 1);                         \
        (self)->probe.wakes_itself = true;                                     \
        RT_AWAIT((self)->probe);                                               \
        (self)->passed++;                                                      \
    } while (0)

static enum rt_poll places_poll(struct rt_future *future, struct rt_context *cx)
{
    struct places *self = RT_SELF(future, struct places);

    RT_BEGIN(self);
    if (self->kind == 0) {
        WAIT_ONCE(self);
    } else if (self->kind == 1) {
        for (self->i = 0; self->i < 10; self->i++) {
            WAIT_ONCE(self);
            if (self->i == 3) {
                continue;
            }
            WAIT_ONCE(self);
        }
    }
    while (self->kind == 2 && self->passed < 5) {
        WAIT_ONCE(self);
    }
    switch (self->kind) {
    case 3:
        WAIT_ONCE(self);
        __attribute__((fallthrough));
    case 4:
        WAIT_ONCE(self);
        break;
    case 5:
        WAIT_ONCE(self);
        WAIT_ONCE(self); /* clang-format off: one line */
        break;
    case 6:
        WAIT_ONCE(self);
        RT_RETURN();
    default:
        break;
    }
    self->passed += 100;
    RT_END(self);
}

static int passed(int kind)
{
    struct places places = KIT_MAKE(places, .kind = kind);

    ck_assert_int_eq(KIT_RUN(places), 0);
    ck_assert_int_eq(places.counts.drops, places.passed % 100);
    return places.passed;
}

START_TEST(await_inside_if)
{
    ck_assert_int_eq(passed(0), 101);
}
END_TEST

START_TEST(await_inside_for_with_continue)
{
    ck_assert_int_eq(passed(1), 119);
}
END_TEST

START_TEST(await_inside_while)
{
    ck_assert_int_eq(passed(2), 105);
}
END_TEST

START_TEST(await_inside_switch_falls_through)
{
    ck_assert_int_eq(passed(3), 102);
    ck_assert_int_eq(passed(4), 101);
}
END_TEST

START_TEST(await_twice_on_a_line)
{
    ck_assert_int_eq(passed(5), 102);
}
END_TEST

START_TEST(return_from_the_middle_is_ready)
{
    ck_assert_int_eq(passed(6), 1);
}
END_TEST

/* Calls itself so many levels deep. */
struct nested {
    struct rt_future future;
    struct nested *inner; /* borrowed; NULL: the innermost */
    struct kit_probe leaf;
};

KIT_OPS_WITH_DROP(nested);

static int nested_drops;

static enum rt_poll nested_poll(struct rt_future *future, struct rt_context *cx)
{
    struct nested *self = RT_SELF(future, struct nested);

    RT_BEGIN(self);
    if (self->inner) {
        RT_AWAIT(*self->inner);
    } else {
        RT_AWAIT(self->leaf);
    }
    RT_END(self);
}

static void nested_drop(struct rt_future *future)
{
    (void)future;
    nested_drops++;
}

enum { DEPTH = 100 };

static void make_nested(struct nested *levels, struct kit_counts *counts,
                        int pending)
{
    for (int i = 0; i < DEPTH; i++) {
        levels[i] = KIT_MAKE(nested);
        levels[i].inner = i + 1 < DEPTH ? &levels[i + 1] : NULL;
    }
    levels[DEPTH - 1].leaf = kit_probe(counts, pending);
    levels[DEPTH - 1].leaf.wakes_itself = true;
}

START_TEST(async_functions_nest_100_deep)
{
    struct kit_counts counts = {0};
    struct nested levels[DEPTH];

    make_nested(levels, &counts, 3);
    ck_assert_int_eq(KIT_RUN(levels[0]), 0);
    ck_assert_int_eq(counts.polls, 4);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_int_eq(nested_drops, DEPTH);
}
END_TEST

START_TEST(a_drop_goes_100_deep)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct nested levels[DEPTH];

    kit_waker_init(&waker);
    make_nested(levels, &counts, KIT_FOR_EVER);
    ck_assert_int_eq(kit_poll(&levels[0].future, &waker), RT_PENDING);
    rt_future_drop(&levels[0].future);
    ck_assert_int_eq(counts.drops, 1);
    ck_assert_int_eq(nested_drops, DEPTH);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(two_frames_of_one_function_keep_their_places)
{
    struct kit_waker waker;
    struct places one = KIT_MAKE(places, .kind = 2);
    struct places other = KIT_MAKE(places, .kind = 4);

    kit_waker_init(&waker);
    kit_poll(&one.future, &waker);
    kit_poll(&other.future, &waker);
    kit_poll(&one.future, &waker);
    ck_assert_int_eq(one.passed, 1);
    ck_assert_int_eq(kit_poll(&other.future, &waker), RT_READY);
    rt_future_drop(&one.future);
    rt_future_drop(&other.future);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(an_await_that_is_ready_at_once_goes_on_in_the_same_poll)
{
    struct kit_waker waker;
    struct kit_counts counts = {0};
    struct nested level = KIT_MAKE(nested, .leaf = kit_probe(&counts, 0));

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&level.future, &waker), RT_READY);
    rt_future_drop(&level.future);
}
END_TEST

Suite *async_suite(void)
{
    const TTest *const tests[] = {
        await_inside_if,
        await_inside_for_with_continue,
        await_inside_while,
        await_inside_switch_falls_through,
        await_twice_on_a_line,
        return_from_the_middle_is_ready,
        async_functions_nest_100_deep,
        a_drop_goes_100_deep,
        two_frames_of_one_function_keep_their_places,
        an_await_that_is_ready_at_once_goes_on_in_the_same_poll,
        NULL,
    };

    return suite_of("async", tests);
}
