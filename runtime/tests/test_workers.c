/* How workers share tasks, time and the driver: the rules of the scheduler. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"
#include "net/unix.h"
#include "sched/deque.h"
#include "sched/sleepers.h"
#include "suites.h"

/* ---- the deque ---- */

static struct rt_deque deque, other;
static struct rt_task tasks[RT_DEQUE_SIZE + 1];

static void push(struct rt_deque *into, int first, int count,
                 struct rt_queue *overflow)
{
    for (int i = first; i < first + count; i++) {
        rt_deque_push(into, &tasks[i], overflow);
    }
}

START_TEST(a_full_deque_gives_its_older_half_and_the_new_task_to_all)
{
    struct rt_queue overflow = {0};

    push(&deque, 0, RT_DEQUE_SIZE, &overflow);
    ck_assert_uint_eq(overflow.length, 0);
    push(&deque, RT_DEQUE_SIZE, 1, &overflow);
    ck_assert_uint_eq(RT_DEQUE_SIZE, 256);
    ck_assert_uint_eq(overflow.length, 129);
    for (int i = 0; i < 128; i++) {
        ck_assert_ptr_eq(rt_queue_pop(&overflow), &tasks[i]);
    }
    ck_assert_ptr_eq(rt_queue_pop(&overflow), &tasks[RT_DEQUE_SIZE]);
    for (int i = 128; i < RT_DEQUE_SIZE; i++) {
        ck_assert_ptr_eq(rt_deque_pop(&deque), &tasks[i]);
    }
    ck_assert_ptr_null(rt_deque_pop(&deque));
}
END_TEST

START_TEST(a_thief_takes_half_rounded_up_the_oldest_first)
{
    struct rt_queue overflow = {0};

    push(&deque, 0, 5, &overflow);
    ck_assert_ptr_eq(rt_deque_steal(&deque, &other), &tasks[2]);
    ck_assert_ptr_eq(rt_deque_pop(&other), &tasks[0]);
    ck_assert_ptr_eq(rt_deque_pop(&other), &tasks[1]);
    ck_assert_ptr_null(rt_deque_pop(&other));
    ck_assert_ptr_eq(rt_deque_pop(&deque), &tasks[3]);
    ck_assert_ptr_eq(rt_deque_pop(&deque), &tasks[4]);
    ck_assert_ptr_null(rt_deque_steal(&deque, &other));
}
END_TEST

START_TEST(who_has_much_work_steals_none)
{
    struct rt_queue overflow = {0};

    push(&deque, 0, 10, &overflow);
    push(&other, 10, RT_DEQUE_SIZE / 2 + 1, &overflow);
    ck_assert_ptr_null(rt_deque_steal(&deque, &other));
}
END_TEST

START_TEST(one_thief_at_a_time_robs_a_worker)
{
    struct rt_queue overflow = {0};

    push(&deque, 0, 5, &overflow);
    /* A thief has claimed the first: steal stays behind real. */
    atomic_store(&deque.head, (uint64_t)1);
    ck_assert_ptr_null(rt_deque_steal(&deque, &other));
    ck_assert_ptr_eq(rt_deque_pop(&deque), &tasks[1]);
    atomic_store(&deque.head, (uint64_t)2 << 32 | 2);
    ck_assert_ptr_nonnull(rt_deque_steal(&deque, &other));
}
END_TEST

/* ---- who sleeps, who searches ---- */

static struct rt_sleepers sleepers;

START_TEST(at_most_half_of_the_workers_search)
{
    rt_sleepers_init(&sleepers, 5);
    ck_assert(rt_sleepers_begin_search(&sleepers));
    ck_assert(rt_sleepers_begin_search(&sleepers));
    ck_assert(rt_sleepers_begin_search(&sleepers));
    ck_assert(!rt_sleepers_begin_search(&sleepers));
    rt_sleepers_end_search(&sleepers);
    ck_assert(rt_sleepers_begin_search(&sleepers));
}
END_TEST

START_TEST(the_last_searcher_is_told_that_it_is)
{
    rt_sleepers_init(&sleepers, 4);
    rt_sleepers_begin_search(&sleepers);
    rt_sleepers_begin_search(&sleepers);
    ck_assert(!rt_sleepers_add(&sleepers, 0, true));
    ck_assert(rt_sleepers_add(&sleepers, 1, true));
    /* Who didn't search need not look again. */
    ck_assert(!rt_sleepers_add(&sleepers, 2, false));
    rt_sleepers_begin_search(&sleepers);
    ck_assert(rt_sleepers_end_search(&sleepers));
}
END_TEST

START_TEST(new_work_wakes_somebody_only_if_nobody_searches)
{
    rt_sleepers_init(&sleepers, 3);
    ck_assert_int_eq(rt_sleepers_take_for_work(&sleepers), RT_NO_SLEEPER);
    rt_sleepers_add(&sleepers, 1, false);
    rt_sleepers_add(&sleepers, 2, false);
    ck_assert_int_eq(rt_sleepers_take_for_work(&sleepers), 2);
    /* That one counts as searching from now on. */
    ck_assert_int_eq(rt_sleepers_take_for_work(&sleepers), RT_NO_SLEEPER);
    rt_sleepers_end_search(&sleepers);
    ck_assert_int_eq(rt_sleepers_take_for_work(&sleepers), 1);
}
END_TEST

/* ---- one worker: nobody starves ---- */

static struct rt_runtime *runtime;
static atomic_bool is_over;

static void build(uint32_t workers)
{
    struct rt_builder builder = kit_builder();

    builder.workers = workers;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
}

/* Who had a turn, from the first turn of a spinner on. */
static char turns[512];
static size_t turn_count;

static void note(char who)
{
    if (turn_count < sizeof(turns) - 1 && (turn_count > 0 || who == 's')) {
        turns[turn_count++] = who;
    }
}

/* Two of them wake each other, without end. */
struct player {
    struct rt_future future;
    struct rt_notify *mine;
    struct rt_notify *yours;
    struct rt_notified turn;
};

KIT_OPS(player);

static enum rt_poll player_poll(struct rt_future *future, struct rt_context *cx)
{
    struct player *self = RT_SELF(future, struct player);

    RT_BEGIN(self);
    for (;;) {
        self->turn = rt_notify_notified(self->mine);
        RT_AWAIT(self->turn);
        note('p');
        rt_notify_one(self->yours);
    }
    RT_END(self);
}

static atomic_bool is_spinning; /* a spinner was polled */

/* Is always ready again; ends when the turns are noted. */
struct spinner {
    struct rt_future future;
};

KIT_OPS(spinner);

static enum rt_poll spinner_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    (void)future;
    note('s');
    atomic_store(&is_spinning, true);
    if (turn_count == sizeof(turns) - 1 || is_over) {
        return RT_READY;
    }
    rt_waker_wake_by_ref(cx->waker);
    return RT_PENDING;
}

static size_t longest_run_of(char who)
{
    size_t longest = 0;
    size_t now = 0;

    for (const char *turn = turns; *turn; turn++) {
        now = *turn == who ? now + 1 : 0;
        longest = now > longest ? now : longest;
    }
    return longest;
}

START_TEST(who_was_woken_last_goes_first_but_three_times_in_a_row_only)
{
    static struct rt_notify balls[2];
    struct rt_join_handle spinner;

    rt_notify_init(&balls[0]);
    rt_notify_init(&balls[1]);
    build(1);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(player, .mine = &balls[i],
                                                    .yours = &balls[1 - i])),
                         0);
    }
    rt_notify_one(&balls[0]);
    spinner = RT_SPAWN(KIT_MAKE(spinner));
    ck_assert_int_eq(rt_block_on(runtime, &spinner.future), 0);
    rt_shutdown(runtime);
    /* The one that the queue gave, and three behind it. */
    ck_assert_uint_eq(longest_run_of('p'), 4);
    ck_assert_uint_eq(longest_run_of('s'), 1);
}
END_TEST

static void spin_on_one_worker(int count)
{
    turn_count = sizeof(turns); /* nothing is noted */
    build(1);
    for (int i = 0; i < count; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(spinner)), 0);
    }
    while (!atomic_load(&is_spinning)) {
        sched_yield();
    }
}

START_TEST(what_strangers_inject_runs_although_a_worker_has_tasks_of_its_own)
{
    static struct kit_counts counts;
    struct kit_probe probe = kit_probe(&counts, 0);

    spin_on_one_worker(2);
    ck_assert_int_eq(rt_block_on(runtime, &probe.future), 0);
    ck_assert_int_eq(counts.polls, 1);
    rt_shutdown(runtime);
}
END_TEST

struct reader {
    struct rt_future future;
    struct rt_tcp_stream stream;
    struct rt_read read;
    char byte;
};

KIT_OPS_WITH_DROP(reader);

static enum rt_poll reader_poll(struct rt_future *future, struct rt_context *cx)
{
    struct reader *self = RT_SELF(future, struct reader);

    RT_BEGIN(self);
    self->read = rt_read(&self->stream.io, &self->byte, 1);
    RT_AWAIT(self->read);
    is_over = true;
    RT_END(self);
}

static void reader_drop(struct rt_future *future)
{
    rt_tcp_stream_close(&RT_SELF(future, struct reader)->stream);
}

/* The byte comes when all spin; who reads it ends the spinning. */
static void read_while_100_spin(uint32_t workers)
{
    struct reader reader = KIT_MAKE(reader);
    struct rt_tcp_stream far;
    struct rt_join_handle handle;

    is_over = false;
    turn_count = sizeof(turns);
    build(workers);
    ck_assert_int_eq(rt_unix_pair(&reader.stream, &far), 0);
    handle = RT_SPAWN(reader);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(spinner)), 0);
    }
    ck_assert_int_eq(write(far.fd, "x", 1), 1);
    ck_assert_int_eq(rt_block_on(runtime, &handle.future), 0);
    rt_tcp_stream_close(&far);
    rt_shutdown(runtime);
}

START_TEST(spinning_tasks_do_not_starve_io)
{
    read_while_100_spin(0);
    read_while_100_spin(1);
    read_while_100_spin(2);
}
END_TEST

/* ---- two workers: one blocks its thread ---- */

static atomic_int done;

struct leaf {
    struct rt_future future;
};

KIT_OPS(leaf);

static enum rt_poll leaf_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)future;
    (void)cx;
    atomic_fetch_add(&done, 1);
    return RT_READY;
}

enum { LEAVES = 100 };

struct hog {
    struct rt_future future;
};

KIT_OPS(hog);

/* Spawns many, and holds its thread until others have run them. */
static enum rt_poll hog_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)future;
    (void)cx;
    for (int i = 0; i < LEAVES; i++) {
        RT_SPAWN_DETACHED(KIT_MAKE(leaf));
    }
    /* The last one is to go next, here: nobody steals that one. */
    while (atomic_load(&done) < LEAVES - 1) {
        usleep(100);
    }
    return RT_READY;
}

START_TEST(tasks_behind_one_that_blocks_are_stolen)
{
    struct hog hog = KIT_MAKE(hog);

    build(2);
    ck_assert_int_eq(rt_block_on(runtime, &hog.future), 0);
    rt_shutdown(runtime);
}
END_TEST

/* The one that holds its thread does so until the other's second nap ends. */
struct holder {
    struct rt_future future;
    bool holds_thread;
    uint64_t begin;
    struct rt_sleep nap;
};

KIT_OPS(holder);

static enum rt_poll holder_poll(struct rt_future *future, struct rt_context *cx)
{
    struct holder *self = RT_SELF(future, struct holder);

    RT_BEGIN(self);
    self->nap = rt_sleep_until(self->begin);
    RT_AWAIT(self->nap);
    while (self->holds_thread && !is_over) {
        usleep(100);
    }
    if (!self->holds_thread) {
        self->nap = rt_sleep(RT_MILLISECONDS(2));
        RT_AWAIT(self->nap);
        is_over = true;
    }
    RT_END(self);
}

/* Both get up by one look at the driver, so its holder has a task to spare. */
START_TEST(the_driver_goes_to_another_worker_when_its_holder_gets_work)
{
    build(2);
    for (int round = 0; round < 20; round++) {
        uint64_t begin = rt_now() + RT_MILLISECONDS(5);
        struct rt_join_handle handles[2];

        is_over = false;
        for (int i = 0; i < 2; i++) {
            handles[i] = RT_SPAWN(KIT_MAKE(holder, .begin = begin,
                                           .holds_thread = (i + round) % 2));
        }
        for (int i = 0; i < 2; i++) {
            ck_assert_int_eq(rt_block_on(runtime, &handles[i].future), 0);
        }
    }
    rt_shutdown(runtime);
}
END_TEST

/* ---- abort, and the end, from any thread ---- */

struct napper {
    struct rt_future future;
    struct rt_sleep nap;
    struct rt_yield turn;
    bool is_restless;
};

KIT_OPS_WITH_DROP(napper);

static enum rt_poll napper_poll(struct rt_future *future, struct rt_context *cx)
{
    struct napper *self = RT_SELF(future, struct napper);

    RT_BEGIN(self);
    while (self->is_restless) {
        self->turn = rt_yield();
        RT_AWAIT(self->turn);
    }
    self->nap = rt_sleep(RT_SECONDS(1000));
    RT_AWAIT(self->nap);
    RT_END(self);
}

static void napper_drop(struct rt_future *future)
{
    (void)future;
    atomic_fetch_add(&done, 1);
}

START_TEST(tasks_of_workers_are_aborted_from_any_thread)
{
    build(2);
    for (int i = 0; i < 200; i++) {
        struct rt_join_handle handle =
            RT_SPAWN(KIT_MAKE(napper, .is_restless = i % 2));

        rt_join_abort(&handle);
        ck_assert_int_eq(rt_block_on(runtime, &handle.future), 0);
        ck_assert_int_eq(handle.result, -ECANCELED);
        ck_assert_int_eq(done, i + 1);
    }
    rt_shutdown(runtime);
}
END_TEST

static struct rt_notify bell;

/* Its drop spawns another, wakes others, and aborts nobody. */
struct last_will {
    struct rt_future future;
    int heirs;
    struct rt_notified ring;
};

KIT_OPS_WITH_DROP(last_will);

static enum rt_poll last_will_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct last_will *self = RT_SELF(future, struct last_will);

    RT_BEGIN(self);
    for (;;) {
        self->ring = rt_notify_notified(&bell);
        RT_AWAIT(self->ring);
    }
    RT_END(self);
}

static void last_will_drop(struct rt_future *future)
{
    struct last_will *self = RT_SELF(future, struct last_will);

    atomic_fetch_add(&done, 1);
    rt_notify_waiters(&bell);
    if (self->heirs > 0) {
        RT_SPAWN_DETACHED(KIT_MAKE(last_will, .heirs = self->heirs - 1));
    }
}

START_TEST(workers_end_although_drops_wake_and_spawn)
{
    rt_notify_init(&bell);
    build(2);
    for (int i = 0; i < 20; i++) {
        ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(last_will, .heirs = 1)), 0);
    }
    rt_shutdown(runtime);
    ck_assert_int_eq(done, 40);
}
END_TEST

static void *ring_until_over(void *unused)
{
    (void)unused;
    while (!is_over) {
        rt_notify_waiters(&bell);
        sched_yield(); /* valgrind lets one thread run at a time */
    }
    return NULL;
}

START_TEST(wakes_while_workers_are_shut_down_are_safe)
{
    pthread_t thread;

    rt_notify_init(&bell);
    pthread_create(&thread, NULL, ring_until_over, NULL);
    for (int i = 0; i < 100; i++) {
        build(2);
        for (int j = 0; j < 5; j++) {
            ck_assert_int_eq(RT_SPAWN_DETACHED(KIT_MAKE(last_will)), 0);
        }
        rt_shutdown(runtime);
    }
    is_over = true;
    pthread_join(thread, NULL);
    ck_assert_int_eq(done, 500);
}
END_TEST

Suite *workers_suite(void)
{
    const TTest *const tests[] = {
        a_full_deque_gives_its_older_half_and_the_new_task_to_all,
        a_thief_takes_half_rounded_up_the_oldest_first,
        who_has_much_work_steals_none,
        one_thief_at_a_time_robs_a_worker,
        at_most_half_of_the_workers_search,
        the_last_searcher_is_told_that_it_is,
        new_work_wakes_somebody_only_if_nobody_searches,
        who_was_woken_last_goes_first_but_three_times_in_a_row_only,
        what_strangers_inject_runs_although_a_worker_has_tasks_of_its_own,
        spinning_tasks_do_not_starve_io,
        tasks_behind_one_that_blocks_are_stolen,
        the_driver_goes_to_another_worker_when_its_holder_gets_work,
        tasks_of_workers_are_aborted_from_any_thread,
        workers_end_although_drops_wake_and_spawn,
        wakes_while_workers_are_shut_down_are_safe,
        NULL,
    };

    return suite_of("workers", tests);
}
