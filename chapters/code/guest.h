/*
 * The server's side of one client: says what it hears, and when, until the
 * client hangs up.
 */
#ifndef GUEST_H
#define GUEST_H

#include "talker.h"

// listing: guest
struct guest {
    struct rt_future future;
    struct rt_tcp_stream stream; // owned
    struct rt_read read;
    char word[16];
};

static inline enum rt_poll guest_poll(struct rt_future *future,
                                      struct rt_context *cx)
{
    struct guest *self = RT_SELF(future, struct guest);

    RT_BEGIN(self);
    for (;;) {
        self->read = rt_read(&self->stream.io, self->word, 16);
        RT_AWAIT(self->read);
        if (self->read.result <= 0) {
            break; // the end of the stream, or an error
        }
        printf("%2.0f s: %.*s\n", seconds_now(), (int)self->read.result,
               self->word);
    }
    RT_END(self);
}
// end

// listing: drop
static inline void guest_drop(struct rt_future *future)
{
    rt_tcp_stream_close(&RT_SELF(future, struct guest)->stream);
}
// end

static const struct rt_future_ops guest_ops = {guest_poll, guest_drop, "guest"};

// listing: make
static inline struct guest guest(struct rt_tcp_stream stream)
{
    return (struct guest){.future = RT_FUTURE(&guest_ops), .stream = stream};
}
// end

#endif
