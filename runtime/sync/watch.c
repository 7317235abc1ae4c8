#include "sync/watch.h"

#include <errno.h>
#include <string.h>

#include "future/async.h"

int rt_watch_create(size_t size, const void *value,
                    struct rt_watch_sender *sender,
                    struct rt_watch_receiver *receiver)
{
    int error =
        rt_broadcast_create(size, 1, &sender->values, &receiver->values);

    if (!error) {
        rt_watch_send(sender, value);
        receiver->values.next++;
    }
    return error;
}

int rt_watch_send(struct rt_watch_sender *sender, const void *value)
{
    return rt_broadcast_send(&sender->values, value) > 0 ? 0 : -EPIPE;
}

void rt_watch_look(struct rt_watch_receiver *receiver, void *value)
{
    struct rt_broadcast *shared = receiver->values.shared;

    rt_waiters_lock(&shared->waiters);
    memcpy(value, shared->ring, shared->size);
    receiver->values.next = shared->next;
    rt_waiters_unlock(&shared->waiters);
}

bool rt_watch_has_changed(const struct rt_watch_receiver *receiver)
{
    struct rt_broadcast *shared = receiver->values.shared;
    bool has_changed;

    rt_waiters_lock(&shared->waiters);
    has_changed = receiver->values.next != shared->next;
    rt_waiters_unlock(&shared->waiters);
    return has_changed;
}

struct rt_watch_receiver
rt_watch_receiver_clone(const struct rt_watch_receiver *receiver)
{
    struct rt_broadcast_sender sender = {receiver->values.shared};
    struct rt_watch_receiver clone = {rt_broadcast_subscribe(&sender)};

    clone.values.next = receiver->values.next;
    return clone;
}

/* The last value counts also after the end. */
static bool has_changed_locked(struct rt_wait *wait)
{
    struct rt_watch_changed *self =
        RT_SELF(&wait->future, struct rt_watch_changed);
    struct rt_broadcast_receiver *values = &self->receiver->values;

    self->result = values->next == values->shared->next ? -EPIPE : 0;
    values->next = values->shared->next;
    return self->result == 0 || values->shared->senders == 0;
}

static const struct rt_wait_ops changed_ops =
    RT_WAIT_OPS("watch changed", has_changed_locked, NULL);

struct rt_watch_changed rt_watch_changed(struct rt_watch_receiver *receiver)
{
    return (struct rt_watch_changed){
        .wait = rt_wait_make(&changed_ops, &receiver->values.shared->waiters),
        .receiver = receiver,
    };
}
