#include "suites.h"

#include <string.h>

#include "history.h"
#include "story.h"

static struct story story;
static struct trace trace;
static struct history history;

static void setup(void)
{
    story_three_sleepers(&story);
    story_open(&story, &trace);
    history_init(&history, &trace);
}

static void teardown(void)
{
    history_deinit(&history);
    trace_close(&trace);
    story_end(&story);
}

/* Goes to the state behind the nth event of a type. */
static const struct model *behind(enum rt_trace_type type, int nth)
{
    struct trace_event event;

    for (uint64_t i = 0; i < trace.count; i++) {
        trace_read(&trace, i, &event);
        if (event.type == type && --nth == 0) {
            history_seek(&history, i + 1);
            return &history.model;
        }
    }
    ck_abort_msg("no such event");
}

static const struct model_task *task(uint32_t id)
{
    return model_task(&history.model, id);
}

START_TEST(a_spawned_task_is_queued)
{
    behind(RT_TRACE_ENQUEUE, 4);
    ck_assert_uint_eq(history.model.queue_length, 3);
    ck_assert_int_eq(task(2)->state, MODEL_QUEUED);
    ck_assert_uint_eq(task(2)->parent, 1);
    ck_assert_str_eq(trace_string(&trace, task(2)->name), "say");
    ck_assert_int_eq(task(1)->state, MODEL_RUNNING);
}
END_TEST

START_TEST(the_queue_keeps_its_order)
{
    const struct model_task *first;

    behind(RT_TRACE_ENQUEUE, 4);
    first = table_at(&history.model.tasks, history.model.queue_first);
    ck_assert_uint_eq(first->id, 2);
    first = table_at(&history.model.tasks, first->queue_next);
    ck_assert_uint_eq(first->id, 3);
}
END_TEST

START_TEST(a_pending_task_is_idle_with_its_chain)
{
    behind(RT_TRACE_AWAIT, 4);
    ck_assert_int_eq(task(2)->state, MODEL_IDLE);
    ck_assert_uint_eq(task(2)->chain_length, 2);
    ck_assert_str_eq(trace_string(&trace, task(2)->chain[1]), "sleep");
    ck_assert_uint_eq(task(2)->timers_armed, 1);
    ck_assert_uint_eq(task(2)->wakers_held, 1);
    ck_assert(!model_is_stranded(task(2)));
}
END_TEST

START_TEST(a_timer_that_fires_is_gone_and_remembered)
{
    const struct model *model = behind(RT_TRACE_TIMER_FIRE, 1);

    ck_assert_uint_eq(model->timers.count, 2);
    ck_assert_uint_eq(model->fired.id, 1);
    ck_assert_uint_eq(task(2)->timers_armed, 0);
    behind(RT_TRACE_POLL_BEGIN, 5);
    ck_assert_uint_eq(history.model.fired.id, 0);
}
END_TEST

START_TEST(at_the_end_all_is_over)
{
    history_seek(&history, trace.count);
    ck_assert(history.model.is_stopped);
    ck_assert_uint_eq(history.model.live_tasks, 0);
    ck_assert_uint_eq(history.model.queue_length, 0);
    ck_assert_uint_eq(history.model.timers.count, 0);
    for (uint32_t id = 1; id <= 4; id++) {
        ck_assert_int_eq(task(id)->state, MODEL_FINISHED);
        ck_assert_uint_eq(task(id)->wakers_held, 0);
    }
    ck_assert_uint_eq(task(1)->polls, 4);
    ck_assert_uint_eq(task(3)->polls, 2);
}
END_TEST

/* Bytes of a model that follow from the events alone. */
static void add_state(const struct model *model, struct text *text)
{
    text_format(text, "%lu %lu %lu;", model->event_count, model->now_ns,
                model->queue_length);
    text_add_bytes(text, model->tasks.items,
                   model->tasks.count * model->tasks.item_size);
    text_add_bytes(text, model->timers.items,
                   model->timers.count * model->timers.item_size);
    text_add_bytes(text, model->fds.items,
                   model->fds.count * model->fds.item_size);
}

START_TEST(a_step_back_undoes_a_step)
{
    for (uint64_t i = 1; i <= trace.count; i++) {
        struct text before = {0};
        struct text after = {0};

        history_seek(&history, i - 1);
        add_state(&history.model, &before);
        history_seek(&history, i);
        history_seek(&history, i - 1);
        add_state(&history.model, &after);
        ck_assert_uint_eq(before.length, after.length);
        ck_assert_mem_eq(before.data, after.data, before.length);
        text_deinit(&before);
        text_deinit(&after);
    }
}
END_TEST

/* Long enough for keyframes: jumps give what a straight run gives. */
START_TEST(keyframes_change_nothing)
{
    struct story lengthy = {0};
    struct trace long_trace;
    struct history jumping;
    struct model straight;
    struct text a = {0};
    struct text b = {0};

    story_begin(&lengthy, RT_TRACE_CLOCK_PAUSED);
    for (uint32_t i = 0; i < 20000; i++) {
        story_spawn(&lengthy, i % 50 + 1, "say", 0);
        story_poll(&lengthy, i % 50 + 1);
        story_arm(&lengthy, i % 50 + 1, i + 1, i);
    }
    story_open(&lengthy, &long_trace);
    history_init(&jumping, &long_trace);
    history_seek(&jumping, long_trace.count);
    ck_assert_uint_gt(jumping.keyframe_count, 5);
    history_seek(&jumping, 50001);
    model_init(&straight);
    for (uint64_t i = 0; i < 50001; i++) {
        struct trace_event event;

        trace_read(&long_trace, i, &event);
        model_apply(&straight, &event);
    }
    add_state(&jumping.model, &a);
    add_state(&straight, &b);
    ck_assert_uint_eq(a.length, b.length);
    ck_assert_mem_eq(a.data, b.data, a.length);
    text_deinit(&a);
    text_deinit(&b);
    model_deinit(&straight);
    history_deinit(&jumping);
    trace_close(&long_trace);
    story_end(&lengthy);
}
END_TEST

/* Applies a story of its own to a fresh model. */
static void replay(struct story *own, struct model *model)
{
    struct trace own_trace;

    story_open(own, &own_trace);
    model_init(model);
    for (uint64_t i = 0; i < own_trace.count; i++) {
        struct trace_event event;

        trace_read(&own_trace, i, &event);
        model_apply(model, &event);
    }
    trace_close(&own_trace);
    story_end(own);
}

START_TEST(woken_in_its_poll_it_is_queued_after_it)
{
    struct story own;
    struct model model;

    story_begin(&own, RT_TRACE_CLOCK_PAUSED);
    story_spawn(&own, 1, "main", 0);
    story_poll(&own, 1);
    story_add(&own, RT_TRACE_WAKE, 1, 1, RT_TRACE_WAKE_MARKED, 0);
    story_pending(&own, 1, "yield");
    replay(&own, &model);
    ck_assert_int_eq(model_task(&model, 1)->state, MODEL_QUEUED);
    ck_assert_uint_eq(model_task(&model, 1)->self_wakes, 1);
    ck_assert(!model_is_stranded(model_task(&model, 1)));
    model_deinit(&model);
}
END_TEST

START_TEST(what_a_task_waits_for_holds_until_its_next_poll)
{
    struct story own;
    struct model model;

    story_begin(&own, RT_TRACE_CLOCK_PAUSED);
    story_spawn(&own, 1, "main", 0);
    story_poll(&own, 1);
    story_add(&own, RT_TRACE_IO_REGISTER, 1, 7, 0, 0);
    story_add(&own, RT_TRACE_IO_WAIT, 1, 7, RT_TRACE_READABLE, 0);
    story_add(&own, RT_TRACE_WAIT, 1, 2, RT_TRACE_ON_TASK, 0);
    story_add(&own, RT_TRACE_WAKER_CLONE, 1, 0, 0, 0);
    story_pending(&own, 1, "select");
    story_wake(&own, 1, RT_TRACE_FROM_TASK, 2);
    story_poll(&own, 1);
    story_add(&own, RT_TRACE_WAIT, 1, 3, RT_TRACE_ON_TASK, 0);
    replay(&own, &model);
    ck_assert_uint_eq(model_task(&model, 1)->wait_count, 1);
    ck_assert_uint_eq(model_task(&model, 1)->waits[0].id, 3);
    model_deinit(&model);
}
END_TEST

/* Numbers of fds are used again; the new one has a new name. */
START_TEST(an_fd_that_comes_again_is_another)
{
    struct story own;
    struct model model;

    story_begin(&own, RT_TRACE_CLOCK_PAUSED);
    story_add(&own, RT_TRACE_IO_REGISTER, 0, 7, 0, 0);
    story_add(&own, RT_TRACE_IO_READY, 0, 7, RT_TRACE_READABLE, 0);
    story_add(&own, RT_TRACE_IO_DEREGISTER, 0, 7, 0, 0);
    story_add(&own, RT_TRACE_IO_REGISTER, 0, 7, 0, 0);
    replay(&own, &model);
    ck_assert_uint_eq(model.fds.count, 1);
    ck_assert_uint_eq(model_fd(&model, 7)->ordinal, 2);
    ck_assert_uint_eq(model_fd(&model, 7)->ready, 0);
    model_deinit(&model);
}
END_TEST

Suite *suite_model(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("model");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_spawned_task_is_queued);
    tcase_add_test(tests, the_queue_keeps_its_order);
    tcase_add_test(tests, a_pending_task_is_idle_with_its_chain);
    tcase_add_test(tests, a_timer_that_fires_is_gone_and_remembered);
    tcase_add_test(tests, at_the_end_all_is_over);
    tcase_add_test(tests, a_step_back_undoes_a_step);
    tcase_add_test(tests, keyframes_change_nothing);
    tcase_add_test(tests, woken_in_its_poll_it_is_queued_after_it);
    tcase_add_test(tests, what_a_task_waits_for_holds_until_its_next_poll);
    tcase_add_test(tests, an_fd_that_comes_again_is_another);
    suite_add_tcase(suite, tests);
    return suite;
}
