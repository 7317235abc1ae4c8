#include "sync/once_cell.h"

#include <errno.h>

#include "base/panic.h"

static struct rt_once_get *get_of(struct rt_future *future)
{
    return (struct rt_once_get *)(void *)future;
}

void rt_once_cell_init(struct rt_once_cell *cell)
{
    rt_semaphore_init(&cell->turn, 1);
    atomic_init(&cell->value, NULL);
}

void *rt_once_cell_get(const struct rt_once_cell *cell)
{
    /* Acquire pairs with the release in fill. */
    return atomic_load_explicit(&cell->value, memory_order_acquire);
}

/* The caller has the turn. Who still waits for one finds the cell set. */
static void fill(struct rt_once_cell *cell, void *value)
{
    atomic_store_explicit(&cell->value, value, memory_order_release);
    rt_semaphore_close(&cell->turn);
}

int rt_once_cell_set(struct rt_once_cell *cell, void *value)
{
    int error;

    if (!value) {
        rt_panic("once-cell-null", "a once cell is set to NULL");
    }
    error = rt_semaphore_try_acquire(&cell->turn, 1);
    if (error) {
        return error == -EPIPE ? -EEXIST : -EBUSY;
    }
    fill(cell, value);
    return 0;
}

/* With the permit, or with -EPIPE since the cell is set. */
static enum rt_poll poll_turn(struct rt_once_get *get, struct rt_context *cx)
{
    get->future.awaiting = &get->turn.future;
    if (rt_future_poll(&get->turn.future, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    rt_future_drop(&get->turn.future);
    get->has_turn = get->turn.result == 0;
    get->future.awaiting = get->init;
    return RT_READY;
}

static void give_up_turn(struct rt_once_get *get)
{
    if (get->has_turn) {
        get->has_turn = false;
        rt_semaphore_release(&get->cell->turn, 1);
    }
}

static enum rt_poll get_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_once_get *get = get_of(future);

    if (!rt_future_is_finished(&get->turn.future) &&
        poll_turn(get, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    if (get->has_turn) {
        if (rt_future_poll(get->init, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        rt_future_drop(get->init);
        if (*get->result) {
            fill(get->cell, *get->result);
        }
        give_up_turn(get); /* of no use to anybody when it was filled */
    }
    get->value = rt_once_cell_get(get->cell);
    return RT_READY;
}

/* The initializer is gone before the next in the queue begins its own. */
static void get_drop(struct rt_future *future)
{
    struct rt_once_get *get = get_of(future);

    rt_future_drop(get->init);
    give_up_turn(get);
}

static const struct rt_future_ops get_ops = {
    .poll = get_poll,
    .drop = get_drop,
    .name = "once cell",
};

struct rt_once_get rt_once_cell_get_or_init(struct rt_once_cell *cell,
                                            struct rt_future *init,
                                            void *const *result)
{
    return (struct rt_once_get){
        .future = RT_FUTURE(&get_ops),
        .cell = cell,
        .init = init,
        .result = result,
        .turn = rt_semaphore_acquire(&cell->turn, 1),
    };
}
