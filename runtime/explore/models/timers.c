/*
 * Timers: what happens when time passes at any moment, also while tasks are
 * ready, and while another thread arms or drops a timer.
 */
#include <errno.h>

#include "explore/models/models.h"

enum { STEP_MS = 10 };

static struct rt_wheel wheel;

static uint64_t in_steps(uint32_t steps)
{
    return RT_MILLISECONDS(STEP_MS) * steps;
}

static void advance_a_step(void *wheel_of)
{
    rt_wheel_advance(wheel_of, in_steps(1));
}

/* ---- a timer is disarmed, and freed, while it fires ---- */

static bool was_armed;

static void disarm_and_free(void *data)
{
    struct rt_timer *timer = data;
    struct rt_waker left = rt_wheel_disarm(&wheel, timer);

    rt_free(timer, sizeof(*timer));
    was_armed = left.ops != NULL;
    rt_waker_drop(&left);
}

/* It is woken or disarmed, one of the two, and then not touched again. */
static void drop_against_fire(void)
{
    struct model_waker *waker = model_waker_create();
    struct rt_timer *timer = rt_alloc(sizeof(*timer));

    RT_EXPLORE_CHECK(timer);
    rt_wheel_init(&wheel);
    timer->deadline = in_steps(1);
    RT_EXPLORE_CHECK(rt_wheel_arm(&wheel, timer, &waker->waker) == RT_ARMED);
    rt_explore_thread(advance_a_step, &wheel);
    rt_explore_thread(disarm_and_free, timer);
    rt_explore_join();
    RT_EXPLORE_CHECK(waker->is_woken == !was_armed && waker->held == 1);
    RT_EXPLORE_CHECK(rt_wheel_count(&wheel) == 0);
    rt_waker_drop(&waker->waker);
}

/* ---- a timer is armed while somebody goes to sleep until the next one ---- */

static bool is_interrupted;

static bool has_been_interrupted(void *data)
{
    (void)data;
    return is_interrupted;
}

static void arm_and_tell(void *data)
{
    struct model_waker *waker = data;
    static struct rt_timer timer;

    timer = (struct rt_timer){.deadline = in_steps(1)};
    if (rt_wheel_arm(&wheel, &timer, &waker->waker) == RT_ARMED_NOW) {
        is_interrupted = true;
    }
}

/* Sleeps until the first timer, however late it is armed, and fires it. */
static void arm_against_await(void)
{
    struct model_waker *waker = model_waker_create();

    rt_wheel_init(&wheel);
    is_interrupted = false;
    rt_explore_thread(arm_and_tell, waker);
    while (!waker->is_woken) {
        if (rt_wheel_await(&wheel) == RT_NEVER) {
            rt_explore_wait(has_been_interrupted, NULL);
            is_interrupted = false;
        }
        advance_a_step(&wheel);
    }
    rt_waker_drop(&waker->waker);
}

/* ---- a sleep gets a new deadline while it fires ---- */

static struct rt_runtime *runtime;

static void reset_to_later(void *nap)
{
    rt_enter(runtime);
    rt_sleep_reset(nap, in_steps(2));
}

/* Woken too early or not: it is not ready, and will be in time. */
static void reset_against_fire(void)
{
    struct rt_builder builder = rt_builder_default();
    struct model_waker *waker = model_waker_create();
    struct rt_sleep nap;

    builder.clock = RT_CLOCK_PAUSED;
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    rt_enter(runtime);
    nap = rt_sleep(in_steps(1));
    RT_EXPLORE_CHECK(model_poll(&nap.future, waker) == RT_PENDING);
    rt_explore_thread(advance_a_step, rt_runtime_wheel(runtime));
    rt_explore_thread(reset_to_later, &nap);
    rt_explore_join();
    if (waker->is_woken) {
        RT_EXPLORE_CHECK(model_poll(&nap.future, waker) == RT_PENDING);
    }
    rt_wheel_advance(rt_runtime_wheel(runtime), in_steps(2));
    RT_EXPLORE_CHECK(waker->is_woken);
    RT_EXPLORE_CHECK(model_poll(&nap.future, waker) == RT_READY);
    rt_future_drop(&nap.future);
    RT_EXPLORE_CHECK(waker->held == 1);
    rt_waker_drop(&waker->waker);
    rt_shutdown(runtime);
}

/* ---- time passes between any two polls of a runtime ---- */

/* Runs the root while time passes at any look at the clock, in steps. */
static void run_in_time(struct rt_future *root)
{
    struct rt_builder builder = rt_builder_default();

    rt_explore_clock(in_steps(1));
    builder.hostile = RT_HOSTILE_SHUFFLE;
    builder.event_interval = 1; /* a look at the clock after each poll */
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    RT_EXPLORE_CHECK(rt_block_on(runtime, root) == 0);
    rt_shutdown(runtime);
}

#define OPS(name)                                                              \
    static enum rt_poll name##_poll(struct rt_future *, struct rt_context *);  \
    static const struct rt_future_ops name##_ops = {name##_poll, NULL, #name}

static struct rt_mpsc_sender sender;
static struct rt_mpsc_receiver receiver;
static int sent;

struct giver {
    struct rt_future future;
    struct rt_sleep nap;
    struct rt_mpsc_send send;
};

OPS(giver);

static enum rt_poll giver_poll(struct rt_future *future, struct rt_context *cx)
{
    struct giver *self = RT_SELF(future, struct giver);

    RT_BEGIN(self);
    self->nap = rt_sleep(in_steps(1));
    RT_AWAIT(self->nap);
    self->send = rt_mpsc_send(&sender, &sent);
    RT_AWAIT(self->send);
    sent++;
    RT_END(self);
}

struct taker {
    struct rt_future future;
    struct rt_join_handle giver;
    struct rt_mpsc_receive receive;
    struct rt_timeout limit;
    int value;
};

OPS(taker);

static enum rt_poll taker_poll(struct rt_future *future, struct rt_context *cx)
{
    struct taker *self = RT_SELF(future, struct taker);
    struct giver giver = {.future = RT_FUTURE(&giver_ops)};

    RT_BEGIN(self);
    self->giver = RT_SPAWN(giver);
    self->receive = rt_mpsc_receive(&receiver, &self->value);
    self->limit = RT_TIMEOUT(self->receive, in_steps(1));
    RT_AWAIT(self->limit);
    if (self->limit.is_expired) {
        RT_EXPLORE_CHECK(sent == 0); /* a value that was there would win */
        self->receive = rt_mpsc_receive(&receiver, &self->value);
        RT_AWAIT(self->receive);
    }
    RT_EXPLORE_CHECK(self->receive.result == 0);
    RT_AWAIT(self->giver);
    RT_END(self);
}

/* A limit that is over takes nothing, and what is there in time is had. */
static void timeout_against_send(void)
{
    struct taker taker = {.future = RT_FUTURE(&taker_ops)};

    RT_EXPLORE_CHECK(rt_mpsc_create(sizeof(int), 1, &sender, &receiver) == 0);
    sent = 0;
    run_in_time(&taker.future);
    RT_EXPLORE_CHECK(sent == 1);
    rt_mpsc_sender_drop(&sender);
    rt_mpsc_receiver_drop(&receiver);
}

static struct rt_notify hurry;

struct ticker {
    struct rt_future future;
    struct rt_interval interval;
    struct rt_interval_tick tick;
    struct rt_notified notified;
    struct rt_select select;
    uint64_t earliest; /* at which the next tick may be due */
    int resets;
};

OPS(ticker);

static enum rt_poll ticker_poll(struct rt_future *future, struct rt_context *cx)
{
    struct ticker *self = RT_SELF(future, struct ticker);

    RT_BEGIN(self);
    self->interval = rt_interval(in_steps(1));
    while (self->resets < 1) {
        self->notified = rt_notify_notified(&hurry);
        self->tick = rt_interval_tick(&self->interval);
        self->select = RT_SELECT(self->tick, self->notified);
        RT_AWAIT(self->select);
        if (self->select.winner == 1) {
            self->resets++;
            self->earliest = rt_now() + in_steps(1);
            rt_interval_reset(&self->interval);
        }
    }
    self->tick = rt_interval_tick(&self->interval);
    RT_AWAIT(self->tick);
    RT_EXPLORE_CHECK(self->tick.scheduled >= self->earliest);
    RT_EXPLORE_CHECK(rt_now() >= self->tick.scheduled);
    RT_END(self);
}

struct nagger {
    struct rt_future future;
    struct rt_join_handle ticker;
    struct rt_sleep nap;
};

OPS(nagger);

static enum rt_poll nagger_poll(struct rt_future *future, struct rt_context *cx)
{
    struct nagger *self = RT_SELF(future, struct nagger);
    struct ticker ticker = {.future = RT_FUTURE(&ticker_ops)};

    RT_BEGIN(self);
    self->ticker = RT_SPAWN(ticker);
    self->nap = rt_sleep(in_steps(1));
    RT_AWAIT(self->nap);
    rt_notify_one(&hurry);
    RT_AWAIT(self->ticker);
    RT_END(self);
}

/* After a reset no tick comes before its new time. */
static void interval_against_reset(void)
{
    struct nagger nagger = {.future = RT_FUTURE(&nagger_ops)};

    rt_notify_init(&hurry);
    run_in_time(&nagger.future);
}

/* ---- a task sleeps while the workers go to sleep ---- */

/* Whoever waits in the driver wakes in time, since no other ever wakes. */
static void sleep_against_park(void)
{
    struct rt_builder builder = rt_builder_default();
    struct rt_sleep nap;

    builder.workers = 2;
    rt_explore_skip(true);
    RT_EXPLORE_CHECK(rt_build(&builder, &runtime) == 0);
    rt_enter(runtime);
    rt_explore_rest();
    rt_explore_skip(false);
    nap = rt_sleep(in_steps(1));
    RT_EXPLORE_CHECK(rt_block_on(runtime, &nap.future) == 0);
    RT_EXPLORE_CHECK(rt_now() >= in_steps(1));
    rt_explore_skip(true);
    rt_shutdown(runtime);
}

const struct model timer_models[] = {
    {"timer-drop-against-fire", drop_against_fire, 4},
    {"timer-arm-against-await", arm_against_await, 5},
    {"sleep-reset-against-fire", reset_against_fire, 4},
    {"timeout-against-send", timeout_against_send, 8},
    {"interval-against-reset", interval_against_reset, 4},
    {"sleep-against-park", sleep_against_park, 2},
    {0},
};
