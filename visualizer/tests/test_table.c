#include "suites.h"

#include <stdbool.h>

#include "table.h"

struct item {
    uint32_t id;
    uint32_t value;
};

static struct table table;

static void setup(void)
{
    table_init(&table, sizeof(struct item));
}

static void teardown(void)
{
    table_deinit(&table);
}

static struct item *find(uint32_t id)
{
    return table_find(&table, id);
}

START_TEST(what_was_added_is_found)
{
    for (uint32_t id = 1; id <= 1000; id++) {
        ((struct item *)table_add(&table, id * 7919))->value = id;
    }
    for (uint32_t id = 1; id <= 1000; id++) {
        ck_assert_uint_eq(find(id * 7919)->value, id);
    }
    ck_assert_ptr_null(find(5));
    ck_assert_uint_eq(table.count, 1000);
}
END_TEST

/* Adds and removes at random, beside a plain array that does the same. */
START_TEST(it_agrees_with_an_array)
{
    bool is_there[97] = {false};
    uint32_t random = 1;

    for (int round = 0; round < 20000; round++) {
        uint32_t id;

        random = random * 1103515245 + 12345;
        id = (random >> 16) % 97;
        if (random & 0x8000) {
            table_add(&table, id);
        } else {
            table_remove(&table, id);
        }
        is_there[id] = (random & 0x8000) != 0;
        for (uint32_t i = 0; i < 97 && round % 100 == 0; i++) {
            ck_assert_int_eq(find(i) != NULL, is_there[i]);
        }
    }
}
END_TEST

START_TEST(a_copy_is_of_its_own)
{
    struct table copy;

    table_init(&copy, sizeof(struct item));
    table_add(&table, 1);
    table_copy(&copy, &table);
    table_remove(&table, 1);
    ck_assert_ptr_nonnull(table_find(&copy, 1));
    ck_assert_ptr_null(find(1));
    table_copy(&copy, &table);
    ck_assert_ptr_null(table_find(&copy, 1));
    table_deinit(&copy);
}
END_TEST

Suite *suite_table(void)
{
    Suite *suite = suite_create("table");
    TCase *tests = tcase_create("table");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_was_added_is_found);
    tcase_add_test(tests, it_agrees_with_an_array);
    tcase_add_test(tests, a_copy_is_of_its_own);
    suite_add_tcase(suite, tests);
    return suite;
}
