/* Wakes, aborts and drops from other threads. Meant for ThreadSanitizer too. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "base/word.h"
#include "kit.h"
#include "suites.h"
#include "task/task.h"
#include "trace_file.h"

enum { THREADS = 4, ROUNDS = 2000 };

/* A slot through which a future hands its waker to threads. */
static struct {
    pthread_mutex_t lock;
    struct rt_waker waker; /* guarded by lock */
    _Atomic int value;
    atomic_bool is_over;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void wake_shared(void)
{
    struct rt_waker waker = RT_NO_WAKER;

    pthread_mutex_lock(&shared.lock);
    if (shared.waker.ops) {
        waker = rt_waker_clone(&shared.waker);
    }
    pthread_mutex_unlock(&shared.lock);
    rt_waker_wake(&waker);
}

/* Ready when shared.value has reached the target. */
struct reaches {
    struct rt_future future;
    int target;
};

KIT_OPS_WITH_DROP(reaches);

static enum rt_poll reaches_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct reaches *self = RT_SELF(future, struct reaches);

    pthread_mutex_lock(&shared.lock);
    rt_waker_store(&shared.waker, cx->waker);
    pthread_mutex_unlock(&shared.lock);
    return shared.value >= self->target ? RT_READY : RT_PENDING;
}

static void reaches_drop(struct rt_future *future)
{
    struct rt_waker waker;

    (void)future;
    pthread_mutex_lock(&shared.lock);
    waker = shared.waker;
    shared.waker = RT_NO_WAKER;
    pthread_mutex_unlock(&shared.lock);
    rt_waker_drop(&waker);
}

static void *count_and_wake(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        shared.value++;
        wake_shared();
        if (i % 64 == 0) {
            sched_yield();
        }
    }
    return NULL;
}

static int run_real(struct rt_future *future)
{
    struct rt_builder builder = kit_builder();

    return kit_run_built(&builder, future);
}

START_TEST(a_wake_from_another_thread_is_never_lost)
{
    pthread_t threads[THREADS];
    struct reaches reaches = KIT_MAKE(reaches, .target = THREADS * ROUNDS);

    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, count_and_wake, NULL);
    }
    ck_assert_int_eq(run_real(&reaches.future), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
}
END_TEST

static void *wake_once_later(void *unused)
{
    struct timespec moment = {0, 20000000};

    (void)unused;
    nanosleep(&moment, NULL);
    shared.value = 1;
    wake_shared();
    return NULL;
}

START_TEST(a_wake_from_another_thread_ends_a_wait_in_the_driver)
{
    pthread_t thread;
    struct reaches reaches = KIT_MAKE(reaches, .target = 1);
    uint64_t begin = kit_real_ns();

    pthread_create(&thread, NULL, wake_once_later, NULL);
    ck_assert_int_eq(run_real(&reaches.future), 0);
    ck_assert_uint_lt(kit_real_ns() - begin, RT_SECONDS(2));
    pthread_join(thread, NULL);
}
END_TEST

static void *block_on_a_nap(void *runtime)
{
    struct rt_sleep nap;

    rt_enter(runtime);
    nap = rt_sleep(RT_MILLISECONDS(1));
    ck_assert_int_eq(rt_block_on(runtime, &nap.future), 0);
    rt_enter(NULL);
    return NULL;
}

static void *wake_at_about_the_end_of_the_nap(void *start)
{
    uint64_t time = *(uint64_t *)start + RT_MILLISECONDS(1);

    while (kit_real_ns() < time) {
        sched_yield();
    }
    for (shared.value = 0; shared.value < 200; shared.value++) {
        wake_shared();
    }
    shared.value = 1000;
    wake_shared();
    return NULL;
}

START_TEST(no_wake_is_lost_when_the_loop_changes_hands)
{
    /* Who took the loop over went to wait without a look at what was woken. */
    struct rt_builder builder = kit_lone_builder();
    struct rt_runtime *runtime;

    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    for (int round = 0; round < 300; round++) {
        struct reaches reaches = KIT_MAKE(reaches, .target = 1000);
        uint64_t start = kit_real_ns();
        pthread_t threads[2];

        shared.value = 0;
        pthread_create(&threads[0], NULL, block_on_a_nap, runtime);
        pthread_create(&threads[1], NULL, wake_at_about_the_end_of_the_nap,
                       &start);
        ck_assert_int_eq(rt_block_on(runtime, &reaches.future), 0);
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(a_paused_clock_without_timers_waits_for_threads)
{
    pthread_t thread;
    struct reaches reaches = KIT_MAKE(reaches, .target = 1);

    pthread_create(&thread, NULL, wake_once_later, NULL);
    ck_assert_int_eq(KIT_RUN(reaches), 0);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(injected_tasks_run_although_others_spin)
{
    pthread_t thread;
    struct kit_counts counts = {0};
    struct kit_probe busy = kit_probe(&counts, KIT_FOR_EVER);
    struct reaches reaches = KIT_MAKE(reaches, .target = 1);
    struct rt_runtime *runtime = kit_runtime();

    busy.wakes_itself = true;
    ck_assert_int_eq(RT_SPAWN_DETACHED(busy), 0);
    pthread_create(&thread, NULL, wake_once_later, NULL);
    ck_assert_int_eq(rt_block_on(runtime, &reaches.future), 0);
    pthread_join(thread, NULL);
    rt_shutdown(runtime);
}
END_TEST

static void *abort_later(void *task)
{
    struct timespec moment = {0, 5000000};

    nanosleep(&moment, NULL);
    rt_task_abort(task);
    rt_task_unref(task);
    return NULL;
}

START_TEST(a_task_can_be_aborted_from_another_thread)
{
    pthread_t thread;
    struct kit_counts counts = {0};
    struct rt_runtime *runtime = kit_runtime();
    struct rt_join_handle handle = RT_SPAWN(kit_probe(&counts, KIT_FOR_EVER));

    rt_task_ref(handle.task);
    pthread_create(&thread, NULL, abort_later, handle.task);
    ck_assert_int_eq(rt_block_on(runtime, &handle.future), 0);
    ck_assert_int_eq(handle.result, -ECANCELED);
    ck_assert_int_eq(counts.drops, 1);
    pthread_join(thread, NULL);
    rt_shutdown(runtime);
}
END_TEST

static void *abort_now(void *task)
{
    rt_task_abort(task);
    rt_task_unref(task);
    return NULL;
}

START_TEST(an_abort_that_races_with_the_end_drops_once_and_tells_the_truth)
{
    struct rt_runtime *runtime = kit_runtime();

    for (int i = 0; i < 300; i++) {
        pthread_t thread;
        struct kit_counts counts = {0};
        struct kit_probe probe = kit_probe(&counts, i % 20);
        struct rt_join_handle handle;

        probe.wakes_itself = true;
        handle = RT_SPAWN(probe);
        rt_task_ref(handle.task);
        pthread_create(&thread, NULL, abort_now, handle.task);
        ck_assert_int_eq(rt_block_on(runtime, &handle.future), 0);
        pthread_join(thread, NULL);
        ck_assert_int_eq(counts.drops, 1);
        if (handle.result == 0) {
            ck_assert_int_eq(counts.polls, i % 20 + 1);
        } else {
            ck_assert_int_eq(handle.result, -ECANCELED);
        }
    }
    rt_shutdown(runtime);
}
END_TEST

START_TEST(threads_that_wake_are_traced_without_a_gap)
{
    pthread_t threads[THREADS];
    struct reaches reaches = KIT_MAKE(reaches, .target = THREADS * ROUNDS);
    struct rt_builder builder = trace_builder();
    struct rt_runtime *runtime;
    struct trace_file trace;

    builder.clock = RT_CLOCK_REAL;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, count_and_wake, NULL);
    }
    ck_assert_int_eq(rt_block_on(runtime, &reaches.future), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    rt_shutdown(runtime);
    trace = trace_load();
    ck_assert_uint_eq(trace.count, trace.header->record_count);
    ck_assert_uint_eq(trace_count(&trace, RT_TRACE_NONE, -1), 0);
    trace_free(&trace);
}
END_TEST

static void *wake_until_over(void *unused)
{
    (void)unused;
    while (!shared.is_over) {
        wake_shared();
    }
    return NULL;
}

START_TEST(wakes_while_the_runtime_is_shut_down_are_safe)
{
    /* A thread between its wake and its push used a runtime that was freed. */
    pthread_t thread;

    pthread_create(&thread, NULL, wake_until_over, NULL);
    for (int i = 0; i < 200; i++) {
        struct rt_runtime *runtime = kit_runtime();

        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(reaches, .target = 1000)),
                         0);
        kit_settle(runtime);
        rt_shutdown(runtime);
    }
    shared.is_over = true;
    pthread_join(thread, NULL);
}
END_TEST

static void *wake_long_after(void *slot)
{
    struct timespec moment = {0, 10000000};

    nanosleep(&moment, NULL);
    rt_waker_wake_by_ref(slot);
    rt_waker_drop(slot);
    return NULL;
}

START_TEST(wakes_while_a_traced_runtime_is_shut_down_are_safe)
{
    /* A thread wrote a record into a file that was no longer mapped. */
    pthread_t thread;
    struct rt_builder builder = trace_builder();

    builder.clock = RT_CLOCK_REAL;
    pthread_create(&thread, NULL, wake_until_over, NULL);
    for (int i = 0; i < 100; i++) {
        struct rt_runtime *runtime;

        ck_assert_int_eq(rt_build(&builder, &runtime), 0);
        rt_enter(runtime);
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(reaches, .target = 1000)),
                         0);
        kit_settle(runtime);
        rt_shutdown(runtime);
    }
    shared.is_over = true;
    pthread_join(thread, NULL);
    unlink(trace_path());
}
END_TEST

START_TEST(a_waker_outlives_its_runtime)
{
    pthread_t thread;
    struct rt_waker late;
    struct rt_runtime *runtime = kit_runtime();

    ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(reaches, .target = 1)), 0);
    kit_settle(runtime);
    late = rt_waker_clone(&shared.waker);
    pthread_create(&thread, NULL, wake_long_after, &late);
    rt_shutdown(runtime);
    pthread_join(thread, NULL);
}
END_TEST

/* Joins a task by hand while it completes on the runtime's thread. */
static void *join_by_hand(void *data)
{
    struct rt_task *task = data;
    struct kit_waker waker;

    kit_waker_init(&waker);
    if (!rt_task_poll_join(task, &waker.waker)) {
        while (waker.wakes == 0) {
            sched_yield();
        }
        ck_assert(rt_task_is_complete(task));
    }
    rt_task_forget_joiner(task);
    ck_assert_int_eq(waker.held, 0);
    rt_task_unref(task);
    return NULL;
}

START_TEST(a_join_from_another_thread_always_hears_of_the_end)
{
    struct rt_runtime *runtime = kit_runtime();

    for (int i = 0; i < 300; i++) {
        pthread_t thread;
        struct kit_counts counts = {0};
        struct rt_join_handle handle = RT_SPAWN(kit_probe(&counts, 0));

        pthread_create(&thread, NULL, join_by_hand, handle.task);
        kit_settle(runtime);
        pthread_join(thread, NULL);
    }
    rt_shutdown(runtime);
}
END_TEST

static void *clone_and_drop(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        struct rt_waker waker = RT_NO_WAKER;

        pthread_mutex_lock(&shared.lock);
        if (shared.waker.ops) {
            waker = rt_waker_clone(&shared.waker);
        }
        pthread_mutex_unlock(&shared.lock);
        rt_waker_drop(&waker);
    }
    return NULL;
}

START_TEST(clones_are_counted_right_across_threads)
{
    pthread_t threads[THREADS];
    struct rt_runtime *runtime = kit_runtime();
    struct rt_join_handle handle = RT_SPAWN(KIT_MAKE(reaches, .target = 1));

    kit_settle(runtime);
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, clone_and_drop, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    shared.value = 1;
    wake_shared();
    ck_assert_int_eq(rt_block_on(runtime, &handle.future), 0);
    rt_shutdown(runtime);
}
END_TEST

static void *run_a_runtime(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20; i++) {
        struct rt_sleep nap = rt_sleep_until(RT_SECONDS(1));

        ck_assert_int_eq(KIT_RUN(nap), 0);
    }
    return NULL;
}

START_TEST(each_thread_can_have_a_runtime)
{
    pthread_t threads[2];

    for (int i = 0; i < 2; i++) {
        pthread_create(&threads[i], NULL, run_a_runtime, NULL);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
    }
}
END_TEST

static void *check_not_alone(void *unused)
{
    (void)unused;
    ck_assert(!rt_is_alone());
    return NULL;
}

START_TEST(a_thread_is_not_alone_while_there_is_another)
{
    pthread_t thread;

    pthread_create(&thread, NULL, check_not_alone, NULL);
    ck_assert(!rt_is_alone());
    pthread_join(thread, NULL);
}
END_TEST

static void change_a_word(void)
{
    _Atomic uint64_t word = 1;
    uint64_t seen = 7;

    ck_assert(!rt_word_exchange(&word, &seen, 2));
    ck_assert_uint_eq(seen, 1);
    while (!rt_word_exchange(&word, &seen, 2)) {
    }
    ck_assert_uint_eq(word, 2);
}

START_TEST(a_word_is_changed_only_if_it_is_as_it_was_seen)
{
    pthread_t thread;

    change_a_word();
    pthread_create(&thread, NULL, check_not_alone, NULL);
    change_a_word();
    pthread_join(thread, NULL);
}
END_TEST

static struct rt_lock kept;

static void *take_and_give(void *taken)
{
    rt_lock_acquire(&kept);
    atomic_store((atomic_bool *)taken, true);
    rt_lock_release(&kept);
    return NULL;
}

START_TEST(a_lock_that_was_taken_alone_keeps_threads_out)
{
    static atomic_bool taken;
    pthread_t thread;

    rt_lock_acquire(&kept);
    pthread_create(&thread, NULL, take_and_give, &taken);
    for (int i = 0; i < 20; i++) {
        ck_assert(!atomic_load(&taken));
        sched_yield();
    }
    rt_lock_release(&kept);
    pthread_join(thread, NULL);
    ck_assert(taken);
}
END_TEST

Suite *threads_suite(void)
{
    const TTest *const tests[] = {
        a_wake_from_another_thread_is_never_lost,
        a_wake_from_another_thread_ends_a_wait_in_the_driver,
        no_wake_is_lost_when_the_loop_changes_hands,
        a_paused_clock_without_timers_waits_for_threads,
        injected_tasks_run_although_others_spin,
        a_task_can_be_aborted_from_another_thread,
        an_abort_that_races_with_the_end_drops_once_and_tells_the_truth,
        threads_that_wake_are_traced_without_a_gap,
        wakes_while_the_runtime_is_shut_down_are_safe,
        wakes_while_a_traced_runtime_is_shut_down_are_safe,
        a_waker_outlives_its_runtime,
        a_join_from_another_thread_always_hears_of_the_end,
        clones_are_counted_right_across_threads,
        each_thread_can_have_a_runtime,
        a_thread_is_not_alone_while_there_is_another,
        a_word_is_changed_only_if_it_is_as_it_was_seen,
        a_lock_that_was_taken_alone_keeps_threads_out,
        NULL,
    };

    return suite_of("threads", tests);
}
