#include "stream_kit.h"

struct kit_waker stream_waker;

int stream_get(struct rt_stream *stream)
{
    int item = 0;
    struct rt_next next = rt_next(stream, &item, sizeof(item));
    enum rt_poll poll;

    kit_waker_init(&stream_waker);
    poll = kit_poll(&next.future, &stream_waker);
    rt_future_drop(&next.future);
    if (poll == RT_PENDING) {
        return PEND;
    }
    return next.result == RT_STREAM_ITEM  ? item
           : next.result == RT_STREAM_END ? END
                                          : next.result;
}

static int script_poll(struct rt_stream *stream, struct rt_context *cx,
                       void *item)
{
    struct script *script = RT_STREAM_SELF(stream, struct script);
    int step;

    (void)cx;
    script->polls++;
    if (script->left == 0) {
        return RT_STREAM_END;
    }
    script->left--;
    step = *script->steps++;
    if (step == PEND) {
        return RT_STREAM_PENDING;
    }
    *(int *)item = step;
    return step < 0 ? step : RT_STREAM_ITEM;
}

static void script_drop(struct rt_stream *stream)
{
    RT_STREAM_SELF(stream, struct script)->drops++;
}

const struct rt_stream_ops script_ops = {script_poll, script_drop, "script"};
