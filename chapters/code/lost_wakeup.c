// The contract kept, and the contract broken.
#include "mailbox.h"
#include "tiny_executor.h"

static struct mailbox box;

// listing: forgetful
static enum rt_poll forgetful_poll(struct rt_future *future,
                                   struct rt_context *cx)
{
    struct letter *self = RT_SELF(future, struct letter);

    (void)cx; // the waker is in there, and nobody takes it out
    if (!self->box->letter) {
        return RT_PENDING;
    }
    self->text = self->box->letter;
    return RT_READY;
}
// end

static const struct rt_future_ops forgetful_ops = {
    .poll = forgetful_poll,
    .drop = letter_drop,
    .name = "forgetful letter",
};

static void postman(void)
{
    puts("the postman comes");
    mailbox_put(&box, "Dear reader");
}

// listing: main
int main(void)
{
    struct letter kept = letter(&box);
    struct letter broken = letter(&box);

    broken.future.ops = &forgetful_ops;
    puts("- a letter that keeps the contract");
    tiny_run(&kept.future, postman);
    rt_future_drop(&kept.future);
    puts("- a letter that forgets the waker");
    tiny_run(&broken.future, postman);
    rt_future_drop(&broken.future);
    return 0;
}
// end
