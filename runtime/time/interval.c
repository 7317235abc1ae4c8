#include "time/interval.h"

#include "base/panic.h"
#include "future/async.h"

/* So much later, a tick was missed and is not just a little late. */
static const uint64_t tolerance = RT_MILLISECONDS(5);

struct rt_interval rt_interval_at(uint64_t start, uint64_t period)
{
    if (period == 0) {
        rt_panic("interval-of-zero", "the period of an interval is 0");
    }
    return (struct rt_interval){.period = period, .next = start};
}

struct rt_interval rt_interval(uint64_t period)
{
    return rt_interval_at(rt_now(), period);
}

void rt_interval_reset(struct rt_interval *interval)
{
    interval->next = rt_duration_add(rt_now(), interval->period);
}

/* When the tick after the one of this time is due. */
static uint64_t following(const struct rt_interval *interval, uint64_t tick)
{
    uint64_t now = rt_now();
    uint64_t late = now > tick ? now - tick : 0;

    if (late > tolerance && interval->missed == RT_MISSED_DELAY) {
        return rt_duration_add(now, interval->period);
    }
    if (late > tolerance && interval->missed == RT_MISSED_SKIP) {
        return rt_duration_add(now - late % interval->period, interval->period);
    }
    return rt_duration_add(tick, interval->period);
}

static enum rt_poll tick_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_interval_tick *self = RT_SELF(future, struct rt_interval_tick);

    RT_BEGIN(self);
    self->sleep = rt_sleep_until(self->interval->next);
    RT_AWAIT(self->sleep);
    self->scheduled = self->interval->next;
    self->interval->next = following(self->interval, self->scheduled);
    RT_END(self);
}

static const struct rt_future_ops tick_ops = {
    .poll = tick_poll,
    .name = "tick",
};

struct rt_interval_tick rt_interval_tick(struct rt_interval *interval)
{
    return (struct rt_interval_tick){
        .future = RT_FUTURE(&tick_ops),
        .interval = interval,
    };
}
