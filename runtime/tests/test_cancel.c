/* Cancellation tokens: a tree of them, and who waits for one. */
#include <pthread.h>

#include "base/memory.h"
#include "kit.h"
#include "suites.h"

static struct rt_cancel_token *root, *child, *grandchild;
static struct rt_cancelled wait;
static struct kit_waker waker;

static void begin(void)
{
    root = rt_cancel_token_create(NULL);
    child = rt_cancel_token_create(root);
    grandchild = rt_cancel_token_create(child);
    kit_waker_init(&waker);
}

static void finish(void)
{
    rt_cancel_token_unref(root);
    rt_cancel_token_unref(child);
    rt_cancel_token_unref(grandchild);
    ck_assert_int_eq(waker.held, 0);
}

static enum rt_poll poll_wait(void)
{
    return kit_poll(&wait.future, &waker);
}

START_TEST(cancelling_wakes_who_waits)
{
    begin();
    wait = rt_cancelled(root);
    ck_assert_int_eq(poll_wait(), RT_PENDING);
    ck_assert(!rt_cancel_token_is_cancelled(root));
    rt_cancel_token_cancel(root);
    ck_assert(rt_cancel_token_is_cancelled(root));
    ck_assert_int_eq(waker.wakes, 1);
    ck_assert_int_eq(poll_wait(), RT_READY);
    rt_future_drop(&wait.future);
    finish();
}
END_TEST

START_TEST(waiting_for_a_cancelled_token_is_ready_at_once)
{
    begin();
    rt_cancel_token_cancel(root);
    rt_cancel_token_cancel(root);
    wait = rt_cancelled(root);
    ck_assert_int_eq(poll_wait(), RT_READY);
    rt_future_drop(&wait.future);
    finish();
}
END_TEST

START_TEST(a_dropped_wait_is_not_woken)
{
    begin();
    wait = rt_cancelled(root);
    poll_wait();
    rt_future_drop(&wait.future);
    ck_assert_int_eq(waker.held, 0);
    rt_cancel_token_cancel(root);
    ck_assert_int_eq(waker.wakes, 0);
    finish();
}
END_TEST

START_TEST(cancelling_reaches_all_descendants)
{
    begin();
    wait = rt_cancelled(grandchild);
    poll_wait();
    rt_cancel_token_cancel(root);
    ck_assert(rt_cancel_token_is_cancelled(child));
    ck_assert(rt_cancel_token_is_cancelled(grandchild));
    ck_assert_int_eq(waker.wakes, 1);
    rt_future_drop(&wait.future);
    finish();
}
END_TEST

START_TEST(cancelling_a_child_reaches_neither_parent_nor_sibling)
{
    struct rt_cancel_token *sibling;

    begin();
    sibling = rt_cancel_token_create(root);
    rt_cancel_token_cancel(child);
    ck_assert(rt_cancel_token_is_cancelled(grandchild));
    ck_assert(!rt_cancel_token_is_cancelled(root));
    ck_assert(!rt_cancel_token_is_cancelled(sibling));
    rt_cancel_token_cancel(root);
    ck_assert(rt_cancel_token_is_cancelled(sibling));
    rt_cancel_token_unref(sibling);
    finish();
}
END_TEST

START_TEST(a_child_of_a_cancelled_token_is_born_cancelled)
{
    struct rt_cancel_token *late;

    begin();
    rt_cancel_token_cancel(root);
    late = rt_cancel_token_create(root);
    ck_assert(rt_cancel_token_is_cancelled(late));
    rt_cancel_token_unref(late);
    finish();
}
END_TEST

START_TEST(a_token_that_nobody_holds_still_passes_it_on)
{
    begin();
    rt_cancel_token_unref(child);
    child = NULL;
    rt_cancel_token_cancel(root);
    ck_assert(rt_cancel_token_is_cancelled(grandchild));
    finish();
}
END_TEST

START_TEST(the_whole_tree_goes_with_its_last_token)
{
    begin();
    rt_cancel_token_unref(rt_cancel_token_ref(root));
    rt_cancel_token_unref(root);
    rt_cancel_token_unref(child);
    root = child = NULL;
    ck_assert(!rt_cancel_token_is_cancelled(grandchild));
    finish();
}
END_TEST

START_TEST(without_memory_there_is_no_token)
{
    begin();
    rt_alloc_fail_after(1);
    ck_assert_ptr_null(rt_cancel_token_create(root));
    rt_cancel_token_unref(NULL);
    finish();
}
END_TEST

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 300 };

static void *wait_on_thread(void *token)
{
    struct rt_cancelled end = rt_cancelled(token);

    rt_thread_block_on(&end.future);
    rt_cancel_token_unref(token);
    return NULL;
}

START_TEST(no_thread_misses_a_cancellation)
{
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];

        begin();
        for (int i = 0; i < THREADS; i++) {
            pthread_create(&threads[i], NULL, wait_on_thread,
                           rt_cancel_token_create(i % 2 ? root : grandchild));
        }
        rt_cancel_token_cancel(root);
        finish();
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
        }
    }
}
END_TEST

Suite *cancel_suite(void)
{
    const TTest *const tests[] = {
        cancelling_wakes_who_waits,
        waiting_for_a_cancelled_token_is_ready_at_once,
        a_dropped_wait_is_not_woken,
        cancelling_reaches_all_descendants,
        cancelling_a_child_reaches_neither_parent_nor_sibling,
        a_child_of_a_cancelled_token_is_born_cancelled,
        a_token_that_nobody_holds_still_passes_it_on,
        the_whole_tree_goes_with_its_last_token,
        without_memory_there_is_no_token,
        no_thread_misses_a_cancellation,
        NULL,
    };

    return suite_of("cancel", tests);
}
