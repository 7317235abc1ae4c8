/*
 * Pipeline: the sieve of Eratosthenes as a row of tasks. Each keeps the first
 * number that it gets, a prime, and hands on those that it doesn't divide.
 *
 * Between two of them is a channel with room for 8: who is too fast waits. A
 * closed channel ends the stage behind it. Try it: build/examples/pipeline
 */
#include <stdio.h>
#include <stdlib.h>
#include "rt.h"

enum { LAST = 100 };

struct stage {
    struct rt_future future;
    struct rt_mpsc_receiver in; /* owned; none: the first stage counts */
    struct rt_mpsc_sender out;  /* owned, like next */
    struct rt_join_handle next;
    int prime, number;
    struct rt_mpsc_receive receive;
    struct rt_mpsc_send send;
};

static const struct rt_future_ops stage_ops;

static void add_stage(struct stage *self)
{
    struct stage next = {.future = RT_FUTURE(&stage_ops)};

    if (rt_mpsc_create(sizeof(int), 8, &self->out, &next.in) < 0) {
        fputs("pipeline: no memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    self->next = RT_SPAWN(next);
}

static enum rt_poll stage_poll(struct rt_future *future, struct rt_context *cx)
{
    struct stage *self = RT_SELF(future, struct stage);

    RT_BEGIN(self);
    for (self->number = 2; self->number <= LAST; self->number++) {
        if (self->in.channel) {
            self->receive = rt_mpsc_receive(&self->in, &self->number);
            RT_AWAIT(self->receive);
            if (self->receive.result < 0) {
                break; /* no more numbers */
            }
        }
        if (!self->prime) {
            self->prime = self->number;
            printf("%d\n", self->prime);
            add_stage(self);
        } else if (self->number % self->prime) {
            self->send = rt_mpsc_send(&self->out, &self->number);
            RT_AWAIT(self->send);
        }
    }
    if (self->prime) {
        rt_mpsc_sender_drop(&self->out);
        RT_AWAIT(self->next);
    }
    RT_END(self);
}

static void stage_drop(struct rt_future *future)
{
    struct stage *self = RT_SELF(future, struct stage);

    rt_mpsc_receiver_drop(&self->in);
    rt_mpsc_sender_drop(&self->out);
    rt_future_drop(&self->next.future);
}

static const struct rt_future_ops stage_ops = {
    .poll = stage_poll, .drop = stage_drop, .name = "stage"};

RT_MAIN((struct stage){.future = RT_FUTURE(&stage_ops)})
