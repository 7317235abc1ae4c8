/*
 * What many tasks share to end together: join sets, cancellation tokens; and
 * to begin together: once cells.
 */
#include <errno.h>

#include "explore/models/models.h"

/* ---- join sets: the tasks end on another thread than that of the set ---- */

/* Ready at once. */
struct quick {
    struct rt_future future;
    int value;
};

static enum rt_poll quick_poll(struct rt_future *future, struct rt_context *cx)
{
    (void)cx;
    RT_SELF(future, struct quick)->value = 42;
    return RT_READY;
}

static const struct rt_future_ops quick_ops = {quick_poll, NULL, "quick"};

static struct rt_runtime *runtime;
static struct rt_join_set *set; /* on the heap: a use after its end shows */

static void run_tasks(void *data)
{
    struct rt_yield turn = rt_yield();

    (void)data;
    RT_EXPLORE_CHECK(rt_block_on(runtime, &turn.future) == 0);
}

/* A set of so many tasks, and a thread that runs them. */
static void begin_set(int tasks)
{
    struct rt_builder builder = rt_builder_default();
    struct quick quick = {.future = RT_FUTURE(&quick_ops)};

    rt_explore_skip(true);
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    rt_enter(runtime);
    set = rt_alloc(sizeof(*set));
    rt_join_set_init(set);
    while (tasks-- > 0) {
        RT_EXPLORE_CHECK(RT_JOIN_SET_SPAWN(set, quick) == 0);
    }
    rt_enter(NULL);
    rt_explore_skip(false);
    rt_explore_thread(run_tasks, NULL);
}

static void free_set(void)
{
    RT_EXPLORE_CHECK(set->count == 0);
    rt_free(set, sizeof(*set));
}

static void end_runtime(void)
{
    rt_explore_join();
    rt_explore_skip(true);
    rt_shutdown(runtime);
    rt_explore_skip(false);
}

/* Each end is told once, however the wait for it and the end meet. */
static void set_next_against_ends(void)
{
    begin_set(2);
    for (int i = 0; i < 3; i++) {
        struct quick quick = {.value = 0};
        struct rt_join_set_next next =
            rt_join_set_next(set, &quick, sizeof(quick));

        model_await(&next.future);
        RT_EXPLORE_CHECK(next.result == (i < 2 ? 0 : -ECHILD));
        RT_EXPLORE_CHECK(quick.value == (i < 2 ? 42 : 0));
    }
    free_set();
    end_runtime();
}

/* The set is freed while its tasks end. */
static void set_detach_against_ends(void)
{
    begin_set(2);
    rt_join_set_detach_all(set);
    free_set();
    end_runtime();
}

static void set_deinit_against_ends(void)
{
    begin_set(2);
    rt_join_set_deinit(set);
    free_set();
    end_runtime();
}

/* As a tracker does: the set is freed as soon as the last task has ended. */
static void set_freed_at_the_last_end(void)
{
    struct rt_join_set_next next;

    begin_set(1);
    set->only_counts = true;
    next = rt_join_set_next(set, NULL, 0);
    model_await(&next.future);
    free_set();
    end_runtime();
}

/* ---- cancellation tokens ---- */

static struct rt_cancel_token *root;

static void await_child(void *data)
{
    struct rt_cancel_token *child = data;
    struct rt_cancelled cancelled = rt_cancelled(child);

    model_await(&cancelled.future);
    RT_EXPLORE_CHECK(rt_cancel_token_is_cancelled(child));
    rt_cancel_token_unref(child);
}

/* Its child lives no longer than it has to. */
static void have_a_child(void *data)
{
    await_child(rt_cancel_token_create(data));
    rt_cancel_token_unref(data);
}

static void cancel_root(void *data)
{
    (void)data;
    rt_cancel_token_cancel(root);
    rt_cancel_token_unref(root);
}

static void cancel_against_wait(void)
{
    root = rt_cancel_token_create(NULL);
    rt_explore_thread(await_child, rt_cancel_token_create(root));
    rt_explore_thread(cancel_root, NULL);
    rt_explore_join();
}

/* The child is born before, or after; it hears of it in any case. */
static void cancel_against_birth(void)
{
    root = rt_cancel_token_create(NULL);
    rt_explore_thread(have_a_child, rt_cancel_token_ref(root));
    rt_explore_thread(cancel_root, NULL);
    rt_explore_join();
}

/* ---- once cells ---- */

static struct rt_once_cell cell;
static int initialized;

/* An initializer that may fail. */
struct init {
    struct rt_future future;
    bool fails;
    void *made;
};

static enum rt_poll init_poll(struct rt_future *future, struct rt_context *cx)
{
    struct init *self = RT_SELF(future, struct init);

    (void)cx;
    if (!self->fails) {
        initialized++;
        self->made = &initialized;
    }
    return RT_READY;
}

static const struct rt_future_ops init_ops = {init_poll, NULL, "init"};

static void get(bool fails)
{
    struct init init = {.future = RT_FUTURE(&init_ops), .fails = fails};
    struct rt_once_get once = RT_ONCE_GET_OR_INIT(&cell, init, made);

    model_await(&once.future);
    RT_EXPLORE_CHECK(once.value == &initialized || fails);
}

static void get_or_init(void *data)
{
    (void)data;
    get(false);
}

static void get_or_fail(void *data)
{
    (void)data;
    get(true);
}

/* One initializes, however many ask, also when another fails to. */
static void once_against_once(void)
{
    rt_once_cell_init(&cell);
    initialized = 0;
    rt_explore_thread(get_or_fail, NULL);
    rt_explore_thread(get_or_init, NULL);
    rt_explore_thread(get_or_init, NULL);
    rt_explore_join();
    RT_EXPLORE_CHECK(initialized == 1);
}

const struct model group_models[] = {
    {"set-next-against-ends", set_next_against_ends, 3},
    {"set-detach-against-ends", set_detach_against_ends, 3},
    {"set-deinit-against-ends", set_deinit_against_ends, 3},
    {"set-freed-at-the-last-end", set_freed_at_the_last_end, 4},
    {"cancel-against-wait", cancel_against_wait, 4},
    {"cancel-against-birth", cancel_against_birth, 4},
    {"once-against-once", once_against_once, 3},
    {NULL, NULL, 0},
};
