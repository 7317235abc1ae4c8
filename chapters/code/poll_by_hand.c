// A future, polled by hand: no executor, no runtime.
#include <stdio.h>

#include "mailbox.h"

// listing: waker
static void nothing(void *data)
{
    (void)data;
}

static void shout(void *data)
{
    printf("  waker: '%s, poll it again!'\n", (const char *)data);
}

static const struct rt_waker_ops shouting_ops = {
    .clone = nothing,
    .wake = shout,
    .wake_by_ref = shout,
    .drop = nothing,
};
// end

// listing: main
int main(void)
{
    static char name[] = "main";
    struct rt_waker waker = {&shouting_ops, name};
    struct rt_context cx = rt_context_make(&waker);
    struct mailbox box = {0};
    struct letter first = letter(&box);

    puts("made; nothing has happened yet");
    if (rt_future_poll(&first.future, &cx) == RT_PENDING) {
        puts("poll 1: pending");
    }
    puts("the postman comes");
    mailbox_put(&box, "Dear reader");
    if (rt_future_poll(&first.future, &cx) == RT_READY) {
        printf("poll 2: ready, '%s'\n", first.text);
    }
    rt_future_drop(&first.future);
    return 0;
}
// end
