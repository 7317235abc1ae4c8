/*
 * Orders of polls: one thread, several tasks. A hostile runtime asks chance
 * which ready task comes next, and whether to poll one that nobody woke; so
 * the explorer goes through all of it.
 */
#include <errno.h>

#include "explore/models/models.h"

/* Runs the root on a runtime of its own, with a paused clock. */
static void run_hostile(struct rt_future *root)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_runtime *runtime;

    builder.clock = RT_CLOCK_PAUSED;
    builder.hostile = RT_HOSTILE_SHUFFLE | RT_HOSTILE_SPURIOUS;
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    RT_EXPLORE_CHECK(rt_block_on(runtime, root) == 0);
    rt_shutdown(runtime);
}

#define OPS(name)                                                              \
    static enum rt_poll name##_poll(struct rt_future *, struct rt_context *);  \
    static const struct rt_future_ops name##_ops = {name##_poll, NULL, #name}

/* ---- three who need a mutex; one of them has little patience ---- */

static struct rt_mutex mutex;
static int inside; /* that have the mutex */
static int turns;
static int timeouts;

struct visit {
    struct rt_future future;
    uint64_t patience;
    struct rt_acquire lock;
    struct rt_timeout timeout;
    struct rt_sleep nap;
};

OPS(visit);

static enum rt_poll visit_poll(struct rt_future *future, struct rt_context *cx)
{
    struct visit *self = RT_SELF(future, struct visit);

    RT_BEGIN(self);
    self->lock = rt_mutex_lock(&mutex);
    self->timeout = RT_TIMEOUT(self->lock, self->patience);
    RT_AWAIT(self->timeout);
    if (self->timeout.is_expired) {
        timeouts++;
        RT_RETURN();
    }
    RT_EXPLORE_CHECK(++inside == 1);
    self->nap = rt_sleep(RT_MILLISECONDS(10));
    RT_AWAIT(self->nap);
    inside--;
    turns++;
    rt_mutex_unlock(&mutex);
    RT_END(self);
}

struct crowd {
    struct rt_future future;
    struct rt_join_handle visits[3];
    int i;
};

OPS(crowd);

static enum rt_poll crowd_poll(struct rt_future *future, struct rt_context *cx)
{
    static const uint64_t patience[] = {RT_SECONDS(1), RT_MILLISECONDS(5),
                                        RT_SECONDS(1)};
    struct crowd *self = RT_SELF(future, struct crowd);

    RT_BEGIN(self);
    for (self->i = 0; self->i < 3; self->i++) {
        struct visit visit = {.future = RT_FUTURE(&visit_ops),
                              .patience = patience[self->i]};

        self->visits[self->i] = RT_SPAWN(visit);
    }
    for (self->i = 0; self->i < 3; self->i++) {
        RT_AWAIT(self->visits[self->i]);
    }
    RT_END(self);
}

/* Whoever comes first: no two are inside, nobody waits for ever. */
static void order_of_a_mutex(void)
{
    struct crowd crowd = {.future = RT_FUTURE(&crowd_ops)};

    rt_mutex_init(&mutex);
    inside = 0;
    turns = 0;
    timeouts = 0;
    run_hostile(&crowd.future);
    RT_EXPLORE_CHECK(turns + timeouts == 3 && timeouts <= 1);
    RT_EXPLORE_CHECK(rt_mutex_try_lock(&mutex));
}

/* ---- a select between a channel and a shutdown ---- */

static struct rt_mpsc_sender sender;
static struct rt_mpsc_receiver receiver;
static struct rt_notify stop;
static int sent;
static int received;

struct worker {
    struct rt_future future;
    struct rt_mpsc_receive receive;
    struct rt_notified notified;
    struct rt_select select;
    int value;
};

OPS(worker);

static enum rt_poll worker_poll(struct rt_future *future, struct rt_context *cx)
{
    struct worker *self = RT_SELF(future, struct worker);

    RT_BEGIN(self);
    for (;;) {
        self->receive = rt_mpsc_receive(&receiver, &self->value);
        self->notified = rt_notify_notified(&stop);
        self->select = RT_SELECT(self->receive, self->notified);
        RT_AWAIT(self->select);
        if (self->select.winner == 1) {
            break;
        }
        received++;
    }
    rt_mpsc_close(&receiver);
    for (;;) {
        self->receive = rt_mpsc_receive(&receiver, &self->value);
        RT_AWAIT(self->receive);
        if (self->receive.result) {
            break;
        }
        received++;
    }
    RT_END(self);
}

struct boss {
    struct rt_future future;
    struct rt_join_handle worker;
    struct rt_mpsc_send send;
    int i;
};

OPS(boss);

static enum rt_poll boss_poll(struct rt_future *future, struct rt_context *cx)
{
    struct boss *self = RT_SELF(future, struct boss);
    struct worker worker = {.future = RT_FUTURE(&worker_ops)};

    RT_BEGIN(self);
    self->worker = RT_SPAWN(worker);
    for (self->i = 0; self->i < 3; self->i++) {
        self->send = rt_mpsc_send(&sender, &self->i);
        RT_AWAIT(self->send);
        sent += self->send.result == 0;
    }
    rt_notify_one(&stop);
    RT_AWAIT(self->worker);
    RT_END(self);
}

/* Whatever the select picks: what was sent is received. */
static void order_of_a_select(void)
{
    struct boss boss = {.future = RT_FUTURE(&boss_ops)};

    RT_EXPLORE_CHECK(rt_mpsc_create(sizeof(int), 2, &sender, &receiver) == 0);
    rt_notify_init(&stop);
    sent = 0;
    received = 0;
    run_hostile(&boss.future);
    RT_EXPLORE_CHECK(sent == 3 && received == 3);
    rt_mpsc_sender_drop(&sender);
    rt_mpsc_receiver_drop(&receiver);
}

const struct model order_models[] = {
    {"order-of-a-mutex", order_of_a_mutex, 6},
    {"order-of-a-select", order_of_a_select, 7},
    {0},
};
