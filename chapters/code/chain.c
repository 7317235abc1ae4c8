// The chain of awaits: a backtrace, and the way that a drop takes.
#include <stdio.h>

#include "mailbox.h"

// listing: inner
struct read_mail {
    struct rt_future future;
    struct letter letter;
};

static enum rt_poll read_mail_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct read_mail *self = RT_SELF(future, struct read_mail);

    RT_BEGIN(self);
    RT_AWAIT(self->letter);
    RT_END(self);
}

static void read_mail_drop(struct rt_future *future)
{
    printf("dropped: %s\n", rt_future_name(future));
}
// end

static const struct rt_future_ops read_mail_ops = {
    .poll = read_mail_poll,
    .drop = read_mail_drop,
    .name = "read_mail",
};

static void nothing(void *data)
{
    (void)data;
}

static const struct rt_waker_ops quiet_ops = {nothing, nothing, nothing,
                                              nothing};

// listing: main
int main(void)
{
    struct rt_waker waker = {&quiet_ops, NULL};
    struct rt_context cx = rt_context_make(&waker);
    struct mailbox box = {0};
    struct read_mail mail = {RT_FUTURE(&read_mail_ops), letter(&box)};

    (void)rt_future_poll(&mail.future, &cx);
    for (struct rt_future *at = &mail.future; at; at = at->awaiting) {
        printf("pending: %s\n", rt_future_name(at));
    }
    printf("the box %s a waker\n", box.reader.ops ? "holds" : "is without");
    rt_future_drop(&mail.future);
    printf("the box %s a waker\n", box.reader.ops ? "holds" : "is without");
    return 0;
}
// end
