/* Ground: allocation, lists, chance. */
#include "base/list.h"
#include "base/memory.h"
#include "base/random.h"
#include "kit.h"
#include "suites.h"

START_TEST(memory_is_zeroed)
{
    unsigned char *memory = rt_alloc(100);

    for (int i = 0; i < 100; i++) {
        ck_assert_uint_eq(memory[i], 0);
    }
    rt_free(memory, 100);
    rt_free(NULL, 0);
}
END_TEST

START_TEST(the_nth_allocation_fails_and_only_that_one)
{
    rt_alloc_fail_after(3);
    for (int i = 1; i <= 5; i++) {
        void *memory = rt_alloc(1);

        ck_assert_int_eq(memory == NULL, i == 3);
        rt_free(memory, 1);
    }
}
END_TEST

START_TEST(a_list_keeps_its_order_and_lets_any_node_go)
{
    struct rt_list head, other;
    struct rt_list nodes[3];

    rt_list_init(&head);
    for (int i = 0; i < 3; i++) {
        rt_list_init(&nodes[i]);
        rt_list_push_back(&head, &nodes[i]);
    }
    rt_list_remove(&nodes[1]);
    rt_list_remove(&nodes[1]);
    ck_assert(rt_list_is_empty(&nodes[1]));
    rt_list_move_all(&head, &other);
    ck_assert(rt_list_is_empty(&head));
    ck_assert_ptr_eq(rt_list_pop_front(&other), &nodes[0]);
    ck_assert_ptr_eq(rt_list_pop_front(&other), &nodes[2]);
    ck_assert_ptr_null(rt_list_pop_front(&other));
    rt_list_move_all(&head, &other);
    ck_assert(rt_list_is_empty(&other));
}
END_TEST

START_TEST(one_seed_gives_one_sequence)
{
    struct rt_random first = {7};
    struct rt_random second = {7};
    struct rt_random third = {8};
    int same = 0;

    for (int i = 0; i < 100; i++) {
        uint64_t number = rt_random_next(&first);

        ck_assert_uint_eq(number, rt_random_next(&second));
        same += number == rt_random_next(&third);
    }
    ck_assert_int_eq(same, 0);
}
END_TEST

START_TEST(random_numbers_stay_below_their_bound)
{
    struct rt_random random = {1};
    int seen[7] = {0};

    for (int i = 0; i < 7000; i++) {
        seen[rt_random_below(&random, 7)]++;
    }
    for (int i = 0; i < 7; i++) {
        ck_assert_int_gt(seen[i], 800);
        ck_assert_int_lt(seen[i], 1200);
    }
}
END_TEST

Suite *memory_suite(void)
{
    const TTest *const tests[] = {
        memory_is_zeroed,
        the_nth_allocation_fails_and_only_that_one,
        a_list_keeps_its_order_and_lets_any_node_go,
        one_seed_gives_one_sequence,
        random_numbers_stay_below_their_bound,
        NULL,
    };

    return suite_of("memory", tests);
}
