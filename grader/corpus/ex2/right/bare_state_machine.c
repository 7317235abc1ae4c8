/* Right: two state machines without the macros. */
#include <stdio.h>

#include "rt.h"

struct letter {
    struct rt_future future;
    struct rt_sleep nap;
    bool is_napping;
    int number;
};

static enum rt_poll letter_poll(struct rt_future *future, struct rt_context *cx)
{
    struct letter *letter = (struct letter *)future;

    if (!letter->is_napping) {
        letter->nap = rt_sleep(RT_SECONDS(letter->number));
        letter->is_napping = true;
    }
    if (rt_future_poll(&letter->nap.future, cx) == RT_PENDING) {
        return RT_PENDING;
    }
    printf("%c\n", "?ABC"[letter->number]);
    return RT_READY;
}

static void letter_drop(struct rt_future *future)
{
    struct letter *letter = (struct letter *)future;

    rt_future_drop(&letter->nap.future);
}

static const struct rt_future_ops letter_ops = {
    letter_poll,
    letter_drop,
    "letter",
};

struct concurrent_tasks {
    struct rt_future future;
    int waiting_for; /* 0: nothing spawned yet; 1..3: the handle's number */
    struct rt_join_handle handles[4];
};

static void spawn_all(struct concurrent_tasks *self)
{
    for (int i = 1; i <= 3; i++) {
        struct letter letter = {.future = RT_FUTURE(&letter_ops)};

        letter.number = i;
        self->handles[i] = rt_spawn(&letter.future, sizeof(letter));
    }
}

static enum rt_poll concurrent_tasks_poll(struct rt_future *future,
                                          struct rt_context *cx)
{
    struct concurrent_tasks *self = (struct concurrent_tasks *)future;

    if (self->waiting_for == 0) {
        spawn_all(self);
        self->waiting_for = 1;
    }
    while (self->waiting_for <= 3) {
        struct rt_future *handle = &self->handles[self->waiting_for].future;

        if (rt_future_poll(handle, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        rt_future_drop(handle);
        self->waiting_for++;
    }
    return RT_READY;
}

static void concurrent_tasks_drop(struct rt_future *future)
{
    struct concurrent_tasks *self = (struct concurrent_tasks *)future;

    for (int i = 1; i <= 3; i++) {
        rt_future_drop(&self->handles[i].future);
    }
}

static const struct rt_future_ops concurrent_tasks_ops = {
    concurrent_tasks_poll,
    concurrent_tasks_drop,
    "concurrent_tasks",
};

RT_MAIN(((struct concurrent_tasks){.future = RT_FUTURE(&concurrent_tasks_ops)}))
