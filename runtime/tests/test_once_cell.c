/* Once cell: one initializer runs, the others wait. */
#include <errno.h>
#include <pthread.h>

#include "kit.h"
#include "suites.h"

/* An initializer: pending so many times, then the value; NULL: it fails. */
struct make {
    struct rt_future future;
    struct kit_probe work;
    void *fallible;
    void *made;
};

KIT_OPS(make);

static enum rt_poll make_poll(struct rt_future *future, struct rt_context *cx)
{
    struct make *self = RT_SELF(future, struct make);

    RT_BEGIN(self);
    RT_AWAIT(self->work);
    self->made = self->fallible;
    RT_END(self);
}

enum { ASKERS = 3 };

static struct rt_once_cell cell;
static int one, two;
static struct kit_counts counts[ASKERS];
static struct make makes[ASKERS];
static struct rt_once_get gets[ASKERS];
static struct kit_waker wakers[ASKERS];

static void ask(int who, void *value, int pending)
{
    kit_waker_init(&wakers[who]);
    makes[who] = KIT_MAKE(make, .fallible = value,
                          .work = kit_probe(&counts[who], pending));
    gets[who] = RT_ONCE_GET_OR_INIT(&cell, makes[who], made);
}

static enum rt_poll poll_get(int who)
{
    return kit_poll(&gets[who].future, &wakers[who]);
}

static void drop_get(int who)
{
    rt_future_drop(&gets[who].future);
    ck_assert(rt_future_is_finished(&makes[who].future));
    ck_assert_int_eq(wakers[who].held, 0);
}

START_TEST(a_cell_is_empty_until_it_is_set_and_then_stays_so)
{
    rt_once_cell_init(&cell);
    ck_assert_ptr_null(rt_once_cell_get(&cell));
    ck_assert_int_eq(rt_once_cell_set(&cell, &one), 0);
    ck_assert_int_eq(rt_once_cell_set(&cell, &two), -EEXIST);
    ck_assert_ptr_eq(rt_once_cell_get(&cell), &one);
}
END_TEST

START_TEST(one_initializer_runs_and_the_others_wait_for_it)
{
    rt_once_cell_init(&cell);
    ask(0, &one, 1);
    ask(1, &two, 0);
    ck_assert_int_eq(poll_get(0), RT_PENDING);
    ck_assert_int_eq(poll_get(1), RT_PENDING);
    ck_assert_int_eq(rt_once_cell_set(&cell, &two), -EBUSY);
    ck_assert_int_eq(poll_get(0), RT_READY);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(poll_get(1), RT_READY);
    ck_assert_ptr_eq(gets[0].value, &one);
    ck_assert_ptr_eq(gets[1].value, &one);
    ck_assert_int_eq(counts[1].polls, 0);
    drop_get(0);
    drop_get(1);
}
END_TEST

START_TEST(a_cell_that_is_set_needs_no_initializer)
{
    rt_once_cell_init(&cell);
    ck_assert_int_eq(rt_once_cell_set(&cell, &one), 0);
    ask(0, &two, 0);
    ck_assert_int_eq(poll_get(0), RT_READY);
    ck_assert_ptr_eq(gets[0].value, &one);
    ck_assert_int_eq(counts[0].polls, 0);
    drop_get(0);
}
END_TEST

START_TEST(when_an_initializer_fails_the_next_one_runs)
{
    rt_once_cell_init(&cell);
    ask(0, NULL, 1);
    ask(1, &two, 0);
    poll_get(0);
    poll_get(1);
    ck_assert_int_eq(poll_get(0), RT_READY);
    ck_assert_ptr_null(gets[0].value);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(poll_get(1), RT_READY);
    ck_assert_ptr_eq(gets[1].value, &two);
    drop_get(0);
    drop_get(1);
}
END_TEST

START_TEST(when_an_initializer_is_dropped_the_next_one_runs)
{
    rt_once_cell_init(&cell);
    ask(0, &one, KIT_FOR_EVER);
    ask(1, &two, 0);
    poll_get(0);
    poll_get(1);
    drop_get(0);
    ck_assert_int_eq(counts[0].drops, 1);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(poll_get(1), RT_READY);
    ck_assert_ptr_eq(gets[1].value, &two);
    drop_get(1);
}
END_TEST

START_TEST(a_waiter_that_is_dropped_leaves_the_turn_to_the_next)
{
    rt_once_cell_init(&cell);
    for (int i = 0; i < ASKERS; i++) {
        ask(i, i == 2 ? &two : NULL, i == 0);
        ck_assert_int_eq(poll_get(i), RT_PENDING);
    }
    ck_assert_int_eq(poll_get(0), RT_READY);
    ck_assert_int_eq(wakers[1].wakes, 1);
    drop_get(1);
    ck_assert_int_eq(wakers[2].wakes, 1);
    ck_assert_int_eq(poll_get(2), RT_READY);
    drop_get(0);
    drop_get(2);
}
END_TEST

START_TEST(a_get_that_was_never_polled_holds_nothing)
{
    rt_once_cell_init(&cell);
    ask(0, &one, 0);
    drop_get(0);
    ck_assert_int_eq(rt_once_cell_set(&cell, &two), 0);
}
END_TEST

static void set_to_null(void)
{
    rt_once_cell_init(&cell);
    rt_once_cell_set(&cell, NULL);
}

START_TEST(a_cell_is_never_set_to_null)
{
    kit_expect_panic(set_to_null, "once-cell-null");
}
END_TEST

/* ---- threads ---- */

static atomic_int initialized;

struct count {
    struct rt_future future;
    struct rt_yield turn;
    void *made;
};

KIT_OPS(count);

static enum rt_poll count_poll(struct rt_future *future, struct rt_context *cx)
{
    struct count *self = RT_SELF(future, struct count);

    RT_BEGIN(self);
    self->turn = rt_yield();
    RT_AWAIT(self->turn);
    initialized++;
    self->made = &one;
    RT_END(self);
}

static void *get_on_thread(void *unused)
{
    struct count init = KIT_MAKE(count);
    struct rt_once_get get = RT_ONCE_GET_OR_INIT(&cell, init, made);

    (void)unused;
    KIT_RUN(get);
    return get.value;
}

START_TEST(threads_that_ask_at_once_initialize_once)
{
    for (int round = 0; round < 50; round++) {
        pthread_t threads[ASKERS];
        void *value;

        rt_once_cell_init(&cell);
        for (int i = 0; i < ASKERS; i++) {
            pthread_create(&threads[i], NULL, get_on_thread, NULL);
        }
        for (int i = 0; i < ASKERS; i++) {
            pthread_join(threads[i], &value);
            ck_assert_ptr_eq(value, &one);
        }
        ck_assert_int_eq(initialized, round + 1);
    }
}
END_TEST

Suite *once_cell_suite(void)
{
    const TTest *const tests[] = {
        a_cell_is_empty_until_it_is_set_and_then_stays_so,
        one_initializer_runs_and_the_others_wait_for_it,
        a_cell_that_is_set_needs_no_initializer,
        when_an_initializer_fails_the_next_one_runs,
        when_an_initializer_is_dropped_the_next_one_runs,
        a_waiter_that_is_dropped_leaves_the_turn_to_the_next,
        a_get_that_was_never_polled_holds_nothing,
        a_cell_is_never_set_to_null,
        threads_that_ask_at_once_initialize_once,
        NULL,
    };

    return suite_of("once_cell", tests);
}
