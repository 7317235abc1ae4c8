/*
 * Rate limiter: a bucket of tokens. Each request takes one, and waits while
 * there is none; every 100 ms a new one comes, until the bucket is full.
 *
 *     build/examples/rate_limiter      (RT_CLOCK=paused before it: no waiting)
 *
 * The bucket is a semaphore, which serves those who wait in their order.
 */
#include <stdio.h>
#include "rt.h"

enum { BUCKET = 3, REQUESTS = 5 };
#define PERIOD RT_MILLISECONDS(100)

static struct rt_semaphore tokens;

struct client {
    struct rt_future future;
    char name;
    int request;
    struct rt_acquire token;
};

static enum rt_poll client_poll(struct rt_future *future, struct rt_context *cx)
{
    struct client *self = RT_SELF(future, struct client);

    RT_BEGIN(self);
    for (self->request = 1; self->request <= REQUESTS; self->request++) {
        self->token = rt_semaphore_acquire(&tokens, 1);
        RT_AWAIT(self->token); /* it is used up: nobody gives it back */
        printf("%.1f s: request %d of client %c\n", (double)rt_now() / 1e9,
               self->request, self->name);
    }
    RT_END(self);
}

static const struct rt_future_ops client_ops = {.poll = client_poll,
                                                .name = "client"};

static struct client client(char name)
{
    return (struct client){.future = RT_FUTURE(&client_ops), .name = name};
}

struct refill {
    struct rt_future future;
    struct rt_join_handle a, b;
    struct rt_interval every;
    struct rt_interval_tick tick;
};

static enum rt_poll refill_poll(struct rt_future *future, struct rt_context *cx)
{
    struct refill *self = RT_SELF(future, struct refill);

    RT_BEGIN(self);
    rt_semaphore_init(&tokens, BUCKET);
    self->a = RT_SPAWN(client('A'));
    self->b = RT_SPAWN(client('B'));
    self->every = rt_interval_at(rt_now() + PERIOD, PERIOD);
    while (!rt_join_is_finished(&self->a) || !rt_join_is_finished(&self->b)) {
        self->tick = rt_interval_tick(&self->every);
        RT_AWAIT(self->tick);
        if (rt_semaphore_available(&tokens) < BUCKET) {
            rt_semaphore_release(&tokens, 1);
        }
    }
    rt_join_detach(&self->a);
    rt_join_detach(&self->b);
    RT_END(self);
}

static const struct rt_future_ops refill_ops = {.poll = refill_poll,
                                                .name = "refill"};

RT_MAIN((struct refill){.future = RT_FUTURE(&refill_ops)})
