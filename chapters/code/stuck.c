// A lost wakeup in the real runtime.
#include "mailbox.h"

// listing: poll
static enum rt_poll forgetful_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct letter *self = RT_SELF(future, struct letter);

    (void)cx; // the waker stays where it is
    return self->box->letter ? RT_READY : RT_PENDING;
}
// end

static const struct rt_future_ops forgetful_ops = {
    .poll = forgetful_poll,
    .name = "forgetful letter",
};

struct house {
    struct rt_future future;
    struct mailbox box;
    struct letter letter;
};

static enum rt_poll house_poll(struct rt_future *future, struct rt_context *cx)
{
    struct house *self = RT_SELF(future, struct house);

    RT_BEGIN(self);
    self->letter = letter(&self->box);
    self->letter.future.ops = &forgetful_ops;
    RT_AWAIT(self->letter);
    RT_END(self);
}

static const struct rt_future_ops house_ops = {house_poll, NULL, "house"};

RT_MAIN((struct house){.future = RT_FUTURE(&house_ops)})
