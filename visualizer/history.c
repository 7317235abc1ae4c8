#include "history.h"

#include "memory.h"
#include "sentence.h"

/* Events between two keyframes at least: as many are replayed in no time. */
enum { KEYFRAME_LEAST = 4096 };

void history_init(struct history *history, struct trace *trace)
{
    *history = (struct history){.trace = trace};
    model_init(&history->model);
}

void history_deinit(struct history *history)
{
    for (size_t i = 0; i < history->keyframe_count; i++) {
        model_deinit(&history->keyframes[i]);
    }
    memory_destroy(history->keyframes);
    model_deinit(&history->model);
    text_deinit(&history->caption);
    *history = (struct history){0};
}

static void make_keyframe(struct history *history)
{
    size_t count = history->keyframe_count;
    uint64_t last = count ? history->keyframes[count - 1].event_count : 0;
    uint64_t spared = history->model.event_count - last;

    if (history->model.event_count < last + KEYFRAME_LEAST ||
        spared * sizeof(struct rt_trace_record) < model_size(&history->model)) {
        return;
    }
    history->keyframes =
        memory_grow(history->keyframes, &history->keyframe_capacity, count + 1,
                    sizeof(*history->keyframes));
    model_init(&history->keyframes[count]);
    model_copy(&history->keyframes[count], &history->model);
    history->keyframe_count++;
}

/* Puts the model at the last keyframe that is not behind position. */
static void rewind_to(struct history *history, uint64_t position)
{
    size_t count = history->keyframe_count;

    while (count > 0 && history->keyframes[count - 1].event_count > position) {
        count--;
    }
    if (count > 0) {
        model_copy(&history->model, &history->keyframes[count - 1]);
    } else {
        model_deinit(&history->model);
        model_init(&history->model);
    }
}

static void step(struct history *history)
{
    trace_read(history->trace, history->model.event_count, &history->event);
    model_apply(&history->model, &history->event);
    make_keyframe(history);
}

/* The last step takes the caption along: it needs the model of before. */
static void step_with_caption(struct history *history)
{
    struct trace_event event;

    trace_read(history->trace, history->model.event_count, &event);
    text_clear(&history->caption);
    sentence_add(&history->caption, history->trace, &history->model, &event);
    step(history);
}

void history_seek(struct history *history, uint64_t position)
{
    if (position > history->trace->count) {
        position = history->trace->count;
    }
    if (position == history_position(history)) {
        return;
    }
    if (position < history_position(history)) {
        rewind_to(history, position ? position - 1 : 0);
    }
    while (history_position(history) + 1 < position) {
        step(history);
    }
    if (history_position(history) < position) {
        step_with_caption(history);
    } else {
        history->event = (struct trace_event){0};
        text_clear(&history->caption);
    }
}
