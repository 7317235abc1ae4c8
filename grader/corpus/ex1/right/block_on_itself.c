/* Right: its main runs delayed_hello as the root and prints the result
 * itself. */
#include <stdio.h>

#include "rt.h"

struct delayed_hello {
    struct rt_future future;
    const char *output;
    struct rt_sleep nap;
};

static enum rt_poll delayed_hello_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct delayed_hello *self = RT_SELF(future, struct delayed_hello);

    RT_BEGIN(self);
    self->nap = rt_sleep(RT_SECONDS(1));
    RT_AWAIT(self->nap);
    self->output = "Hello, async world!";
    RT_END(self);
}

static const struct rt_future_ops delayed_hello_ops = {
    .poll = delayed_hello_poll,
    .name = "delayed_hello",
};

static struct delayed_hello delayed_hello(void)
{
    return (struct delayed_hello){.future = RT_FUTURE(&delayed_hello_ops)};
}

int main(void)
{
    struct rt_builder builder = rt_builder_from_environment();
    struct rt_runtime *runtime;
    struct delayed_hello root = delayed_hello();
    int error = rt_build(&builder, &runtime);

    if (error == 0) {
        error = rt_block_on(runtime, &root.future);
        rt_shutdown(runtime);
        printf("%s\n", root.output);
    }
    return error == 0 ? 0 : 1;
}
