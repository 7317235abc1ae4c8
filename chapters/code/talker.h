/*
 * A talkative client for chapters 5 to 8: it connects, and says a word every
 * few seconds; then it hangs up.
 */
#ifndef TALKER_H
#define TALKER_H

#include "rt.h"
#include <stdio.h>
#include <string.h>

enum { TALK_PORT = 9998 };

struct talker {
    struct rt_future future;
    const char *word; // borrowed
    int words;        // how often to say it
    uint64_t pause;   // ns before each word
    struct rt_tcp_connect connect;
    struct rt_sleep nap;
    struct rt_write write;
};

// listing: poll
static inline enum rt_poll talker_poll(struct rt_future *future,
                                       struct rt_context *cx)
{
    struct talker *self = RT_SELF(future, struct talker);

    RT_BEGIN(self);
    self->connect = rt_tcp_connect("127.0.0.1", TALK_PORT);
    RT_AWAIT(self->connect);
    while (self->words-- > 0) {
        self->nap = rt_sleep(self->pause);
        RT_AWAIT(self->nap);
        self->write = rt_write_all(&self->connect.stream.io, self->word,
                                   strlen(self->word));
        RT_AWAIT(self->write);
    }
    RT_END(self);
}

static inline void talker_drop(struct rt_future *future)
{
    rt_tcp_stream_close(&RT_SELF(future, struct talker)->connect.stream);
}
// end

static const struct rt_future_ops talker_ops = {
    .poll = talker_poll,
    .drop = talker_drop,
    .name = "talker",
};

static inline struct talker talker(const char *word, int words, uint64_t pause)
{
    return (struct talker){
        .future = RT_FUTURE(&talker_ops),
        .word = word,
        .words = words,
        .pause = pause,
    };
}

// Opens a listener for talkers; says why when that fails.
static inline bool open_door(struct rt_tcp_listener *door)
{
    int error = rt_tcp_listen(door, "127.0.0.1", TALK_PORT);

    if (error) {
        fprintf(stderr, "port %d: %s\n", TALK_PORT, strerror(-error));
        rt_set_exit_status(1);
    }
    return error == 0;
}

// The runtime's clock, in seconds.
static inline double seconds_now(void)
{
    return (double)rt_now() / 1e9;
}

#endif
