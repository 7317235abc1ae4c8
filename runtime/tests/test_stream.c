/* Streams: items one at a time, adapters, an end. */
#include <errno.h>

#include "kit.h"
#include "stream_kit.h"
#include "suites.h"
#include "base/memory.h"
#include "stream/adapters.h"
#include "stream/combine.h"

static struct kit_waker waker;

static bool is_even(void *argument, const void *item)
{
    (void)argument;
    return *(const int *)item % 2 == 0;
}

static void add(void *argument, const void *in, void *out)
{
    *(int *)out = *(const int *)in + *(int *)argument;
}

/* ---- the contract ---- */

START_TEST(a_stream_gives_its_items_and_ends)
{
    const int numbers[] = {1, 2, 3};
    struct rt_stream_iter iter = RT_STREAM_ITER(numbers);

    EXPECT(iter, 1, 2, 3, END, END);
}
END_TEST

START_TEST(a_stream_that_has_ended_is_not_polled_again)
{
    struct script script = SCRIPT(1);

    EXPECT(script, 1, END, END, END);
    ck_assert_int_eq(script.polls, 2);
}
END_TEST

START_TEST(an_error_comes_in_place_of_an_item_and_ends_nothing)
{
    int three = 3;
    struct script script = SCRIPT(2, -EIO, 4, 5);
    struct rt_stream_adapter even =
        rt_stream_filter(&script.stream, is_even, 0);
    struct rt_stream_adapter more = rt_stream_map(&even.stream, 4, add, &three);
    struct rt_stream_adapter all = rt_stream_take(&more.stream, 3);

    EXPECT(all, 5, -EIO, 7, END);
}
END_TEST

START_TEST(dropping_an_adapter_drops_what_it_works_on_once)
{
    struct script one = SCRIPT(1);
    struct script two = SCRIPT(2);
    struct rt_stream_pair both = rt_stream_chain(&one.stream, &two.stream);
    struct rt_stream_adapter some = rt_stream_take(&both.stream, 1);

    rt_stream_drop(&some.stream);
    rt_stream_drop(&some.stream);
    ck_assert_int_eq(one.drops, 1);
    ck_assert_int_eq(two.drops, 1);
}
END_TEST

START_TEST(an_always_ready_stream_spends_the_budget)
{
    static const int numbers[RT_BUDGET + 1] = {0};
    struct rt_stream_iter iter = RT_STREAM_ITER(numbers);
    struct rt_buffer items = {0};
    struct rt_fold collect = rt_collect(&iter.stream, &items);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&collect.future, &waker), RT_PENDING);
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(kit_poll(&collect.future, &waker), RT_READY);
    ck_assert_uint_eq(rt_buffer_length(&items), sizeof(numbers));
    rt_future_drop(&collect.future);
    rt_buffer_deinit(&items);
}
END_TEST

static void ask_for_the_wrong_size(void)
{
    struct script script = SCRIPT(1);
    char item;

    rt_next(&script.stream, &item, sizeof(item));
}

static void make_too_large_items(void)
{
    rt_stream_make(&script_ops, RT_STREAM_ITEM_MOST + 1, NULL);
}

static void poll_a_dropped_stream(void)
{
    struct script script = SCRIPT(1);

    rt_stream_drop(&script.stream);
    stream_get(&script.stream);
}

START_TEST(misuse_is_named)
{
    kit_expect_panic(ask_for_the_wrong_size, "stream-item-size");
    kit_expect_panic(make_too_large_items, "stream-item-size");
    kit_expect_panic(poll_a_dropped_stream, "not-a-stream");
}
END_TEST

/* ---- adapters ---- */

START_TEST(filter_gives_what_passes)
{
    struct script script = SCRIPT(1, 2, PEND, 3, 4, 6);
    struct rt_stream_adapter even =
        rt_stream_filter(&script.stream, is_even, 0);

    EXPECT(even, 2, PEND, 4, 6, END);
}
END_TEST

static void as_text(void *argument, const void *in, void *out)
{
    (void)argument;
    ((char *)out)[0] = (char)('0' + *(const int *)in);
    ((char *)out)[1] = '\0';
}

START_TEST(map_may_change_the_type)
{
    struct script script = SCRIPT(7);
    char text[2];
    struct rt_stream_adapter map =
        rt_stream_map(&script.stream, sizeof(text), as_text, NULL);
    struct rt_next next = RT_NEXT(map, text);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&next.future, &waker), RT_READY);
    ck_assert_str_eq(text, "7");
}
END_TEST

START_TEST(take_asks_for_no_more_than_it_takes)
{
    struct script script = SCRIPT(1, PEND, 2, 3);
    struct rt_stream_adapter two = rt_stream_take(&script.stream, 2);

    EXPECT(two, 1, PEND, 2, END);
    ck_assert_int_eq(script.polls, 3);
}
END_TEST

START_TEST(take_of_none_ends_without_a_poll)
{
    struct script script = SCRIPT(1);
    struct rt_stream_adapter none = rt_stream_take(&script.stream, 0);

    EXPECT(none, END);
    ck_assert_int_eq(script.polls, 0);
}
END_TEST

START_TEST(skip_loses_the_first_items_but_no_error)
{
    struct script script = SCRIPT(1, PEND, -EIO, 2, 3, 4);
    struct rt_stream_adapter rest = rt_stream_skip(&script.stream, 2);

    EXPECT(rest, PEND, -EIO, 3, 4, END);
}
END_TEST

/* An async function: twice the number, after a pending poll. */
struct twice {
    struct rt_future future;
    struct kit_counts counts;
    struct kit_probe probe;
    int number;
};

KIT_OPS(twice);

static enum rt_poll twice_poll(struct rt_future *future, struct rt_context *cx)
{
    struct twice *self = RT_SELF(future, struct twice);

    RT_BEGIN(self);
    self->probe = kit_probe(&self->counts, 1);
    RT_AWAIT(self->probe);
    self->number *= 2;
    RT_END(self);
}

static void twice_begin(struct rt_future *work, const void *in)
{
    *RT_SELF(work, struct twice) = KIT_MAKE(twice, .number = *(const int *)in);
}

static int twice_end(struct rt_future *work, void *out)
{
    *(int *)out = RT_SELF(work, struct twice)->number;
    return RT_STREAM_ITEM;
}

static const struct rt_stream_work twice_work = {twice_begin, twice_end};

START_TEST(then_runs_an_async_function_for_each_item)
{
    struct script script = SCRIPT(1, -EIO, 2);
    struct twice twice;
    struct rt_stream_works then =
        rt_stream_then(&script.stream, sizeof(int), &twice_work, &twice.future);

    EXPECT(then, PEND, 2, -EIO, PEND, 4, END);
    rt_stream_drop(&then.stream);
}
END_TEST

START_TEST(a_dropped_then_drops_its_work)
{
    struct script script = SCRIPT(1);
    struct twice twice;
    struct rt_stream_works then =
        rt_stream_then(&script.stream, sizeof(int), &twice_work, &twice.future);

    EXPECT(then, PEND);
    rt_stream_drop(&then.stream);
    ck_assert_int_eq(twice.counts.drops, 1);
    ck_assert_int_eq(script.drops, 1);
}
END_TEST

/* ---- several streams ---- */

START_TEST(chain_gives_the_one_and_then_the_other)
{
    struct script one = SCRIPT(1, PEND, 2);
    struct script two = SCRIPT(3);
    struct rt_stream_pair both = rt_stream_chain(&one.stream, &two.stream);

    EXPECT(both, 1, PEND, 2, 3, END);
}
END_TEST

START_TEST(merge_takes_turns_while_both_are_ready)
{
    struct script one = SCRIPT(1, 3, 5, 7);
    struct script two = SCRIPT(2, 4);
    struct rt_stream_pair both = rt_stream_merge(&one.stream, &two.stream);

    EXPECT(both, 1, 2, 3, 4, 5, 7, END);
}
END_TEST

START_TEST(merge_waits_for_both_and_ends_with_both)
{
    struct script one = SCRIPT(PEND, PEND, 1);
    struct script two = SCRIPT(PEND, 2);
    struct rt_stream_pair both = rt_stream_merge(&one.stream, &two.stream);

    EXPECT(both, PEND, 2, 1, END);
}
END_TEST

START_TEST(merge_is_pending_when_one_has_ended_and_the_other_waits)
{
    struct script one = SCRIPT(PEND, PEND, 1);
    struct rt_stream_iter none = rt_stream_iter(NULL, 0, sizeof(int));
    struct rt_stream_pair left = rt_stream_merge(&one.stream, &none.stream);

    EXPECT(left, PEND, PEND, 1, END);
    one = SCRIPT(PEND, PEND, 1);
    left = rt_stream_merge(&none.stream, &one.stream);
    EXPECT(left, PEND, PEND, 1, END);
}
END_TEST

static void tens(void *argument, const void *in, void *out)
{
    const struct rt_zipped *both = in;

    (void)argument;
    *(int *)out = 10 * *(const int *)both->left + *(const int *)both->right;
}

START_TEST(zip_pairs_items_and_lets_both_sides_get_on)
{
    struct script left = SCRIPT(PEND, 1, 2, 3);
    struct script right = SCRIPT(4, PEND, 5);
    struct rt_stream_pair zip = rt_stream_zip(&left.stream, &right.stream);
    struct rt_stream_adapter map =
        rt_stream_map(&zip.stream, sizeof(int), tens, NULL);

    EXPECT(map, PEND, 14, PEND, 25, END);
    rt_stream_drop(&map.stream);
    ck_assert_int_eq(left.drops, 1);
    ck_assert_int_eq(right.drops, 1);
}
END_TEST

START_TEST(a_set_gives_from_all_in_turns_and_says_from_which)
{
    struct rt_stream_set set;
    struct rt_stream_entry entries[2];
    struct script one = SCRIPT(1, 2, 3);
    struct script two = SCRIPT(4, PEND, 5);

    rt_stream_set_init(&set, sizeof(int));
    rt_stream_set_insert(&set, &entries[0], 100, &one.stream);
    rt_stream_set_insert(&set, &entries[1], 200, &two.stream);
    EXPECT(set, 1);
    ck_assert_uint_eq(set.key, 100);
    EXPECT(set, 4);
    ck_assert_uint_eq(set.key, 200);
    EXPECT(set, 2, 3, 5, END);
    ck_assert_uint_eq(set.key, 200);
}
END_TEST

START_TEST(a_stream_that_ends_leaves_the_set_and_is_dropped)
{
    struct rt_stream_set set;
    struct rt_stream_entry entries[2];
    struct script one = SCRIPT(1);
    struct script two = SCRIPT(PEND, PEND, PEND, 2);

    rt_stream_set_init(&set, sizeof(int));
    rt_stream_set_insert(&set, &entries[0], 1, &one.stream);
    rt_stream_set_insert(&set, &entries[1], 2, &two.stream);
    EXPECT(set, 1, PEND);
    ck_assert_int_eq(one.drops, 1);
    ck_assert_ptr_null(rt_stream_set_remove(&set, 1));
    ck_assert_int_eq(two.drops, 0);
    rt_stream_drop(&set.stream);
    ck_assert_int_eq(two.drops, 1);
}
END_TEST

START_TEST(an_empty_set_has_ended_until_a_stream_comes)
{
    struct rt_stream_set set;
    struct rt_stream_entry entry;
    struct script one = SCRIPT(1);

    rt_stream_set_init(&set, sizeof(int));
    EXPECT(set, END);
    rt_stream_set_insert(&set, &entry, 1, &one.stream);
    EXPECT(set, 1, END);
}
END_TEST

START_TEST(a_key_is_in_a_set_once)
{
    struct rt_stream_set set;
    struct rt_stream_entry entries[2];
    struct script one = SCRIPT(1);
    struct script two = SCRIPT(2);

    rt_stream_set_init(&set, sizeof(int));
    rt_stream_set_insert(&set, &entries[0], 1, &one.stream);
    rt_stream_set_insert(&set, &entries[1], 1, &two.stream);
    ck_assert_int_eq(one.drops, 1);
    ck_assert_ptr_eq(rt_stream_set_remove(&set, 1), &two.stream);
    ck_assert_int_eq(two.drops, 0);
    EXPECT(set, END);
}
END_TEST

/* ---- to the end ---- */

static int sum_up_to_10(void *argument, const void *item, size_t size)
{
    int *sum = argument;

    ck_assert_uint_eq(size, sizeof(*sum));
    *sum += *(const int *)item;
    return *sum > 10 ? *sum : 0;
}

START_TEST(fold_sees_every_item_and_drops_the_stream)
{
    int sum = 0;
    struct script script = SCRIPT(1, PEND, 2, 3);
    struct rt_fold fold = rt_fold(&script.stream, sum_up_to_10, &sum);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&fold.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&fold.future, &waker), RT_READY);
    rt_future_drop(&fold.future);
    ck_assert_int_eq(sum, 6);
    ck_assert_int_eq(fold.result, 0);
    ck_assert_int_eq(script.drops, 1);
}
END_TEST

START_TEST(fold_ends_early_when_told_or_on_an_error)
{
    int sum = 0;
    struct script script = SCRIPT(7, 8, 9, -EIO, 1);
    struct rt_fold fold = rt_fold(&script.stream, sum_up_to_10, &sum);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&fold.future, &waker), RT_READY);
    ck_assert_int_eq(fold.result, 15);
    sum = -100;
    fold = rt_fold(&script.stream, sum_up_to_10, &sum);
    ck_assert_int_eq(kit_poll(&fold.future, &waker), RT_READY);
    ck_assert_int_eq(fold.result, -EIO);
}
END_TEST

START_TEST(collect_keeps_what_came_before_an_error)
{
    struct script script = SCRIPT(1, PEND, 2, -EIO, 3);
    struct rt_buffer items = {0};
    struct rt_fold collect = rt_collect(&script.stream, &items);

    kit_waker_init(&waker);
    ck_assert_int_eq(kit_poll(&collect.future, &waker), RT_PENDING);
    ck_assert_int_eq(kit_poll(&collect.future, &waker), RT_READY);
    rt_future_drop(&collect.future);
    ck_assert_int_eq(collect.result, -EIO);
    ck_assert_uint_eq(rt_buffer_length(&items), 2 * sizeof(int));
    ck_assert_int_eq(((const int *)(void *)items.memory)[1], 2);
    rt_buffer_deinit(&items);
}
END_TEST

START_TEST(without_memory_collect_says_so)
{
    struct script script = SCRIPT(1, 2);
    struct rt_buffer items = {0};
    struct rt_fold collect = rt_collect(&script.stream, &items);

    kit_waker_init(&waker);
    rt_alloc_fail_after(1);
    ck_assert_int_eq(kit_poll(&collect.future, &waker), RT_READY);
    ck_assert_int_eq(collect.result, -ENOMEM);
}
END_TEST

Suite *stream_suite(void)
{
    const TTest *const tests[] = {
        a_stream_gives_its_items_and_ends,
        a_stream_that_has_ended_is_not_polled_again,
        an_error_comes_in_place_of_an_item_and_ends_nothing,
        dropping_an_adapter_drops_what_it_works_on_once,
        an_always_ready_stream_spends_the_budget,
        misuse_is_named,
        filter_gives_what_passes,
        map_may_change_the_type,
        take_asks_for_no_more_than_it_takes,
        take_of_none_ends_without_a_poll,
        skip_loses_the_first_items_but_no_error,
        then_runs_an_async_function_for_each_item,
        a_dropped_then_drops_its_work,
        chain_gives_the_one_and_then_the_other,
        merge_takes_turns_while_both_are_ready,
        merge_waits_for_both_and_ends_with_both,
        merge_is_pending_when_one_has_ended_and_the_other_waits,
        zip_pairs_items_and_lets_both_sides_get_on,
        a_set_gives_from_all_in_turns_and_says_from_which,
        a_stream_that_ends_leaves_the_set_and_is_dropped,
        an_empty_set_has_ended_until_a_stream_comes,
        a_key_is_in_a_set_once,
        fold_sees_every_item_and_drops_the_stream,
        fold_ends_early_when_told_or_on_an_error,
        collect_keeps_what_came_before_an_error,
        without_memory_collect_says_so,
        NULL,
    };

    return suite_of("stream", tests);
}
