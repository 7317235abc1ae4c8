/*
 * Permits and notifications: one comes while another goes away.
 */
#include <errno.h>

#include "explore/models/models.h"

/* ---- semaphore ---- */

static struct rt_semaphore semaphore;

/* Waits for a permit, gives it back. */
static void use_permit(void *data)
{
    struct rt_acquire acquire = rt_semaphore_acquire(&semaphore, 1);

    (void)data;
    model_await(&acquire.future);
    RT_EXPLORE_CHECK(acquire.result == 0);
    rt_semaphore_release(&semaphore, 1);
}

/* Asks for so many, and goes away again; what it was given goes back. */
static void cancel(uint32_t permits)
{
    struct rt_acquire acquire = rt_semaphore_acquire(&semaphore, permits);
    struct model_waker *waker = model_waker_create();
    bool is_ready = model_poll(&acquire.future, waker) == RT_READY;

    rt_future_drop(&acquire.future);
    if (is_ready) {
        rt_semaphore_release(&semaphore, permits);
    }
    rt_waker_drop(&waker->waker);
}

static void cancel_one(void *data)
{
    (void)data;
    cancel(1);
}

static void cancel_two(void *data)
{
    (void)data;
    cancel(2);
}

static void release_one(void *data)
{
    (void)data;
    rt_semaphore_release(&semaphore, 1);
}

static void check_permits(uint32_t permits)
{
    RT_EXPLORE_CHECK(rt_waiters_is_empty_locked(&semaphore.waiters));
    RT_EXPLORE_CHECK(rt_semaphore_available(&semaphore) == permits);
}

/* No permit is lost, or made, however a wait and a release meet. */
static void acquire_against_release(void)
{
    rt_semaphore_init(&semaphore, 0);
    rt_explore_thread(use_permit, NULL);
    rt_explore_thread(release_one, NULL);
    rt_explore_join();
    check_permits(1);
}

/* The first in the queue goes while it is given the permit. */
static void cancel_against_release(void)
{
    rt_semaphore_init(&semaphore, 0);
    rt_explore_thread(cancel_one, NULL);
    rt_explore_thread(use_permit, NULL);
    rt_explore_thread(release_one, NULL);
    rt_explore_join();
    check_permits(1);
}

/* The same, when it has collected one of two. */
static void cancel_of_two_against_release(void)
{
    rt_semaphore_init(&semaphore, 1);
    rt_explore_thread(cancel_two, NULL);
    rt_explore_thread(use_permit, NULL);
    rt_explore_thread(release_one, NULL);
    rt_explore_join();
    check_permits(2);
}

static void acquire_any(void *data)
{
    struct rt_acquire acquire = rt_semaphore_acquire(&semaphore, 1);

    (void)data;
    model_await(&acquire.future);
    RT_EXPLORE_CHECK(acquire.result == 0 || acquire.result == -EPIPE);
    if (acquire.result == 0) {
        rt_semaphore_release(&semaphore, 1);
    }
}

static void close_semaphore(void *data)
{
    (void)data;
    rt_semaphore_close(&semaphore);
}

/* Who comes while it closes must not wait for ever. */
static void close_against_acquire(void)
{
    rt_semaphore_init(&semaphore, 0);
    rt_explore_thread(acquire_any, NULL);
    rt_explore_thread(acquire_any, NULL);
    rt_explore_thread(close_semaphore, NULL);
    rt_explore_join();
    check_permits(0);
}

/* ---- notify ---- */

static struct rt_notify notify;

static void await_notified(void *data)
{
    struct rt_notified notified = rt_notify_notified(&notify);

    (void)data;
    model_await(&notified.future);
}

static void cancel_notified(void *data)
{
    struct rt_notified notified = rt_notify_notified(&notify);
    struct model_waker *waker = model_waker_create();
    bool is_ready = model_poll(&notified.future, waker) == RT_READY;

    (void)data;
    rt_future_drop(&notified.future);
    if (is_ready) {
        rt_notify_one(&notify);
    }
    rt_waker_drop(&waker->waker);
}

static void notify_one(void *data)
{
    (void)data;
    rt_notify_one(&notify);
}

static void notify_against_wait(void)
{
    rt_notify_init(&notify);
    rt_explore_thread(await_notified, NULL);
    rt_explore_thread(notify_one, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(!notify.has_permit);
}

/* A waiter that was picked goes away: the next one is picked. */
static void notify_against_drop(void)
{
    rt_notify_init(&notify);
    rt_explore_thread(cancel_notified, NULL);
    rt_explore_thread(await_notified, NULL);
    rt_explore_thread(notify_one, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(!notify.has_permit);
}

static int changes;        /* plain: it is set before the notification */
static atomic_bool is_set; /* "look again" */

/* The way a notification is meant to be used. */
static void wait_for_change(void *data)
{
    (void)data;
    for (;;) {
        struct rt_notified notified = rt_notify_notified(&notify);

        if (atomic_load(&is_set)) {
            rt_future_drop(&notified.future);
            break;
        }
        model_await(&notified.future);
    }
    RT_EXPLORE_CHECK(changes == 1);
}

static void change(void *data)
{
    (void)data;
    changes = 1;
    atomic_store(&is_set, true);
    rt_notify_waiters(&notify);
}

static void notify_all_against_wait(void)
{
    rt_notify_init(&notify);
    changes = 0;
    atomic_init(&is_set, false);
    rt_explore_thread(wait_for_change, NULL);
    rt_explore_thread(wait_for_change, NULL);
    rt_explore_thread(change, NULL);
    rt_explore_join();
}

/* ---- barrier ---- */

static struct rt_barrier barrier;
static int leaders;

static void two_rounds(void *data)
{
    (void)data;
    for (int round = 0; round < 2; round++) {
        struct rt_barrier_wait wait = rt_barrier_wait(&barrier);

        model_await(&wait.future);
        leaders += wait.is_leader;
    }
}

static void two_rounds_of_a_barrier(void)
{
    rt_barrier_init(&barrier, 2);
    leaders = 0;
    rt_explore_thread(two_rounds, NULL);
    rt_explore_thread(two_rounds, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(leaders == 2);
}

/* ---- a thread that blocks ---- */

static void block_on_notified(void *data)
{
    struct rt_notified notified = rt_notify_notified(&notify);

    (void)data;
    rt_thread_block_on(&notified.future);
}

static void thread_against_wake(void)
{
    rt_notify_init(&notify);
    rt_explore_thread(block_on_notified, NULL);
    rt_explore_thread(notify_one, NULL);
    rt_explore_join();
}

const struct model sync_models[] = {
    {"acquire-against-release", acquire_against_release, 8},
    {"semaphore-cancel", cancel_against_release, 4},
    {"semaphore-cancel-of-two", cancel_of_two_against_release, 4},
    {"semaphore-close", close_against_acquire, 4},
    {"notify", notify_against_wait, 8},
    {"notify-drop", notify_against_drop, 5},
    {"notify-all", notify_all_against_wait, 4},
    {"barrier", two_rounds_of_a_barrier, 4},
    {"thread-block", thread_against_wake, 8},
    {0},
};
