#include "sync/once_cell.h"

#include <errno.h>

#include "base/panic.h"
#include "future/async.h"

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

static void give_up_turn(struct rt_once_get *self)
{
    if (self->has_turn) {
        self->has_turn = false;
        rt_semaphore_release(&self->cell->turn, 1);
    }
}

/* The frame of any future at all, as RT_AWAIT wants it. */
struct any {
    struct rt_future future;
};

static enum rt_poll get_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_once_get *self = RT_SELF(future, struct rt_once_get);

    RT_BEGIN(self);
    RT_AWAIT(self->turn);
    self->has_turn = self->turn.result == 0; /* else the cell is set */
    if (self->has_turn) {
        RT_AWAIT(*RT_SELF(self->init, struct any));
        if (*self->result) {
            fill(self->cell, *self->result);
        }
        give_up_turn(self); /* of no use to anybody when it was filled */
    }
    self->value = rt_once_cell_get(self->cell);
    RT_END(self);
}

/* The initializer is gone before the next in the queue begins its own. */
static void get_drop(struct rt_future *future)
{
    struct rt_once_get *self = RT_SELF(future, struct rt_once_get);

    rt_future_drop(self->init);
    give_up_turn(self);
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
