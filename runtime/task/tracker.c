#include "task/tracker.h"

#include "future/async.h"

void rt_tracker_init(struct rt_tracker *tracker)
{
    rt_join_set_init(&tracker->tasks);
    tracker->tasks.only_counts = true;
}

void rt_tracker_deinit(struct rt_tracker *tracker)
{
    rt_join_set_detach_all(&tracker->tasks);
}

int rt_tracker_spawn(struct rt_tracker *tracker, struct rt_future *frame,
                     size_t frame_size)
{
    return rt_join_set_spawn(&tracker->tasks, frame, frame_size);
}

size_t rt_tracker_count(struct rt_tracker *tracker)
{
    return rt_join_set_count(&tracker->tasks);
}

static enum rt_poll wait_poll(struct rt_future *future, struct rt_context *cx)
{
    struct rt_tracker_wait *self = RT_SELF(future, struct rt_tracker_wait);

    RT_BEGIN(self);
    RT_AWAIT(self->none);
    RT_END(self);
}

static const struct rt_future_ops wait_ops = {
    .poll = wait_poll,
    .name = "tracker wait",
};

struct rt_tracker_wait rt_tracker_wait(struct rt_tracker *tracker)
{
    return (struct rt_tracker_wait){
        .future = RT_FUTURE(&wait_ops),
        .none = rt_join_set_next(&tracker->tasks, NULL, 0),
    };
}
