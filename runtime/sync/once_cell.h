/*
 * Once cell: a pointer that is set once, by whoever asks for it first.
 *
 *     self->connect = connect_database();        a frame with a void *database
 *     self->get = RT_ONCE_GET_OR_INIT(&cell, self->connect, database);
 *     RT_AWAIT(self->get);
 *     ... self->get.value
 *
 * Of all who ask while the cell is empty one runs its initializer and the
 * others wait. When that initializer fails, or is dropped on its way, the next
 * in the queue runs its own. The cell doesn't own what the pointer points to.
 * Any thread may use it; what was written before the pointer was set is seen
 * by all who get it.
 */
#ifndef RT_SYNC_ONCE_CELL_H
#define RT_SYNC_ONCE_CELL_H

#include "base/atomic.h"
#include "sync/semaphore.h"

struct rt_once_cell {
    struct rt_semaphore turn; /* one permit, to set it; closed once it is set */
    RT_ATOMIC(void *) value;  /* NULL: empty */
};

struct rt_once_get {
    struct rt_future future;
    struct rt_once_cell *cell; /* borrowed */
    struct rt_future *init;    /* borrowed: in the frame beside this one */
    void *const *result;       /* borrowed: what init gives */
    struct rt_acquire turn;
    bool has_turn; /* the permit is ours */
    void *value;   /* when ready: of the cell; NULL: our initializer failed */
};

/* Empty. Nothing to deinit. */
void rt_once_cell_init(struct rt_once_cell *cell);

/* The pointer, or NULL when the cell is empty. */
void *rt_once_cell_get(const struct rt_once_cell *cell);

/*
 * Sets the pointer, which is not NULL. 0; -EEXIST: it is set already; -EBUSY:
 * somebody's initializer is running, or waited for.
 */
int rt_once_cell_set(struct rt_once_cell *cell, void *value);

/*
 * A future for the pointer in the cell, which sets it if nobody else does: it
 * polls init (not yet polled), and *result is then the pointer, or NULL when
 * it failed. init is dropped in any case, whether it was needed or not.
 */
struct rt_once_get rt_once_cell_get_or_init(struct rt_once_cell *cell,
                                            struct rt_future *init,
                                            void *const *result);

/* init by name, and the member of its frame that is the result. */
#define RT_ONCE_GET_OR_INIT(cell, init, result)                                \
    rt_once_cell_get_or_init((cell), &(init).future, &(init).result)

#endif
