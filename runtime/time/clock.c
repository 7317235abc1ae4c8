#include "time/clock.h"

#include "base/monotonic.h"
#include "time/duration.h"

void rt_clock_init(struct rt_clock *clock, enum rt_clock_kind kind,
                   uint32_t scale)
{
    clock->kind = kind;
    clock->scale = kind == RT_CLOCK_SCALED && scale > 0 ? scale : 1;
    clock->monotonic_0 = rt_monotonic_ns();
    clock->offset = 0;
}

uint64_t rt_clock_now(const struct rt_clock *clock)
{
    if (rt_clock_stands_still(clock)) {
        return clock->offset;
    }
    return clock->offset +
           (rt_monotonic_ns() - clock->monotonic_0) * clock->scale;
}

void rt_clock_set(struct rt_clock *clock, uint64_t now)
{
    if (now > clock->offset) {
        clock->offset = now;
    }
}

void rt_clock_pause(struct rt_clock *clock)
{
    if (clock->kind != RT_CLOCK_CONDUCTED) {
        clock->offset = rt_clock_now(clock);
        clock->kind = RT_CLOCK_PAUSED;
    }
}

void rt_clock_resume(struct rt_clock *clock)
{
    if (clock->kind != RT_CLOCK_PAUSED) {
        return;
    }
    clock->monotonic_0 = rt_monotonic_ns();
    clock->kind = clock->scale > 1 ? RT_CLOCK_SCALED : RT_CLOCK_REAL;
}

uint64_t rt_clock_real_until(const struct rt_clock *clock, uint64_t deadline)
{
    uint64_t now;

    if (deadline == RT_NEVER) {
        return RT_NEVER;
    }
    now = rt_clock_now(clock);
    return deadline <= now ? 0 : (deadline - now) / clock->scale;
}
