/*
 * The task of chapter 6: it waits, says its name, and counts its letters.
 */
#ifndef SAY_H
#define SAY_H

#include "rt.h"
#include <stdio.h>
#include <string.h>

// listing: say
struct say {
    struct rt_future future;
    const char *name; // borrowed
    uint64_t pause;
    size_t letters; // the result
    struct rt_sleep wait;
};

static inline enum rt_poll say_poll(struct rt_future *future,
                                    struct rt_context *cx)
{
    struct say *self = RT_SELF(future, struct say);

    RT_BEGIN(self);
    printf("%s begins\n", self->name);
    self->wait = rt_sleep(self->pause);
    RT_AWAIT(self->wait);
    self->letters = strlen(self->name);
    printf("%s ends\n", self->name);
    RT_END(self);
}
// end

static inline void say_drop(struct rt_future *future)
{
    printf("%s is dropped\n", RT_SELF(future, struct say)->name);
}

static const struct rt_future_ops say_ops = {say_poll, say_drop, "say"};

static inline struct say say(const char *name, uint64_t pause)
{
    return (struct say){
        .future = RT_FUTURE(&say_ops), .name = name, .pause = pause};
}

#endif
