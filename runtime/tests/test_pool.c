/* The pools that tasks' memory comes from. */
#include <pthread.h>
#include <string.h>

#include "kit.h"
#include "suites.h"
#include "sched/pool.h"

static struct rt_pool pool;

START_TEST(a_freed_block_is_the_next_of_its_size)
{
    void *first = rt_pool_alloc(&pool, 96);
    void *other;

    rt_pool_free(&pool, first);
    other = rt_pool_alloc(&pool, 112);
    ck_assert_ptr_ne(other, first);
    ck_assert_ptr_eq(rt_pool_alloc(&pool, 90), first);
    rt_pool_deinit(&pool);
}
END_TEST

START_TEST(blocks_of_all_sizes_are_aligned_and_do_not_overlap)
{
    enum { COUNT = 3000 };
    static unsigned char *blocks[COUNT];
    static size_t sizes[COUNT];
    struct rt_random random = {7};

    for (int i = 0; i < COUNT; i++) {
        sizes[i] = 1 + rt_random_below(&random, RT_POOL_SIZE_MOST);
        blocks[i] = rt_pool_alloc(&pool, sizes[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % RT_POOL_STEP, 0);
        memset(blocks[i], i & 0xff, sizes[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        bool is_intact = true;

        for (size_t j = 0; j < sizes[i]; j++) {
            is_intact = is_intact && blocks[i][j] == (i & 0xff);
        }
        ck_assert(is_intact);
        rt_pool_free(&pool, blocks[i]);
    }
    rt_pool_deinit(&pool);
}
END_TEST

static void *free_elsewhere(void *block)
{
    struct rt_pool own = {0};

    rt_pool_free(&own, block);
    rt_pool_deinit(&own);
    return NULL;
}

START_TEST(what_another_thread_frees_comes_back_to_its_pool)
{
    void *block = rt_pool_alloc(&pool, 64);
    pthread_t thread;

    pthread_create(&thread, NULL, free_elsewhere, block);
    pthread_join(thread, NULL);
    ck_assert_ptr_eq(rt_pool_alloc(&pool, 64), block);
    rt_pool_deinit(&pool);
}
END_TEST

START_TEST(an_allocation_can_be_made_to_fail)
{
    rt_alloc_fail_after(1);
    ck_assert_ptr_null(rt_pool_alloc(&pool, 64));
    ck_assert_ptr_nonnull(rt_pool_alloc(&pool, 64));
    rt_pool_deinit(&pool);
}
END_TEST

/* Tasks that spawn a task each, on several workers: freed where they end. */
struct chain {
    struct rt_future future;
    int depth;
    char ballast[200];
    struct rt_join_handle next;
};

KIT_OPS(chain);

static enum rt_poll chain_poll(struct rt_future *future, struct rt_context *cx)
{
    struct chain *self = RT_SELF(future, struct chain);

    RT_BEGIN(self);
    if (self->depth > 0) {
        self->next = RT_SPAWN(KIT_MAKE(chain, .depth = self->depth - 1));
        RT_AWAIT(self->next);
        ck_assert_int_eq(self->next.result, 0);
    }
    RT_END(self);
}

static void run_chains(uint32_t workers, enum rt_memory memory)
{
    struct rt_builder builder = kit_builder();
    struct rt_runtime *runtime;

    builder.workers = workers;
    builder.memory = memory;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    for (int i = 0; i < 30; i++) {
        struct chain chain = KIT_MAKE(chain, .depth = 100);

        ck_assert_int_eq(rt_block_on(runtime, &chain.future), 0);
    }
    rt_shutdown(runtime);
}

START_TEST(tasks_live_in_pools_and_out_of_them)
{
    run_chains(0, RT_MEMORY_POOLED);
    run_chains(0, RT_MEMORY_MALLOC);
    run_chains(3, RT_MEMORY_POOLED);
    run_chains(3, RT_MEMORY_NUMA);
    run_chains(3, RT_MEMORY_MALLOC);
}
END_TEST

Suite *pool_suite(void)
{
    const TTest *const tests[] = {
        a_freed_block_is_the_next_of_its_size,
        blocks_of_all_sizes_are_aligned_and_do_not_overlap,
        what_another_thread_frees_comes_back_to_its_pool,
        an_allocation_can_be_made_to_fail,
        tasks_live_in_pools_and_out_of_them,
        NULL,
    };

    return suite_of("pool", tests);
}
