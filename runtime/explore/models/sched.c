/*
 * The multi-thread scheduler: queues, sleep and wake. Part of it by itself,
 * and the whole of it with two workers.
 */
#include "explore/models/models.h"
#include "sched/deque.h"
#include "sched/parker.h"
#include "sched/pool.h"

/* ---- the deque ---- */

enum { MARKS = RT_DEQUE_SIZE + 8 };

/* The deque doesn't look into the tasks, so these are only addresses. */
static struct {
    _Alignas(16) char bytes[sizeof(struct rt_task)];
} marks[MARKS];

static int taken[MARKS]; /* how often each was taken out */
static struct rt_deque own;
static struct rt_deque stolen;
static struct rt_queue overflow;
static uint32_t pushed;

static void push(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        rt_deque_push(&own, (struct rt_task *)(void *)&marks[pushed++],
                      &overflow);
    }
}

static void take(const struct rt_task *task)
{
    taken[((const char *)task - marks[0].bytes) / (long)sizeof(marks[0])]++;
}

/* A deque with so many tasks; their pushes are of no interest. */
static void make_deque(uint32_t count)
{
    own = (struct rt_deque){0};
    stolen = (struct rt_deque){0};
    overflow = (struct rt_queue){0};
    pushed = 0;
    for (uint32_t i = 0; i < MARKS; i++) {
        taken[i] = 0;
    }
    rt_explore_skip(true);
    push(count);
    rt_explore_skip(false);
}

static void empty(struct rt_deque *deque)
{
    struct rt_task *task;

    while ((task = rt_deque_pop(deque))) {
        take(task);
    }
}

/* Wherever they are now: each task is in one place, once. */
static void check_tasks(void)
{
    struct rt_task *task;

    rt_explore_skip(true);
    empty(&own);
    empty(&stolen);
    while ((task = rt_queue_pop(&overflow))) {
        take(task);
    }
    for (uint32_t i = 0; i < pushed; i++) {
        RT_EXPLORE_CHECK(taken[i] == 1);
    }
}

static void pop(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct rt_task *task = rt_deque_pop(&own);

        if (task) {
            take(task);
        }
    }
}

static void pop_two_push_one(void *data)
{
    (void)data;
    pop(2);
    push(1);
}

static void pop_one_push_three(void *data)
{
    (void)data;
    pop(1);
    push(3);
}

static void steal(void *data)
{
    struct rt_task *task = rt_deque_steal(&own, &stolen);

    (void)data;
    if (task) {
        take(task);
    }
}

static void deque_pop_against_steal(void)
{
    make_deque(2);
    rt_explore_thread(pop_two_push_one, NULL);
    rt_explore_thread(steal, NULL);
    rt_explore_join();
    check_tasks();
}

/* The worker comes round the ring while a thief still copies. */
static void deque_full_against_steal(void)
{
    make_deque(RT_DEQUE_SIZE - 1);
    rt_explore_thread(pop_one_push_three, NULL);
    rt_explore_thread(steal, NULL);
    rt_explore_join();
    check_tasks();
}

static void steal_into_other(void *data)
{
    static struct rt_deque third;
    struct rt_task *task;

    (void)data;
    third = (struct rt_deque){0};
    task = rt_deque_steal(&own, &third);
    if (task) {
        take(task);
    }
    empty(&third);
}

static void deque_two_thieves(void)
{
    make_deque(4);
    rt_explore_thread(steal, NULL);
    rt_explore_thread(steal_into_other, NULL);
    rt_explore_thread(pop_two_push_one, NULL);
    rt_explore_join();
    check_tasks();
}

/* ---- the parker ---- */

static struct rt_parker parker;
static atomic_bool has_work;

static void park_until_work(void *data)
{
    (void)data;
    while (!atomic_load(&has_work)) {
        rt_parker_park(&parker);
    }
}

static void bring_work(void *data)
{
    (void)data;
    atomic_store(&has_work, true);
    rt_parker_unpark(&parker, NULL);
}

static void unpark_only(void *data)
{
    (void)data;
    rt_parker_unpark(&parker, NULL);
}

static void park_against_unpark(void)
{
    rt_parker_init(&parker);
    atomic_init(&has_work, false);
    rt_explore_thread(park_until_work, NULL);
    rt_explore_thread(unpark_only, NULL);
    rt_explore_thread(bring_work, NULL);
    rt_explore_join();
    rt_parker_deinit(&parker);
}

/* ---- the pool of a worker ---- */

enum { BLOCK = 64 };

static struct rt_pool pool;
static void *blocks[2]; /* of the pool, freed by others */

static void free_block(void *data)
{
    rt_pool_free(NULL, data);
}

static bool is_one_of_ours(const void *block)
{
    return block == blocks[0] || block == blocks[1];
}

/* Two threads free what the owner allocates again: none is lost or double. */
static void pool_alloc_against_free(void)
{
    void *first;
    void *second;

    pool = (struct rt_pool){0};
    blocks[0] = rt_pool_alloc(&pool, BLOCK);
    blocks[1] = rt_pool_alloc(&pool, BLOCK);
    rt_explore_thread(free_block, blocks[0]);
    rt_explore_thread(free_block, blocks[1]);
    rt_pool_free(&pool, rt_pool_alloc(&pool, BLOCK));
    rt_explore_join();
    do {
        first = rt_pool_alloc(&pool, BLOCK);
    } while (!is_one_of_ours(first));
    do {
        second = rt_pool_alloc(&pool, BLOCK);
    } while (!is_one_of_ours(second));
    RT_EXPLORE_CHECK(first != second);
    rt_pool_deinit(&pool);
}

/* ---- a whole runtime ---- */

static struct rt_runtime *runtime;
static atomic_int ended; /* tasks */

struct leaf {
    struct rt_future future;
};

static enum rt_poll leaf_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)future;
    (void)cx;
    atomic_fetch_add(&ended, 1);
    return RT_READY;
}

static const struct rt_future_ops leaf_ops = {leaf_poll, NULL, "leaf"};

/* Its workers have nothing to do and sleep. */
static void make_runtime(uint32_t workers)
{
    struct rt_builder builder = rt_builder_default();

    builder.workers = workers;
    atomic_init(&ended, 0);
    rt_explore_skip(true);
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    rt_explore_rest();
    rt_explore_skip(false);
}

static void spawn_leaf(void *data)
{
    struct rt_handle handle = rt_handle(runtime);
    struct leaf leaf = {RT_FUTURE(&leaf_ops)};
    struct rt_join_handle task =
        rt_handle_spawn(&handle, &leaf.future, sizeof(leaf));

    (void)data;
    rt_join_detach(&task);
    rt_handle_drop(&handle);
}

static bool are_two_ended(void *data)
{
    (void)data;
    return ended == 2;
}

static void shut_down(void)
{
    rt_explore_skip(true);
    rt_shutdown(runtime);
}

/*
 * The second task comes while the worker that ran the first looks for more,
 * finds nothing, and goes to sleep.
 */
static void last_searcher_against_inject(void)
{
    make_runtime(2);
    spawn_leaf(NULL);
    spawn_leaf(NULL);
    rt_explore_wait(are_two_ended, NULL);
    shut_down();
}

struct parent {
    struct rt_future future;
};

static enum rt_poll parent_poll(struct rt_future *future, struct rt_context *cx)
{
    struct leaf leaf = {RT_FUTURE(&leaf_ops)};

    (void)future;
    (void)cx;
    for (int i = 0; i < 2; i++) {
        struct rt_join_handle task = rt_spawn(&leaf.future, sizeof(leaf));

        rt_join_detach(&task);
    }
    return RT_READY;
}

static const struct rt_future_ops parent_ops = {parent_poll, NULL, "parent"};

/* A task spawns two: the sleeping worker is woken, steals, and sleeps. */
static void steal_against_park(void)
{
    struct rt_handle handle;
    struct parent parent = {RT_FUTURE(&parent_ops)};
    struct rt_join_handle task;

    make_runtime(2);
    handle = rt_handle(runtime);
    task = rt_handle_spawn(&handle, &parent.future, sizeof(parent));
    rt_explore_wait(are_two_ended, NULL);
    rt_explore_skip(true);
    rt_join_detach(&task);
    rt_handle_drop(&handle);
    shut_down();
}

/* The end comes while a task is queued, taken, run. */
static void shutdown_against_spawn(void)
{
    make_runtime(2);
    spawn_leaf(NULL);
    rt_shutdown(runtime);
    RT_EXPLORE_CHECK(ended <= 1);
}

const struct model sched_models[] = {
    {"deque-pop-against-steal", deque_pop_against_steal, 5},
    {"deque-full-against-steal", deque_full_against_steal, 5},
    {"deque-two-thieves", deque_two_thieves, 4},
    {"pool-alloc-against-free", pool_alloc_against_free, 6},
    {"park-against-unpark", park_against_unpark, 5},
    {"last-searcher-against-inject", last_searcher_against_inject, 2},
    {"steal-against-park", steal_against_park, 2},
    {"shutdown-against-spawn", shutdown_against_spawn, 2},
    {0},
};
