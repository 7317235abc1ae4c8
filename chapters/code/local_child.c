// A child future in a local variable: the runtime notices.
#include "rt.h"

struct nap {
    struct rt_future future;
};

// listing: poll
static enum rt_poll nap_poll(struct rt_future *future, struct rt_context *cx)
{
    struct nap *self = RT_SELF(future, struct nap);
    struct rt_sleep wait; // on the stack of this poll

    RT_BEGIN(self);
    wait = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(wait);
    RT_END(self);
}
// end

static const struct rt_future_ops nap_ops = {.poll = nap_poll, .name = "nap"};

static struct nap nap(void)
{
    return (struct nap){RT_FUTURE(&nap_ops)};
}

RT_MAIN(nap())
