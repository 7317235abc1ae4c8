#include "time/advance.h"

#include "base/panic.h"
#include "future/async.h"
#include "sched/runtime.h"
#include "time/duration.h"
#include "trace/trace.h"

static void jump(struct rt_clock *clock, uint64_t duration)
{
    uint64_t time = rt_duration_add(rt_clock_now(clock), duration);

    if (clock->kind != RT_CLOCK_PAUSED) {
        rt_panic("advance-unless-paused",
                 "rt_advance moves a clock that is not paused");
    }
    rt_clock_set(clock, time);
    RT_TRACE(rt_trace_write(RT_TRACE_CLOCK_ADVANCE, 0, 0, 0, time));
}

/* The timers fire in the turn of the driver for which a yield waits. */
static enum rt_poll advance_poll(struct rt_future *future,
                                 struct rt_context *cx)
{
    struct rt_advance *self = RT_SELF(future, struct rt_advance);

    RT_BEGIN(self);
    jump(rt_runtime_clock(rt_context_runtime(cx)), self->duration);
    self->turn = rt_yield();
    RT_AWAIT(self->turn);
    RT_END(self);
}

static const struct rt_future_ops advance_ops = {
    .poll = advance_poll,
    .name = "advance",
};

struct rt_advance rt_advance(uint64_t duration)
{
    return (struct rt_advance){
        .future = RT_FUTURE(&advance_ops),
        .duration = duration,
    };
}
