/*
 * A task's memory: made, counted, freed.
 */
#include "task/task.h"

#include "base/memory.h"
#include "base/word.h"

/* Ids are handed to the threads in blocks, so that a spawn shares nothing. */
enum { IDS_IN_A_BLOCK = 64 };

static _Atomic uint32_t ids_taken;
static _Thread_local uint32_t last_id;
static _Thread_local uint32_t last_id_of_block;

static uint32_t next_id(void)
{
    if (last_id == last_id_of_block) {
        last_id = atomic_fetch_add(&ids_taken, IDS_IN_A_BLOCK);
        last_id_of_block = last_id + IDS_IN_A_BLOCK;
    }
    return ++last_id;
}

const char *rt_task_name(const struct rt_task *task)
{
    return task->has_name ? (const char *)task->future + task->frame_size
                          : rt_future_name(task->future);
}

/*
 * Word by word: the caller has just written the frame, field by field, and a
 * load that is wider than what was stored has to wait until it is in memory.
 * (The empty statement keeps the compiler from making a memcpy of it.)
 */
static inline void move_frame(void *to, const void *from, size_t size)
{
    enum { WORD = sizeof(void *) }; /* it begins with pointers: no rest */

    for (size_t i = 0; i < size; i += WORD) {
        memcpy((char *)to + i, (const char *)from + i, WORD);
        __asm__ volatile("");
    }
}

void rt_task_init(struct rt_task *task, struct rt_task_owner *owner,
                  const struct rt_future *frame, size_t frame_size,
                  const char *name)
{
    atomic_init(&task->state, RT_TASK_HELD | 3 * RT_TASK_ONE_REF);
    task->owner = owner;
    task->joiner = RT_NO_WAKER;
    task->id = next_id();
    task->frame_size = (uint32_t)frame_size & RT_TASK_FRAME_MOST;
    task->has_name = name != NULL;
    task->is_pooled = false;
    move_frame(task->future, frame, frame_size);
    if (name) {
        memcpy((char *)task->future + frame_size, name, strlen(name) + 1);
    }
}

struct rt_task *rt_task_create(struct rt_task_owner *owner,
                               const struct rt_future *frame, size_t frame_size,
                               const char *name)
{
    struct rt_task *task = rt_alloc(rt_task_size(frame_size, name));

    if (task) {
        rt_task_init(task, owner, frame, frame_size, name);
    }
    return task;
}

void rt_task_destroy(struct rt_task *task)
{
    const char *name = task->has_name ? rt_task_name(task) : NULL;

    rt_free(task, rt_task_size(task->frame_size, name));
}

void rt_task_ref(struct rt_task *task)
{
    rt_word_add(&task->state, RT_TASK_ONE_REF);
}

void rt_task_unref(struct rt_task *task)
{
    /*
     * Who has the only reference needs no atomic subtraction: nobody else is
     * there to see it. Acquire pairs with the release of who was last before.
     */
    uint64_t before = atomic_load_explicit(&task->state, memory_order_acquire);

    if (before / RT_TASK_ONE_REF > 1) {
        before = rt_word_add(&task->state, -(uint64_t)RT_TASK_ONE_REF);
    }
    if (before / RT_TASK_ONE_REF == 1) {
        task->owner->free(task->owner, task);
    }
}
