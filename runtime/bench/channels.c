/*
 * Channels and the mutex.
 */
#include "rows.h"

/* ---- ping-pong ---- */

/* Sends back each value that it receives, and one more. */
struct pong {
    struct rt_future future;
    struct rt_mpsc_receiver pinged; /* owned */
    struct rt_mpsc_sender pong;     /* owned */
    uint64_t value;
    struct rt_mpsc_receive receive;
    struct rt_mpsc_send send;
};

BENCH_OPS(pong);

static enum rt_poll pong_poll(struct rt_future *future, struct rt_context *cx)
{
    struct pong *self = RT_SELF(future, struct pong);

    RT_BEGIN(self);
    for (;;) {
        self->receive = rt_mpsc_receive(&self->pinged, &self->value);
        RT_AWAIT(self->receive);
        if (self->receive.result < 0) {
            break; /* the end of the stream */
        }
        self->value++;
        self->send = rt_mpsc_send(&self->pong, &self->value);
        RT_AWAIT(self->send);
        bench_check(self->send.result == 0, "a send failed");
    }
    rt_mpsc_receiver_drop(&self->pinged);
    rt_mpsc_sender_drop(&self->pong);
    RT_END(self);
}

struct ping {
    struct rt_future future;
    uint64_t count;
    uint64_t value;
    uint64_t round;
    struct rt_mpsc_sender ping;     /* owned */
    struct rt_mpsc_receiver ponged; /* owned */
    struct rt_mpsc_send send;
    struct rt_mpsc_receive receive;
    struct rt_join_handle other;
};

BENCH_OPS(ping);

/* Makes the two channels and the other task. */
static void ping_open(struct ping *self)
{
    struct pong other = BENCH_MAKE(pong);
    size_t size = sizeof(self->value);

    bench_check(rt_mpsc_create(size, 1, &self->ping, &other.pinged) == 0 &&
                    rt_mpsc_create(size, 1, &other.pong, &self->ponged) == 0,
                "no channel");
    self->other = RT_SPAWN(other);
}

static enum rt_poll ping_poll(struct rt_future *future, struct rt_context *cx)
{
    struct ping *self = RT_SELF(future, struct ping);

    RT_BEGIN(self);
    bench_start();
    ping_open(self);
    for (self->round = 0; self->round < self->count; self->round++) {
        self->send = rt_mpsc_send(&self->ping, &self->value);
        RT_AWAIT(self->send);
        bench_check(self->send.result == 0, "a send failed");
        self->receive = rt_mpsc_receive(&self->ponged, &self->value);
        RT_AWAIT(self->receive);
        bench_check(self->receive.result == 0, "a receive failed");
    }
    rt_mpsc_sender_drop(&self->ping);
    RT_AWAIT(self->other);
    rt_mpsc_receiver_drop(&self->ponged);
    bench_check(self->other.result == 0 && self->value == self->count,
                "wrong value");
    bench_stop();
    RT_END(self);
}

struct rt_join_handle bench_ping_pong(uint64_t count)
{
    return RT_SPAWN(BENCH_MAKE(ping, .count = count));
}

/* ---- mpsc(128) ---- */

enum { PLACES = 128 };

struct producer {
    struct rt_future future;
    struct rt_mpsc_sender sender; /* owned */
    uint64_t count;
    uint64_t value;
    struct rt_mpsc_send send;
};

BENCH_OPS(producer);

static enum rt_poll producer_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct producer *self = RT_SELF(future, struct producer);

    RT_BEGIN(self);
    for (self->value = 0; self->value < self->count; self->value++) {
        self->send = rt_mpsc_send(&self->sender, &self->value);
        RT_AWAIT(self->send);
        bench_check(self->send.result == 0, "a send failed");
    }
    rt_mpsc_sender_drop(&self->sender);
    RT_END(self);
}

struct consumer {
    struct rt_future future;
    struct rt_mpsc_receiver receiver; /* owned */
    uint64_t count;
    uint64_t value;
    uint64_t sum;
    struct rt_mpsc_receive receive;
    struct rt_join_handle other;
};

BENCH_OPS(consumer);

static void consumer_open(struct consumer *self)
{
    struct producer other = BENCH_MAKE(producer, .count = self->count);

    bench_check(rt_mpsc_create(sizeof(self->value), PLACES, &other.sender,
                               &self->receiver) == 0,
                "no channel");
    self->other = RT_SPAWN(other);
}

static enum rt_poll consumer_poll(struct rt_future *future,
                                  struct rt_context *cx)
{
    struct consumer *self = RT_SELF(future, struct consumer);

    RT_BEGIN(self);
    bench_start();
    consumer_open(self);
    for (;;) {
        self->receive = rt_mpsc_receive(&self->receiver, &self->value);
        RT_AWAIT(self->receive);
        if (self->receive.result < 0) {
            break; /* the end of the stream */
        }
        self->sum += self->value;
    }
    rt_mpsc_receiver_drop(&self->receiver);
    RT_AWAIT(self->other);
    bench_check(self->other.result == 0 &&
                    self->sum == self->count * (self->count - 1) / 2,
                "wrong sum");
    bench_stop();
    RT_END(self);
}

struct rt_join_handle bench_mpsc_128(uint64_t count)
{
    return RT_SPAWN(BENCH_MAKE(consumer, .count = count));
}

/* ---- mutex ---- */

struct locker {
    struct rt_future future;
    uint64_t count;
    uint64_t round;
    struct rt_mutex mutex;
    uint64_t guarded;
    struct rt_acquire lock;
};

BENCH_OPS(locker);

static enum rt_poll locker_poll(struct rt_future *future, struct rt_context *cx)
{
    struct locker *self = RT_SELF(future, struct locker);

    RT_BEGIN(self);
    rt_mutex_init(&self->mutex);
    bench_start();
    for (self->round = 0; self->round < self->count; self->round++) {
        self->lock = rt_mutex_lock(&self->mutex);
        RT_AWAIT(self->lock);
        bench_check(self->lock.result == 0, "no lock");
        self->guarded++;
        rt_mutex_unlock(&self->mutex);
    }
    bench_check(self->guarded == self->count, "wrong count");
    bench_stop();
    RT_END(self);
}

struct rt_join_handle bench_mutex(uint64_t count)
{
    return RT_SPAWN(BENCH_MAKE(locker, .count = count));
}
