/*
 * A mailbox, and a future that waits for a letter in it: the example of
 * chapters 2 and 3.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include "rt.h"

// listing: mailbox
struct mailbox {
    const char *letter;     // NULL: empty
    struct rt_waker reader; // who waits for a letter; owned
};

static inline void mailbox_put(struct mailbox *box, const char *letter)
{
    box->letter = letter;
    rt_waker_wake(&box->reader); // does nothing when nobody waits
}
// end

// listing: letter
struct letter {
    struct rt_future future; // first: what gets polled
    struct mailbox *box;     // borrowed
    const char *text;        // the result, once it is ready
};

static inline enum rt_poll letter_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct letter *self = RT_SELF(future, struct letter);

    if (!self->box->letter) {
        rt_waker_store(&self->box->reader, cx->waker);
        return RT_PENDING;
    }
    self->text = self->box->letter;
    self->box->letter = NULL;
    return RT_READY;
}
// end

// listing: drop
static inline void letter_drop(struct rt_future *future)
{
    struct letter *self = RT_SELF(future, struct letter);

    rt_waker_drop(&self->box->reader);
}
// end

// listing: make
static const struct rt_future_ops letter_ops = {
    .poll = letter_poll,
    .drop = letter_drop,
    .name = "letter",
};

static inline struct letter letter(struct mailbox *box)
{
    return (struct letter){.future = RT_FUTURE(&letter_ops), .box = box};
}
// end

#endif
