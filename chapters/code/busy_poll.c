// A future that asks to be polled again at once, for want of a better idea.
#include "mailbox.h"
#include "tiny_executor.h"

enum { PATIENCE = 1000000 };

static struct mailbox box;
static int polls;

// listing: busy
static enum rt_poll busy_poll(struct rt_future *future, struct rt_context *cx)
{
    struct letter *self = RT_SELF(future, struct letter);

    if (++polls == PATIENCE) {
        mailbox_put(self->box, "late mail");
    }
    if (!self->box->letter) {
        rt_waker_wake_by_ref(cx->waker); // "poll me again, at once"
        return RT_PENDING;
    }
    self->text = self->box->letter;
    return RT_READY;
}
// end

static const struct rt_future_ops busy_ops = {
    .poll = busy_poll,
    .name = "busy letter",
};

int main(void)
{
    struct letter busy = letter(&box);

    busy.future.ops = &busy_ops;
    tiny_run(&busy.future, NULL);
    printf("%d polls for one letter\n", polls);
    rt_future_drop(&busy.future);
    return 0;
}
