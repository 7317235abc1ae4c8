/* Wakers: clone, wake, drop, and who owns what. */
#include "kit.h"
#include "suites.h"

START_TEST(a_clone_is_given_up_by_a_wake)
{
    struct kit_waker waker;
    struct rt_waker clone;

    kit_waker_init(&waker);
    clone = rt_waker_clone(&waker.waker);
    ck_assert_int_eq(waker.held, 1);
    rt_waker_wake(&clone);
    ck_assert_int_eq(waker.held, 0);
    ck_assert_int_eq(waker.wakes, 1);
}
END_TEST

START_TEST(a_clone_is_given_up_by_a_drop_without_a_wake)
{
    struct kit_waker waker;
    struct rt_waker clone;

    kit_waker_init(&waker);
    clone = rt_waker_clone(&waker.waker);
    rt_waker_drop(&clone);
    ck_assert_int_eq(waker.held, 0);
    ck_assert_int_eq(waker.wakes, 0);
}
END_TEST

START_TEST(wake_by_ref_keeps_the_waker)
{
    struct kit_waker waker;
    struct rt_waker clone;

    kit_waker_init(&waker);
    clone = rt_waker_clone(&waker.waker);
    rt_waker_wake_by_ref(&clone);
    rt_waker_wake_by_ref(&clone);
    ck_assert_int_eq(waker.held, 1);
    ck_assert_int_eq(waker.wakes, 2);
    rt_waker_drop(&clone);
}
END_TEST

START_TEST(wake_and_drop_empty_the_slot_so_twice_is_harmless)
{
    struct kit_waker waker;
    struct rt_waker clone;

    kit_waker_init(&waker);
    clone = rt_waker_clone(&waker.waker);
    rt_waker_wake(&clone);
    rt_waker_wake(&clone);
    rt_waker_drop(&clone);
    ck_assert_int_eq(waker.held, 0);
    ck_assert_int_eq(waker.wakes, 1);
}
END_TEST

START_TEST(an_empty_slot_can_be_woken_and_dropped)
{
    struct rt_waker none = RT_NO_WAKER;

    rt_waker_wake(&none);
    rt_waker_drop(&none);
    ck_assert_ptr_null(none.ops);
}
END_TEST

START_TEST(storing_the_same_waker_clones_once)
{
    struct kit_waker waker;
    struct rt_waker slot = RT_NO_WAKER;

    kit_waker_init(&waker);
    for (int i = 0; i < 3; i++) {
        rt_waker_store(&slot, &waker.waker);
    }
    ck_assert_int_eq(waker.held, 1);
    rt_waker_drop(&slot);
    ck_assert_int_eq(waker.held, 0);
}
END_TEST

START_TEST(storing_another_waker_drops_the_first)
{
    struct kit_waker first, second;
    struct rt_waker slot = RT_NO_WAKER;

    kit_waker_init(&first);
    kit_waker_init(&second);
    rt_waker_store(&slot, &first.waker);
    rt_waker_store(&slot, &second.waker);
    ck_assert_int_eq(first.held, 0);
    ck_assert_int_eq(first.wakes, 0);
    ck_assert_int_eq(second.held, 1);
    rt_waker_drop(&slot);
}
END_TEST

START_TEST(wakers_are_the_same_when_they_wake_the_same_task)
{
    struct kit_waker first, second;
    struct rt_waker clone;

    kit_waker_init(&first);
    kit_waker_init(&second);
    clone = rt_waker_clone(&first.waker);
    ck_assert(rt_waker_is_same(&clone, &first.waker));
    ck_assert(!rt_waker_is_same(&clone, &second.waker));
    rt_waker_drop(&clone);
}
END_TEST

Suite *waker_suite(void)
{
    const TTest *const tests[] = {
        a_clone_is_given_up_by_a_wake,
        a_clone_is_given_up_by_a_drop_without_a_wake,
        wake_by_ref_keeps_the_waker,
        wake_and_drop_empty_the_slot_so_twice_is_harmless,
        an_empty_slot_can_be_woken_and_dropped,
        storing_the_same_waker_clones_once,
        storing_another_waker_drops_the_first,
        wakers_are_the_same_when_they_wake_the_same_task,
        NULL,
    };

    return suite_of("waker", tests);
}
