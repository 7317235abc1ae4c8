#include "fs/walk.h"

#include <errno.h>
#include <string.h>

#include "sched/runtime.h"

enum { BATCH_SIZE = 16 << 10 };

static struct rt_walk_next *next_of(struct rt_future *future)
{
    return (struct rt_walk_next *)(void *)future;
}

void rt_walk_close(struct rt_walk *walk)
{
    if (walk->operation) {
        rt_job_detach(&walk->operation->job);
        walk->operation = NULL;
    }
}

/* Takes the listing (NULL: there is none) into a new operation. 0 or -errno. */
static int prepare(struct rt_walk *walk, struct rt_fs_listing *listing)
{
    struct rt_fs_operation *operation =
        listing ? rt_fs_operation_create(RT_FS_LIST, NULL, NULL, BATCH_SIZE)
                : NULL;

    if (!operation) {
        rt_fs_listing_destroy(listing);
    } else {
        operation->listing = listing;
    }
    walk->operation = operation;
    walk->used = 0;
    walk->is_begun = false;
    walk->error = operation ? 0 : -ENOMEM;
    return walk->error;
}

/*
 * Has all of the operation been given out? Also its error, if it was one. While
 * it runs, used is 0, and the result is not looked at.
 */
static bool is_used_up(const struct rt_walk *walk)
{
    return walk->used > 0 && (int64_t)walk->used >= walk->operation->result;
}

/* Begins to read what comes next, if nothing is at hand. 0 or -errno. */
static int begin(struct rt_walk *walk, struct rt_runtime *runtime)
{
    struct rt_fs_operation *before = walk->operation;

    if (walk->is_begun && is_used_up(walk)) {
        prepare(walk, before->listing);
        before->listing = NULL;
        rt_job_detach(&before->job);
    }
    if (walk->operation && !walk->is_begun) {
        walk->is_begun = true;
        walk->error = rt_fs_operation_submit(walk->operation, runtime);
    }
    if (walk->error) {
        rt_walk_close(walk);
    }
    return walk->error;
}

/* Gives out what the operation has next: an entry, an error, or the end. */
static void give_next(struct rt_walk *walk, struct rt_walk_next *next)
{
    struct rt_fs_operation *operation = walk->operation;
    const char *entry = operation->bytes + walk->used;

    if (operation->result > 0) {
        next->kind = (enum rt_fs_kind)entry[0];
        next->path = entry + 1;
        next->result = 1;
        walk->used += 1 + strlen(next->path) + 1;
        return;
    }
    next->path = operation->bytes;
    next->result = (int)operation->result;
    walk->used = 1;
    if (next->result == 0) {
        rt_walk_close(walk);
    }
}

static enum rt_poll next_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_walk_next *next = next_of(future);
    struct rt_walk *walk = next->walk;

    if (!rt_budget_spend(cx)) {
        return RT_PENDING;
    }
    next->result =
        walk->operation ? begin(walk, rt_context_runtime(cx)) : walk->error;
    if (!walk->operation) {
        return RT_READY; /* it is over, or an error ended it */
    }
    if (!rt_fs_operation_poll(walk->operation, cx->waker)) {
        return RT_PENDING;
    }
    give_next(walk, next);
    return RT_READY;
}

/* The waker stays with the operation until it is over: a wake too much. */
static const struct rt_future_ops next_ops = {
    .poll = next_poll,
    .name = "walk",
};

struct rt_walk rt_walk(const char *path, bool is_deep)
{
    struct rt_walk walk = {0};

    prepare(&walk, rt_fs_listing_create(path, is_deep));
    return walk;
}

struct rt_walk_next rt_walk_next(struct rt_walk *walk)
{
    return (struct rt_walk_next){
        .future = RT_FUTURE(&next_ops),
        .walk = walk,
    };
}
