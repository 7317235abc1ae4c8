/*
 * Tasks: the rules of waking, on tasks without an executor. The owner here
 * only notes what it is asked to do, so each order of events can be played.
 */
#include <pthread.h>

#include "kit.h"
#include "suites.h"
#include "base/memory.h"
#include "task/task.h"

enum { QUEUE_MOST = 16 };

static struct {
    struct rt_task_owner owner;
    struct rt_task *queue[QUEUE_MOST];
    int scheduled; /* since the start */
    int released;
} fake;

static int freed; /* tasks whose memory is gone */

static void fake_free(struct rt_task_owner *owner, struct rt_task *over)
{
    (void)owner;
    rt_task_destroy(over);
    freed++;
}

static void fake_schedule(struct rt_task_owner *owner, struct rt_task *task)
{
    (void)owner;
    fake.queue[fake.scheduled++ % QUEUE_MOST] = task;
}

static void fake_release(struct rt_task_owner *owner, struct rt_task *leaving)
{
    (void)owner;
    (void)leaving;
    fake.released++;
}

/* What the poll of the task under test does, once. */
static void (*during_poll)(struct rt_task *task);
static struct rt_task *task; /* our reference */
static int drops;
static int polls;

struct subject {
    struct rt_future future;
    bool is_ready;
    int number;
    struct rt_waker waker; /* owned */
};

KIT_OPS_WITH_DROP(subject);

static enum rt_poll subject_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct subject *self = RT_SELF(future, struct subject);

    polls++;
    rt_waker_store(&self->waker, cx->waker);
    if (during_poll) {
        during_poll(task);
    }
    return self->is_ready ? RT_READY : RT_PENDING;
}

static void subject_drop(struct rt_future *future)
{
    drops++;
    rt_waker_drop(&RT_SELF(future, struct subject)->waker);
}

static struct subject *subject(void)
{
    return RT_SELF(task->future, struct subject);
}

static void make_task(bool is_ready)
{
    struct subject frame = KIT_MAKE(subject, .is_ready = is_ready);

    fake.owner = (struct rt_task_owner){fake_schedule, fake_release, fake_free};
    task = rt_task_create(&fake.owner, &frame.future, sizeof(frame), NULL);
    ck_assert_ptr_nonnull(task);
}

static enum rt_task_after run(void)
{
    struct rt_context cx = {.stack = __builtin_frame_address(0)};

    return rt_task_run(task, &cx);
}

static void wake(void)
{
    rt_waker_wake_by_ref(&subject()->waker);
}

START_TEST(the_header_fits_64_bytes)
{
    ck_assert_uint_le(sizeof(struct rt_task), 64);
}
END_TEST

START_TEST(a_task_is_queued_from_birth_with_three_references)
{
    make_task(true);
    ck_assert_uint_eq(task->state, RT_TASK_HELD | 3 * RT_TASK_ONE_REF);
    ck_assert_int_eq(fake.scheduled, 0);
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    rt_task_unref(task);
}
END_TEST

START_TEST(ready_drops_the_future_once_and_releases_the_task_once)
{
    make_task(true);
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    ck_assert_int_eq(drops, 1);
    ck_assert_int_eq(fake.released, 1);
    ck_assert(rt_task_is_complete(task));
    ck_assert(!rt_task_is_cancelled(task));
    ck_assert_uint_eq(task->state / RT_TASK_ONE_REF, 1);
    rt_task_unref(task);
}
END_TEST

static void finish(void)
{
    during_poll = NULL;
    subject()->is_ready = true;
    wake();
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    ck_assert_int_eq(drops, 1);
    rt_task_unref(task);
}

START_TEST(pending_leaves_the_task_idle)
{
    make_task(false);
    ck_assert_int_eq(run(), RT_TASK_AFTER_IDLE);
    ck_assert_int_eq(fake.scheduled, 0);
    finish();
}
END_TEST

START_TEST(a_wake_of_an_idle_task_schedules_it)
{
    make_task(false);
    run();
    wake();
    ck_assert_int_eq(fake.scheduled, 1);
    ck_assert_int_eq(run(), RT_TASK_AFTER_IDLE);
    finish();
}
END_TEST

START_TEST(a_second_wake_of_a_queued_task_coalesces)
{
    make_task(false);
    run();
    wake();
    wake();
    wake();
    ck_assert_int_eq(fake.scheduled, 1);
    ck_assert_int_eq(run(), RT_TASK_AFTER_IDLE);
    finish();
}
END_TEST

static void wake_twice(struct rt_task *running)
{
    (void)running;
    wake();
    wake();
}

START_TEST(a_wake_during_the_poll_only_marks_and_the_task_goes_again)
{
    make_task(false);
    during_poll = wake_twice;
    ck_assert_int_eq(run(), RT_TASK_AFTER_AGAIN);
    ck_assert_int_eq(fake.scheduled, 0);
    ck_assert_int_eq(polls, 1);
    during_poll = NULL;
    ck_assert_int_eq(run(), RT_TASK_AFTER_IDLE);
    finish();
}
END_TEST

static void *wake_elsewhere(void *data)
{
    (void)data;
    wake();
    return NULL;
}

static void wake_by_another_thread(struct rt_task *running)
{
    pthread_t thread;

    (void)running;
    ck_assert_int_eq(pthread_create(&thread, NULL, wake_elsewhere, NULL), 0);
    pthread_join(thread, NULL);
}

START_TEST(a_wake_by_another_thread_during_the_poll_marks_too)
{
    make_task(false);
    during_poll = wake_by_another_thread;
    ck_assert_int_eq(run(), RT_TASK_AFTER_AGAIN);
    ck_assert_int_eq(fake.scheduled, 0);
    during_poll = NULL;
    ck_assert_int_eq(run(), RT_TASK_AFTER_IDLE);
    finish();
}
END_TEST

START_TEST(a_wake_after_completion_does_nothing)
{
    struct rt_waker late;

    make_task(false);
    run();
    late = rt_waker_clone(&subject()->waker);
    subject()->is_ready = true;
    wake();
    run();
    ck_assert_int_eq(fake.scheduled, 1);
    rt_waker_wake_by_ref(&late);
    ck_assert_int_eq(fake.scheduled, 1);
    ck_assert_uint_eq(task->state / RT_TASK_ONE_REF, 2);
    rt_task_unref(task);
    rt_waker_wake(&late); /* the last reference: this frees it */
    ck_assert_int_eq(fake.scheduled, 1);
}
END_TEST

START_TEST(a_wake_in_the_last_poll_does_nothing)
{
    make_task(true);
    during_poll = wake_twice;
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    ck_assert_int_eq(fake.scheduled, 0);
    ck_assert_uint_eq(task->state / RT_TASK_ONE_REF, 1);
    rt_task_unref(task);
}
END_TEST

/* ---- abort ---- */

START_TEST(aborting_a_queued_task_drops_it_when_it_would_run)
{
    make_task(false);
    rt_task_abort(task);
    ck_assert_int_eq(drops, 0);
    ck_assert_int_eq(fake.scheduled, 0);
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    ck_assert_int_eq(polls, 0);
    ck_assert_int_eq(drops, 1);
    ck_assert(rt_task_is_cancelled(task));
    rt_task_unref(task);
}
END_TEST

START_TEST(aborting_an_idle_task_schedules_it_to_be_dropped)
{
    make_task(false);
    run();
    rt_task_abort(task);
    ck_assert_int_eq(fake.scheduled, 1);
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    ck_assert_int_eq(polls, 1);
    ck_assert_int_eq(drops, 1);
    rt_task_unref(task);
}
END_TEST

START_TEST(aborting_a_running_task_drops_it_at_the_end_of_its_poll)
{
    /* It went to the back of the queue first, and was dropped in its turn. */
    make_task(false);
    during_poll = rt_task_abort;
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    ck_assert_int_eq(fake.scheduled, 0);
    ck_assert_int_eq(drops, 1);
    ck_assert(rt_task_is_cancelled(task));
    ck_assert_uint_eq(task->state / RT_TASK_ONE_REF, 1);
    rt_task_unref(task);
}
END_TEST

START_TEST(a_running_task_that_gets_ready_wins_over_its_abort)
{
    make_task(true);
    during_poll = rt_task_abort;
    ck_assert_int_eq(run(), RT_TASK_AFTER_DONE);
    ck_assert(!rt_task_is_cancelled(task));
    rt_task_unref(task);
}
END_TEST

START_TEST(aborting_a_finished_task_leaves_it_alone)
{
    uint64_t state;

    make_task(true);
    run();
    state = task->state;
    rt_task_abort(task);
    ck_assert_uint_eq(task->state, state);
    ck_assert_int_eq(fake.scheduled, 0);
    rt_task_unref(task);
}
END_TEST

START_TEST(aborting_twice_drops_once)
{
    make_task(false);
    run();
    rt_task_abort(task);
    rt_task_abort(task);
    ck_assert_int_eq(fake.scheduled, 1);
    run();
    ck_assert_int_eq(drops, 1);
    rt_task_unref(task);
}
END_TEST

/* ---- joiner ---- */

START_TEST(the_joiner_is_woken_by_the_completion)
{
    struct kit_waker joiner;

    kit_waker_init(&joiner);
    make_task(true);
    ck_assert(!rt_task_poll_join(task, &joiner.waker));
    ck_assert_int_eq(joiner.held, 1);
    run();
    ck_assert_int_eq(joiner.wakes, 1);
    ck_assert_int_eq(joiner.held, 0);
    ck_assert(rt_task_poll_join(task, &joiner.waker));
    ck_assert_int_eq(joiner.held, 0);
    rt_task_unref(task);
}
END_TEST

START_TEST(only_the_latest_joiner_waker_is_woken)
{
    struct kit_waker first, second;

    kit_waker_init(&first);
    kit_waker_init(&second);
    make_task(true);
    rt_task_poll_join(task, &first.waker);
    rt_task_poll_join(task, &second.waker);
    ck_assert_int_eq(first.held, 0);
    run();
    ck_assert_int_eq(first.wakes, 0);
    ck_assert_int_eq(second.wakes, 1);
    rt_task_unref(task);
}
END_TEST

START_TEST(a_joiner_that_forgets_is_not_woken)
{
    struct kit_waker joiner;

    kit_waker_init(&joiner);
    make_task(true);
    rt_task_poll_join(task, &joiner.waker);
    rt_task_forget_joiner(task);
    ck_assert_int_eq(joiner.held, 0);
    run();
    ck_assert_int_eq(joiner.wakes, 0);
    rt_task_forget_joiner(task);
    rt_task_unref(task);
}
END_TEST

/* A waker whose clone takes so long that the task completes meanwhile. */
static void slow_clone(void *data)
{
    (void)data;
    rt_task_shutdown(task);
}

static void nothing(void *data)
{
    (void)data;
}

START_TEST(a_task_that_completes_while_the_joiner_leaves_its_waker_is_seen)
{
    static const struct rt_waker_ops slow_ops = {slow_clone, nothing, nothing,
                                                 nothing};
    struct rt_waker slow = {&slow_ops, NULL};

    make_task(false);
    run();
    ck_assert(rt_task_poll_join(task, &slow));
    ck_assert_ptr_null(task->joiner.ops);
    rt_task_unref(task);
}
END_TEST

START_TEST(a_shut_down_task_is_cancelled_and_its_joiner_is_told)
{
    struct kit_waker joiner;

    kit_waker_init(&joiner);
    make_task(false);
    run();
    rt_task_poll_join(task, &joiner.waker);
    rt_task_shutdown(task);
    ck_assert(rt_task_is_cancelled(task));
    ck_assert_int_eq(drops, 1);
    ck_assert_int_eq(joiner.wakes, 1);
    rt_task_unref(task);
}
END_TEST

START_TEST(claiming_works_for_idle_tasks_only)
{
    make_task(false);
    ck_assert(!rt_task_claim_idle(task));
    run();
    ck_assert(rt_task_claim_idle(task));
    ck_assert(!rt_task_claim_idle(task));
    ck_assert_int_eq(run(), RT_TASK_AFTER_IDLE);
    finish();
}
END_TEST

START_TEST(no_memory_gives_no_task)
{
    struct subject frame = KIT_MAKE(subject);

    fake.owner = (struct rt_task_owner){.free = fake_free};
    rt_alloc_fail_after(1);
    ck_assert_ptr_null(
        rt_task_create(&fake.owner, &frame.future, sizeof(frame), NULL));
}
END_TEST

START_TEST(ids_are_never_used_twice)
{
    uint32_t before;

    make_task(true);
    before = task->id;
    ck_assert_uint_gt(before, 0);
    run();
    rt_task_unref(task);
    make_task(true);
    ck_assert_uint_gt(task->id, before);
    run();
    rt_task_unref(task);
}
END_TEST

Suite *task_suite(void)
{
    const TTest *const tests[] = {
        the_header_fits_64_bytes,
        a_task_is_queued_from_birth_with_three_references,
        ready_drops_the_future_once_and_releases_the_task_once,
        pending_leaves_the_task_idle,
        a_wake_of_an_idle_task_schedules_it,
        a_second_wake_of_a_queued_task_coalesces,
        a_wake_during_the_poll_only_marks_and_the_task_goes_again,
        a_wake_by_another_thread_during_the_poll_marks_too,
        a_wake_after_completion_does_nothing,
        a_wake_in_the_last_poll_does_nothing,
        aborting_a_queued_task_drops_it_when_it_would_run,
        aborting_an_idle_task_schedules_it_to_be_dropped,
        aborting_a_running_task_drops_it_at_the_end_of_its_poll,
        a_running_task_that_gets_ready_wins_over_its_abort,
        aborting_a_finished_task_leaves_it_alone,
        aborting_twice_drops_once,
        the_joiner_is_woken_by_the_completion,
        only_the_latest_joiner_waker_is_woken,
        a_joiner_that_forgets_is_not_woken,
        a_task_that_completes_while_the_joiner_leaves_its_waker_is_seen,
        a_shut_down_task_is_cancelled_and_its_joiner_is_told,
        claiming_works_for_idle_tasks_only,
        no_memory_gives_no_task,
        ids_are_never_used_twice,
        NULL,
    };

    return suite_of("task", tests);
}
