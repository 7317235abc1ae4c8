/*
 * Async functions: a poll function that can stop in the middle and go on.
 *
 * An async function is a frame, a struct whose first member is a struct
 * rt_future, and a poll function with these macros in it:
 *
 *     static enum rt_poll greet_poll(struct rt_future *future,
 *                                    struct rt_context *cx)
 *     {
 *         struct greet *self = RT_SELF(future, struct greet);
 *
 *         RT_BEGIN(self);
 *         self->nap = rt_sleep(RT_SECONDS(1));
 *         RT_AWAIT(self->nap);
 *         puts("hello");
 *         RT_END(self);
 *     }
 *
 * RT_AWAIT polls the child. When it is pending, the function remembers the
 * place in the frame and returns; the next poll jumps from RT_BEGIN straight
 * to that place. The C stack was given up in between. So what must live
 * across an RT_AWAIT lives in the frame: the child itself, above all. A local
 * variable holds junk after it.
 *
 * The place is the address of a label ("labels as values", in gcc and clang),
 * so an await works inside if, for, while and switch, and twice on a line.
 * Poll functions are reached through a pointer and hold a computed goto, so
 * compilers neither inline nor split them, and a label keeps its address.
 */
#ifndef RT_FUTURE_ASYNC_H
#define RT_FUTURE_ASYNC_H

#include "base/memory.h"
#include "future/future.h"

/* The frame of this type whose member future is at the pointer. */
#define RT_SELF(pointer, type) RT_CONTAINER_OF(pointer, type, future)

/*
 * First in the body, behind RT_SELF; the context must be called cx. The
 * odd names are for the compiler's message when one of the pair is missing;
 * the part that never runs also gives the jump a label to know of where a
 * function has no await, which clang insists on.
 */
#define RT_BEGIN(self)                                                         \
    struct rt_future *const RT_BEGIN_is_missing = &(self)->future;             \
    if (RT_BEGIN_is_missing->resume) {                                         \
        goto * RT_BEGIN_is_missing->resume;                                    \
    }                                                                          \
    if (0) {                                                                   \
        RT_BEGIN_is_missing->resume = &&RT_END_is_missing;                     \
    }

/* Last in the body: the function is ready. */
#define RT_END(self)                                                           \
    RT_END_is_missing:                                                         \
    (void)(self);                                                              \
    return RT_READY

/* Ready, from the middle of the body; what return is to a function. */
#define RT_RETURN() goto RT_END_is_missing

/*
 * Waits until child, a frame or other future in the frame of this function,
 * is ready, and drops it. Its result is in it afterwards.
 */
#define RT_AWAIT(child)                                                        \
    do {                                                                       \
        __label__ rt_resume_here;                                              \
        RT_BEGIN_is_missing->awaiting = &(child).future;                       \
        RT_BEGIN_is_missing->resume = &&rt_resume_here;                        \
    rt_resume_here:                                                            \
        if (rt_await_poll(RT_BEGIN_is_missing, cx) == RT_PENDING) {            \
            return RT_PENDING;                                                 \
        }                                                                      \
    } while (0)

/* For rt_await_poll: a child that is on the C stack stops the program. */
void rt_await_check(const struct rt_future *child, const struct rt_context *cx);

/* For RT_AWAIT: polls the child that is awaited; drops it when it is ready. */
static inline enum rt_poll rt_await_poll(struct rt_future *self,
                                         struct rt_context *cx)
{
    struct rt_future *child = self->awaiting;

    if (rt_future_poll_to_drop(child, cx) == RT_PENDING) {
        if (rt_future_may_be_local(child, cx)) {
            rt_await_check(child, cx);
        }
        return RT_PENDING;
    }
    self->awaiting = NULL;
    rt_future_drop_ready(child);
    return RT_READY;
}

#endif
