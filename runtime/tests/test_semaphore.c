/* Semaphore, mutex, read-write lock: permits in the order of asking. */
#include <errno.h>

#include "kit.h"
#include "suites.h"
#include "sync/mutex.h"
#include "sync/semaphore.h"

enum { WAITERS = 4 };

static struct rt_semaphore semaphore;
static struct rt_acquire acquires[WAITERS];
static struct kit_waker wakers[WAITERS];

static enum rt_poll ask(int who, uint32_t permits)
{
    kit_waker_init(&wakers[who]);
    acquires[who] = rt_semaphore_acquire(&semaphore, permits);
    return kit_poll(&acquires[who].future, &wakers[who]);
}

static enum rt_poll ask_again(int who)
{
    return kit_poll(&acquires[who].future, &wakers[who]);
}

static void give_up(int who)
{
    rt_future_drop(&acquires[who].future);
    ck_assert_int_eq(wakers[who].held, 0);
}

START_TEST(free_permits_are_had_at_once)
{
    rt_semaphore_init(&semaphore, 3);
    ck_assert_int_eq(ask(0, 2), RT_READY);
    ck_assert_int_eq(acquires[0].result, 0);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 1);
    ck_assert_int_eq(rt_semaphore_try_acquire(&semaphore, 2), -EAGAIN);
    ck_assert_int_eq(rt_semaphore_try_acquire(&semaphore, 1), 0);
    give_up(0);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 0);
}
END_TEST

START_TEST(permits_go_to_the_first_in_the_queue)
{
    rt_semaphore_init(&semaphore, 0);
    ck_assert_int_eq(ask(0, 1), RT_PENDING);
    ck_assert_int_eq(ask(1, 1), RT_PENDING);
    rt_semaphore_release(&semaphore, 1);
    ck_assert_int_eq(wakers[0].wakes, 1);
    ck_assert_int_eq(wakers[1].wakes, 0);
    ck_assert_int_eq(ask_again(1), RT_PENDING);
    ck_assert_int_eq(ask_again(0), RT_READY);
    give_up(0);
    give_up(1);
}
END_TEST

START_TEST(nobody_barges_past_a_waiter)
{
    rt_semaphore_init(&semaphore, 1);
    ck_assert_int_eq(ask(0, 3), RT_PENDING);
    rt_semaphore_release(&semaphore, 1);
    ck_assert_int_eq(rt_semaphore_try_acquire(&semaphore, 1), -EAGAIN);
    ck_assert_int_eq(ask(1, 1), RT_PENDING);
    rt_semaphore_release(&semaphore, 1);
    ck_assert_int_eq(ask_again(0), RT_READY);
    ck_assert_int_eq(ask_again(1), RT_PENDING);
    give_up(0);
    give_up(1);
}
END_TEST

START_TEST(a_cancelled_waiter_passes_on_what_it_had_collected)
{
    rt_semaphore_init(&semaphore, 2);
    ck_assert_int_eq(ask(0, 3), RT_PENDING);
    ck_assert_int_eq(ask(1, 2), RT_PENDING);
    give_up(0);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(ask_again(1), RT_READY);
    give_up(1);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 0);
}
END_TEST

START_TEST(a_waiter_cancelled_after_its_wake_passes_the_permit_on)
{
    rt_semaphore_init(&semaphore, 0);
    ck_assert_int_eq(ask(0, 1), RT_PENDING);
    ck_assert_int_eq(ask(1, 1), RT_PENDING);
    rt_semaphore_release(&semaphore, 1);
    give_up(0);
    ck_assert_int_eq(ask_again(1), RT_READY);
    give_up(1);
}
END_TEST

START_TEST(the_last_waiter_that_gives_up_leaves_the_permits_free)
{
    rt_semaphore_init(&semaphore, 2);
    ck_assert_int_eq(ask(0, 3), RT_PENDING);
    give_up(0);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 2);
    ck_assert_int_eq(rt_semaphore_try_acquire(&semaphore, 2), 0);
}
END_TEST

START_TEST(close_wakes_all_with_an_error)
{
    rt_semaphore_init(&semaphore, 0);
    ck_assert_int_eq(ask(0, 1), RT_PENDING);
    ck_assert_int_eq(ask(1, 1), RT_PENDING);
    rt_semaphore_close(&semaphore);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(wakers[i].wakes, 1);
        ck_assert_int_eq(ask_again(i), RT_READY);
        ck_assert_int_eq(acquires[i].result, -EPIPE);
        give_up(i);
    }
    ck_assert_int_eq(ask(2, 1), RT_READY);
    ck_assert_int_eq(acquires[2].result, -EPIPE);
    ck_assert_int_eq(rt_semaphore_try_acquire(&semaphore, 1), -EPIPE);
}
END_TEST

START_TEST(forgotten_permits_are_gone)
{
    rt_semaphore_init(&semaphore, 5);
    ck_assert_uint_eq(rt_semaphore_forget(&semaphore, 3), 3);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 2);
    ck_assert_uint_eq(rt_semaphore_forget(&semaphore, 9), 2);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 0);
}
END_TEST

START_TEST(one_release_serves_many_waiters)
{
    static struct rt_acquire many[100];
    static struct kit_waker waker;

    rt_semaphore_init(&semaphore, 0);
    kit_waker_init(&waker);
    for (int i = 0; i < 100; i++) {
        many[i] = rt_semaphore_acquire(&semaphore, 1);
        ck_assert_int_eq(kit_poll(&many[i].future, &waker), RT_PENDING);
    }
    rt_semaphore_release(&semaphore, 101);
    ck_assert_int_eq(waker.wakes, 100);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 1);
}
END_TEST

START_TEST(a_permit_travels_and_is_released_once)
{
    struct rt_permit permit;

    rt_semaphore_init(&semaphore, 3);
    ck_assert_int_eq(ask(0, 2), RT_READY);
    permit = rt_acquire_own(&acquires[0]);
    give_up(0);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 1);
    rt_permit_release(&permit);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 3);
    rt_permit_release(&permit);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 3);
}
END_TEST

START_TEST(an_acquire_without_permits_has_none_to_own)
{
    struct rt_permit permit;

    rt_semaphore_init(&semaphore, 0);
    ck_assert_int_eq(ask(0, 1), RT_PENDING);
    permit = rt_acquire_own(&acquires[0]);
    rt_permit_release(&permit);
    give_up(0);
    permit = rt_acquire_own(&acquires[0]);
    rt_permit_release(&permit);
    ck_assert_uint_eq(rt_semaphore_available(&semaphore), 0);
}
END_TEST

START_TEST(a_mutex_is_held_by_one)
{
    struct rt_mutex mutex;

    rt_mutex_init(&mutex);
    ck_assert(rt_mutex_try_lock(&mutex));
    ck_assert(!rt_mutex_try_lock(&mutex));
    rt_mutex_unlock(&mutex);
    ck_assert(rt_mutex_try_lock(&mutex));
}
END_TEST

START_TEST(a_queued_writer_holds_back_later_readers)
{
    struct rt_rwlock lock;
    struct rt_acquire writer;
    struct rt_acquire reader;

    rt_rwlock_init(&lock);
    kit_waker_init(&wakers[0]);
    kit_waker_init(&wakers[1]);
    ck_assert(rt_rwlock_try_read(&lock));
    writer = rt_rwlock_write(&lock);
    ck_assert_int_eq(kit_poll(&writer.future, &wakers[0]), RT_PENDING);
    reader = rt_rwlock_read(&lock);
    ck_assert_int_eq(kit_poll(&reader.future, &wakers[1]), RT_PENDING);
    rt_future_drop(&writer.future);
    ck_assert_int_eq(wakers[1].wakes, 1);
    ck_assert_int_eq(kit_poll(&reader.future, &wakers[1]), RT_READY);
}
END_TEST

START_TEST(a_writer_can_become_a_reader)
{
    struct rt_rwlock lock;

    rt_rwlock_init(&lock);
    ck_assert(rt_rwlock_try_write(&lock));
    ck_assert(!rt_rwlock_try_read(&lock));
    rt_rwlock_downgrade(&lock);
    ck_assert(rt_rwlock_try_read(&lock));
    ck_assert(!rt_rwlock_try_write(&lock));
}
END_TEST

Suite *semaphore_suite(void)
{
    const TTest *const tests[] = {
        free_permits_are_had_at_once,
        permits_go_to_the_first_in_the_queue,
        nobody_barges_past_a_waiter,
        a_cancelled_waiter_passes_on_what_it_had_collected,
        a_waiter_cancelled_after_its_wake_passes_the_permit_on,
        the_last_waiter_that_gives_up_leaves_the_permits_free,
        close_wakes_all_with_an_error,
        forgotten_permits_are_gone,
        one_release_serves_many_waiters,
        a_permit_travels_and_is_released_once,
        an_acquire_without_permits_has_none_to_own,
        a_mutex_is_held_by_one,
        a_queued_writer_holds_back_later_readers,
        a_writer_can_become_a_reader,
        NULL,
    };

    return suite_of("semaphore", tests);
}
