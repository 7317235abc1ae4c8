// Ctrl-C as one more thing to wait for.
#include "rt.h"
#include <signal.h>
#include <stdio.h>

// A task that works for ever, tick by tick, and presses Ctrl-C once.
struct work {
    struct rt_future future;
    struct rt_sleep wait;
    int ticks;
};

static enum rt_poll work_poll(struct rt_future *future, struct rt_context *cx)
{
    struct work *self = RT_SELF(future, struct work);

    RT_BEGIN(self);
    for (self->ticks = 1;; self->ticks++) {
        self->wait = rt_sleep(RT_SECONDS(1));
        RT_AWAIT(self->wait);
        printf("tick %d\n", self->ticks);
        if (self->ticks == 3) {
            raise(SIGINT); // what the terminal does at Ctrl-C
        }
    }
    RT_END(self);
}

static const struct rt_future_ops work_ops = {work_poll, NULL, "work"};

struct server {
    struct rt_future future;
    struct rt_signal ctrl_c;
    struct work work;
    struct rt_select first;
};

// listing: poll
static enum rt_poll server_poll(struct rt_future *future, struct rt_context *cx)
{
    struct server *self = RT_SELF(future, struct server);

    RT_BEGIN(self);
    self->ctrl_c = rt_ctrl_c();
    self->work = (struct work){.future = RT_FUTURE(&work_ops)};
    self->first = RT_SELECT(self->ctrl_c, self->work);
    RT_AWAIT(self->first);
    puts("Ctrl-C came; the work is dropped, the program goes on");
    RT_END(self);
}
// end

static const struct rt_future_ops server_ops = {server_poll, NULL, "server"};

RT_MAIN((struct server){.future = RT_FUTURE(&server_ops)})
