#include "testing/script.h"

#include <stdio.h>
#include <string.h>

#include "base/panic.h"

enum { READER, WRITER };

static struct rt_script *script_of(struct rt_io *io)
{
    return (struct rt_script *)(void *)io;
}

/* ---- making steps ---- */

struct rt_script_step rt_script_give(const void *bytes, size_t size)
{
    return (struct rt_script_step){
        .kind = RT_SCRIPT_GIVE, .bytes = bytes, .size = size};
}

struct rt_script_step rt_script_expect(const void *bytes, size_t size)
{
    return (struct rt_script_step){
        .kind = RT_SCRIPT_EXPECT, .bytes = bytes, .size = size};
}

struct rt_script_step rt_script_end(void)
{
    return rt_script_give("", 0);
}

struct rt_script_step rt_script_fail_read(int error)
{
    return (struct rt_script_step){
        .kind = RT_SCRIPT_FAIL_READ, .bytes = "", .error = error};
}

struct rt_script_step rt_script_fail_write(int error)
{
    return (struct rt_script_step){
        .kind = RT_SCRIPT_FAIL_WRITE, .bytes = "", .error = error};
}

struct rt_script_step rt_script_wait(uint64_t duration)
{
    return (struct rt_script_step){.kind = RT_SCRIPT_WAIT,
                                   .duration = duration};
}

/* ---- finding the step whose turn it is ---- */

static bool is_for(const struct rt_script_step *step, int who)
{
    return who == READER ? step->kind == RT_SCRIPT_GIVE ||
                               step->kind == RT_SCRIPT_FAIL_READ
                         : step->kind == RT_SCRIPT_EXPECT ||
                               step->kind == RT_SCRIPT_FAIL_WRITE;
}

/* The first step that is not done; a writer passes by what is for reads. */
static struct rt_script_step *find(struct rt_script *script, int who)
{
    for (int i = 0; i < RT_SCRIPT_STEPS_MOST; i++) {
        struct rt_script_step *step = &script->steps[i];

        if (step->kind == RT_SCRIPT_NO_STEP) {
            break;
        }
        if (!step->is_done && !(who == WRITER && is_for(step, READER))) {
            return step;
        }
    }
    return NULL;
}

static void finish(struct rt_script *script, struct rt_script_step *step,
                   int who)
{
    step->is_done = true;
    rt_waker_wake(&script->sides[!who].waker);
}

/* Each side has a nap of its own: it may be another task that waits. */
static enum rt_poll wait_for(struct rt_script_step *step,
                             struct rt_script_side *side, struct rt_context *cx)
{
    if (step->deadline == 0) {
        step->deadline = rt_duration_add(rt_now(), step->duration);
    }
    if (side->wait != step) {
        rt_future_drop(&side->nap.future);
        side->nap = rt_sleep_until(step->deadline);
        side->wait = step;
    }
    return rt_future_poll(&side->nap.future, cx);
}

/* Ready: *step is the one for this side, or NULL when none is left. */
static enum rt_poll reach(struct rt_script *script, int who,
                          struct rt_context *cx, struct rt_script_step **step)
{
    struct rt_script_side *side = &script->sides[who];

    for (;;) {
        bool is_wait;

        *step = find(script, who);
        if (!*step || is_for(*step, who)) {
            return rt_budget_spend(cx) ? RT_READY : RT_PENDING;
        }
        is_wait = (*step)->kind == RT_SCRIPT_WAIT;
        if (!is_wait || *step != find(script, READER)) {
            rt_waker_store(&side->waker, cx->waker);
            return RT_PENDING;
        }
        if (wait_for(*step, side, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        finish(script, *step, who);
    }
}

/* ---- telling what went wrong ---- */

enum { QUOTE_MOST = 40, QUOTE_SIZE = 4 * QUOTE_MOST + 4 };

/* Writes the bytes into text, as in a C string, cut where they are many. */
static const char *quote(const char *bytes, size_t size, char text[QUOTE_SIZE])
{
    size_t used = 0;

    for (size_t i = 0; i < size && i < QUOTE_MOST; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool is_plain =
            byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';

        used += (size_t)snprintf(text + used, QUOTE_SIZE - used,
                                 is_plain ? "%c" : "\\x%02x", byte);
    }
    snprintf(text + used, QUOTE_SIZE - used, "%s",
             size > QUOTE_MOST ? "..." : "");
    return text;
}

static void check_expected(const struct rt_script_step *step,
                           const char *written, size_t size)
{
    char text[QUOTE_SIZE];

    if (!step) {
        rt_panic("script-unexpected-write",
                 "\"%s\" was written; no more was expected",
                 quote(written, size, text));
    }
}

static void check_same(const char *expected, const char *written, size_t size)
{
    char texts[2][QUOTE_SIZE];
    size_t same = 0;
    size_t start;

    while (same < size && expected[same] == written[same]) {
        same++;
    }
    if (same == size) {
        return;
    }
    start = same > QUOTE_MOST / 2 ? same - QUOTE_MOST / 2 : 0;
    rt_panic("script-mismatch",
             "expected \"%s\", but \"%s\" was written: they differ from byte "
             "%zu on, and are shown from byte %zu on",
             quote(expected + start, size - start, texts[0]),
             quote(written + start, size - start, texts[1]), same, start);
}

static void check_all_used(struct rt_script *script)
{
    static const char *const names[] = {
        "", "give", "fail a read with", "expect", "fail a write with", "wait"};
    const struct rt_script_step *step = find(script, READER);
    char text[QUOTE_SIZE];

    if (step) {
        rt_panic("script-unused",
                 "step %td was not used, or not to its end: %s \"%s\" %d",
                 step - script->steps, names[step->kind],
                 quote(step->bytes, step->size, text), step->error);
    }
}

/* ---- the io ---- */

/* Moves on by up to size bytes; a step without bytes ends at once. */
static size_t use(struct rt_script *script, struct rt_script_step *step,
                  int who, size_t size)
{
    size_t count = size < step->size ? size : step->size;

    step->bytes += count;
    step->size -= count;
    if (step->size == 0) {
        finish(script, step, who);
    }
    return count;
}

static enum rt_poll script_poll_read(struct rt_io *io,
                                     struct rt_io_waiter *waiter,
                                     struct rt_context *cx, void *buffer,
                                     size_t size, ssize_t *result)
{
    struct rt_script *script = script_of(io);
    struct rt_script_step *step;
    const char *bytes;
    size_t count;

    (void)waiter;
    if (reach(script, READER, cx, &step) == RT_PENDING) {
        return RT_PENDING;
    }
    *result = 0;
    if (step) {
        bytes = step->bytes;
        count = use(script, step, READER, size);
        memcpy(buffer, bytes, count);
        *result = step->error ? step->error : (ssize_t)count;
    }
    return RT_READY;
}

static enum rt_poll script_poll_write(struct rt_io *io,
                                      struct rt_io_waiter *waiter,
                                      struct rt_context *cx, const void *buffer,
                                      size_t size, ssize_t *result)
{
    struct rt_script *script = script_of(io);
    struct rt_script_step *step;
    const char *expected;
    size_t count;

    (void)waiter;
    if (reach(script, WRITER, cx, &step) == RT_PENDING) {
        return RT_PENDING;
    }
    check_expected(step, buffer, size);
    expected = step->bytes;
    count = use(script, step, WRITER, size);
    check_same(expected, buffer, count);
    *result = step->error ? step->error : (ssize_t)count;
    return RT_READY;
}

void rt_script_close(struct rt_script *script)
{
    check_all_used(script);
    for (int who = READER; who <= WRITER; who++) {
        rt_waker_drop(&script->sides[who].waker);
        rt_future_drop(&script->sides[who].nap.future);
    }
}

static void script_close(struct rt_io *io)
{
    rt_script_close(script_of(io));
}

const struct rt_io_ops rt_script_ops = {
    .poll_read = script_poll_read,
    .poll_write = script_poll_write,
    .close = script_close,
};
