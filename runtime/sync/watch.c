#include "sync/watch.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

struct rt_watch {
    struct rt_notify changed; /* each new value, and the last sender's end */
    struct rt_lock lock;
    uint32_t references; /* guarded by lock, like the rest: all ends */
    uint32_t senders;
    uint32_t receivers;
    uint64_t version; /* how many values there have been */
    size_t size;      /* bytes of the value */
    _Alignas(16) char value[];
};

int rt_watch_create(size_t size, const void *value,
                    struct rt_watch_sender *sender,
                    struct rt_watch_receiver *receiver)
{
    struct rt_watch *shared = rt_alloc(sizeof(*shared) + size);

    if (!shared) {
        return -ENOMEM;
    }
    rt_notify_init(&shared->changed);
    shared->references = 2;
    shared->senders = 1;
    shared->receivers = 1;
    shared->size = size;
    memcpy(shared->value, value, size);
    *sender = (struct rt_watch_sender){shared};
    *receiver = (struct rt_watch_receiver){shared, 0};
    return 0;
}

static void unref(struct rt_watch *shared)
{
    bool is_last;

    rt_lock_acquire(&shared->lock);
    is_last = --shared->references == 0;
    rt_lock_release(&shared->lock);
    if (is_last) {
        rt_free(shared, sizeof(*shared) + shared->size);
    }
}

static struct rt_watch_receiver add_receiver(struct rt_watch *shared,
                                             uint64_t seen, bool has_seen_all)
{
    struct rt_watch_receiver receiver = {shared, seen};

    rt_lock_acquire(&shared->lock);
    shared->references++;
    shared->receivers++;
    if (has_seen_all) {
        receiver.seen = shared->version;
    }
    rt_lock_release(&shared->lock);
    return receiver;
}

/* ---- the sender ---- */

int rt_watch_send(struct rt_watch_sender *sender, const void *value)
{
    struct rt_watch *shared = sender->shared;
    bool has_receiver;

    rt_lock_acquire(&shared->lock);
    has_receiver = shared->receivers > 0;
    if (has_receiver) {
        memcpy(shared->value, value, shared->size);
        shared->version++;
    }
    rt_lock_release(&shared->lock);
    if (!has_receiver) {
        return -EPIPE;
    }
    rt_notify_waiters(&shared->changed);
    return 0;
}

struct rt_watch_sender
rt_watch_sender_clone(const struct rt_watch_sender *sender)
{
    rt_lock_acquire(&sender->shared->lock);
    sender->shared->references++;
    sender->shared->senders++;
    rt_lock_release(&sender->shared->lock);
    return *sender;
}

void rt_watch_sender_drop(struct rt_watch_sender *sender)
{
    struct rt_watch *shared = sender->shared;
    bool is_last;

    if (!shared) {
        return;
    }
    sender->shared = NULL;
    rt_lock_acquire(&shared->lock);
    is_last = --shared->senders == 0;
    rt_lock_release(&shared->lock);
    if (is_last) {
        rt_notify_waiters(&shared->changed);
    }
    unref(shared);
}

/* ---- receivers ---- */

struct rt_watch_receiver rt_watch_subscribe(struct rt_watch_sender *sender)
{
    return add_receiver(sender->shared, 0, true);
}

struct rt_watch_receiver
rt_watch_receiver_clone(const struct rt_watch_receiver *receiver)
{
    return add_receiver(receiver->shared, receiver->seen, false);
}

void rt_watch_receiver_drop(struct rt_watch_receiver *receiver)
{
    struct rt_watch *shared = receiver->shared;

    if (shared) {
        receiver->shared = NULL;
        rt_lock_acquire(&shared->lock);
        shared->receivers--;
        rt_lock_release(&shared->lock);
        unref(shared);
    }
}

void rt_watch_look(struct rt_watch_receiver *receiver, void *value)
{
    struct rt_watch *shared = receiver->shared;

    rt_lock_acquire(&shared->lock);
    memcpy(value, shared->value, shared->size);
    receiver->seen = shared->version;
    rt_lock_release(&shared->lock);
}

/* Is there news? And is there hope? */
static bool look_for_change(const struct rt_watch_receiver *receiver,
                            uint64_t *version, bool *has_sender)
{
    struct rt_watch *shared = receiver->shared;

    rt_lock_acquire(&shared->lock);
    *version = shared->version;
    *has_sender = shared->senders > 0;
    rt_lock_release(&shared->lock);
    return *version != receiver->seen;
}

bool rt_watch_has_changed(const struct rt_watch_receiver *receiver)
{
    uint64_t version;
    bool has_sender;

    return look_for_change(receiver, &version, &has_sender);
}

static struct rt_watch_changed *changed_of(struct rt_future *future)
{
    return (struct rt_watch_changed *)(void *)future;
}

/* True when result is final. The last value counts also after the end. */
static bool is_settled(struct rt_future *future)
{
    struct rt_watch_changed *changed = changed_of(future);
    struct rt_watch_receiver *receiver = changed->receiver;
    uint64_t version;
    bool has_sender;

    if (look_for_change(receiver, &version, &has_sender)) {
        receiver->seen = version;
        changed->result = 0;
        return true;
    }
    changed->result = -EPIPE;
    return !has_sender;
}

static enum rt_poll changed_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_watch_changed *changed = changed_of(future);

    return rt_notify_poll_until(&changed->receiver->shared->changed,
                                &changed->notified, future, is_settled, cx);
}

static const struct rt_future_ops changed_ops = {
    .poll = changed_poll,
    .name = "watch changed",
};

struct rt_watch_changed rt_watch_changed(struct rt_watch_receiver *receiver)
{
    return (struct rt_watch_changed){
        .future = RT_FUTURE(&changed_ops),
        .receiver = receiver,
    };
}
