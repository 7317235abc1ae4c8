#include "testing/script.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"

/* ---- making steps ---- */

static struct rt_script_step step(enum rt_script_kind kind, const void *bytes,
                                  size_t size, int error)
{
    return (struct rt_script_step){
        .kind = kind, .bytes = bytes, .size = size, .error = error};
}

struct rt_script_step rt_script_give(const void *bytes, size_t size)
{
    return step(RT_SCRIPT_READ, bytes, size, 0);
}

struct rt_script_step rt_script_expect(const void *bytes, size_t size)
{
    return step(RT_SCRIPT_WRITE, bytes, size, 0);
}

struct rt_script_step rt_script_end(void)
{
    return step(RT_SCRIPT_READ, "", 0, 0);
}

struct rt_script_step rt_script_fail_read(int error)
{
    return step(RT_SCRIPT_READ, "", 0, error);
}

struct rt_script_step rt_script_fail_write(int error)
{
    return step(RT_SCRIPT_WRITE, "", 0, error);
}

struct rt_script_step rt_script_wait(uint64_t duration)
{
    return (struct rt_script_step){
        .kind = RT_SCRIPT_WAIT, .bytes = "", .duration = duration};
}

/* ---- finding the step whose turn it is ---- */

/* The first step that is not done, but for those of this kind; or NULL. */
static struct rt_script_step *first_but(struct rt_script *script,
                                        enum rt_script_kind passed_by)
{
    for (int i = 0; i < RT_SCRIPT_STEPS_MOST; i++) {
        struct rt_script_step *first = &script->steps[i];

        if (first->kind == RT_SCRIPT_NO_STEP) {
            break;
        }
        if (!first->is_done && first->kind != passed_by) {
            return first;
        }
    }
    return NULL;
}

static void finish(struct rt_script *script, struct rt_script_step *done)
{
    done->is_done = true;
    rt_waker_wake(&script->reader.waker);
    rt_waker_wake(&script->writer.waker);
}

/* Each side has a nap of its own: it may be another task that waits. */
static enum rt_poll wait_for(struct rt_script_step *wait,
                             struct rt_script_side *side, struct rt_context *cx)
{
    if (wait->deadline == 0) {
        wait->deadline = rt_duration_add(rt_now(), wait->duration);
    }
    if (side->wait != wait) {
        rt_future_drop(&side->nap.future);
        side->nap = rt_sleep_until(wait->deadline);
        side->wait = wait;
    }
    return rt_future_poll(&side->nap.future, cx);
}

/*
 * Ready: *next is the step of this kind whose turn it is, or NULL when none is
 * left. A write passes by what is for reads; a wait begins when it is first.
 */
static enum rt_poll reach(struct rt_script *script, enum rt_script_kind kind,
                          struct rt_context *cx, struct rt_script_step **next)
{
    bool is_read = kind == RT_SCRIPT_READ;
    struct rt_script_side *side = is_read ? &script->reader : &script->writer;

    for (;;) {
        *next = first_but(script, is_read ? RT_SCRIPT_NO_STEP : RT_SCRIPT_READ);
        if (!*next || (*next)->kind == kind) {
            return rt_budget_spend(cx) ? RT_READY : RT_PENDING;
        }
        if ((*next)->kind != RT_SCRIPT_WAIT ||
            *next != first_but(script, RT_SCRIPT_NO_STEP)) {
            rt_waker_store(&side->waker, cx->waker);
            return RT_PENDING;
        }
        if (wait_for(*next, side, cx) == RT_PENDING) {
            return RT_PENDING;
        }
        finish(script, *next);
    }
}

/* ---- telling what went wrong ---- */

enum { QUOTE_MOST = 40, QUOTE_SIZE = 4 * QUOTE_MOST + 1 };

/* Writes the bytes into text, as in a C string, cut where they are many. */
static const char *quote(const char *bytes, size_t size, char text[QUOTE_SIZE])
{
    char *end = text;

    for (size_t i = 0; i < size && i < QUOTE_MOST; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        bool is_plain =
            byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';

        end +=
            snprintf(end, sizeof("\\xff"), is_plain ? "%c" : "\\x%02x", byte);
    }
    *end = '\0';
    return text;
}

static void check_same(const char *expected, const char *written, size_t size)
{
    char texts[2][QUOTE_SIZE];
    size_t same = 0;
    size_t start;

    while (same < size && expected[same] == written[same]) {
        same++;
    }
    if (same < size) {
        start = same > QUOTE_MOST / 2 ? same - QUOTE_MOST / 2 : 0;
        rt_panic("script-mismatch",
                 "\"%s\" was expected, but \"%s\" was written: they differ "
                 "from byte %zu on, and are shown from byte %zu on",
                 quote(expected + start, size - start, texts[0]),
                 quote(written + start, size - start, texts[1]), same, start);
    }
}

static void check_all_used(struct rt_script *script)
{
    static const char *const names[] = {"", "read", "write", "wait"};
    const struct rt_script_step *left = first_but(script, RT_SCRIPT_NO_STEP);
    char text[QUOTE_SIZE];

    if (left) {
        rt_panic("script-unused",
                 "step %td was not used, or not to its end: %s \"%s\"",
                 left - script->steps, names[left->kind],
                 quote(left->bytes, left->size, text));
    }
}

/* ---- the io ---- */

/* Moves on by up to size bytes, or to the end of a step without bytes. */
static ssize_t use(struct rt_script *script, struct rt_script_step *used,
                   size_t size)
{
    size_t count = size < used->size ? size : used->size;

    used->bytes += count;
    used->size -= count;
    if (used->size == 0) {
        finish(script, used);
    }
    return used->error ? used->error : (ssize_t)count;
}

static enum rt_poll script_read(struct rt_io *io, struct rt_io_request *request,
                                struct rt_context *cx)
{
    struct rt_script *script = RT_CONTAINER_OF(io, struct rt_script, io);
    size_t size = request->pieces->iov_len;
    struct rt_script_step *next;

    if (reach(script, RT_SCRIPT_READ, cx, &next) == RT_PENDING) {
        return RT_PENDING;
    }
    request->result = 0;
    if (next) {
        memcpy(request->pieces->iov_base, next->bytes,
               size < next->size ? size : next->size);
        request->result = use(script, next, size);
    }
    return RT_READY;
}

static enum rt_poll script_write(struct rt_io *io,
                                 struct rt_io_request *request,
                                 struct rt_context *cx)
{
    struct rt_script *script = RT_CONTAINER_OF(io, struct rt_script, io);
    const char *bytes = request->pieces->iov_base;
    size_t size = request->pieces->iov_len;
    struct rt_script_step *next;
    char text[QUOTE_SIZE];

    if (reach(script, RT_SCRIPT_WRITE, cx, &next) == RT_PENDING) {
        return RT_PENDING;
    }
    if (!next) {
        rt_panic("script-unexpected-write",
                 "\"%s\" was written; no more was expected",
                 quote(bytes, size, text));
    }
    check_same(next->bytes, bytes, size < next->size ? size : next->size);
    request->result = use(script, next, size);
    return RT_READY;
}

void rt_script_close(struct rt_script *script)
{
    check_all_used(script);
    rt_waker_drop(&script->reader.waker);
    rt_waker_drop(&script->writer.waker);
    rt_future_drop(&script->reader.nap.future);
    rt_future_drop(&script->writer.nap.future);
}

static void script_close(struct rt_io *io)
{
    rt_script_close(RT_CONTAINER_OF(io, struct rt_script, io));
}

const struct rt_io_ops rt_script_ops = {
    .poll = {[RT_IO_READ] = script_read, [RT_IO_WRITE] = script_write},
    .close = script_close,
};
