#include "explore/threads.h"

#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "explore/explore.h"

#undef _Thread_local

enum { STACK_BYTES = 256 * 1024, LOCALS_BYTES = 4096 };

struct thread {
    ucontext_t context;
    void (*run)(void *data);
    void *data;                  /* borrowed */
    bool (*is_open)(void *data); /* what it waits for; or NULL */
    void *waits_for;             /* borrowed: the argument of is_open */
    const char *waits_at;        /* in words */
    struct explore_where where;  /* its last step */
    uint64_t end;                /* of its wait; or EXPLORE_NEVER */
    bool is_yielding;            /* others first */
    bool is_over;
    char locals[LOCALS_BYTES]; /* its _Thread_local variables */
};

static struct {
    struct thread threads[RT_EXPLORE_MOST_THREADS];
    struct thread *current; /* NULL: no run */
    uint32_t count;
    uint32_t steps; /* that this run may still make */
    uint64_t steps_made;
    uint64_t now;        /* time, ns */
    uint64_t clock_step; /* see rt_explore_clock */
    bool is_skipping;
    struct search *search;
    ucontext_t outside;
    char locals[LOCALS_BYTES]; /* as they are at the start of a thread */
} model;

static char stacks[RT_EXPLORE_MOST_THREADS][STACK_BYTES]
    __attribute__((aligned(64)));

/* Where points.h puts the _Thread_local variables; names from the linker. */
extern char locals_begin[] __asm__("__start_explore_locals");
extern char locals_end[] __asm__("__stop_explore_locals");

/* So that there is such a place, also when there are no such variables. */
static char anchor __attribute__((section("explore_locals"), used));

static size_t locals_size(void)
{
    return (uintptr_t)locals_end - (uintptr_t)locals_begin;
}

bool explore_is_running(void)
{
    return model.current != NULL;
}

uint32_t explore_number(void)
{
    return (uint32_t)(model.current - model.threads);
}

bool explore_is_over(uint32_t number)
{
    return model.threads[number].is_over;
}

uint64_t explore_step_count(void)
{
    return model.steps_made;
}

/* ---- who goes on ---- */

static bool is_able(const struct thread *thread)
{
    return !thread->is_over && !thread->is_yielding &&
           (!thread->is_open || thread->is_open(thread->waits_for));
}

/* Those that can go on, the current one first. Returns how many. */
static uint32_t find_able(struct thread **able)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < model.count; i++) {
        struct thread *thread =
            &model.threads[(explore_number() + i) % model.count];

        if (is_able(thread)) {
            able[found++] = thread;
        }
    }
    return found;
}

static bool stop_yielding(void)
{
    bool is_any = false;

    for (uint32_t i = 0; i < model.count; i++) {
        is_any |= model.threads[i].is_yielding;
        model.threads[i].is_yielding = false;
    }
    return is_any;
}

/* Who waits, for a time that comes first; or NULL. */
static struct thread *find_first_end(void)
{
    struct thread *first = NULL;

    for (uint32_t i = 0; i < model.count; i++) {
        struct thread *thread = &model.threads[i];

        if (thread->is_open && thread->end != EXPLORE_NEVER &&
            (!first || thread->end < first->end) &&
            !thread->is_open(thread->waits_for)) {
            first = thread;
        }
    }
    return first;
}

static _Noreturn void fail_deadlock(void)
{
    char text[400] = "";
    size_t used = 0;

    for (uint32_t i = 0; i < model.count && used < sizeof(text); i++) {
        const struct thread *thread = &model.threads[i];

        if (!thread->is_over) {
            used += (size_t)snprintf(text + used, sizeof(text) - used,
                                     "; thread %u waits (%s), last at %s:%d", i,
                                     thread->waits_at, thread->where.file,
                                     thread->where.line);
        }
    }
    rt_explore_fail("deadlock%s", text);
}

static void switch_to(struct thread *next)
{
    struct thread *from = model.current;

    if (next == from) {
        return;
    }
    memcpy(from->locals, locals_begin, locals_size());
    memcpy(locals_begin, next->locals, locals_size());
    model.current = next;
    swapcontext(&from->context, &next->context);
}

uint32_t rt_explore_choose(uint32_t count)
{
    uint32_t options = count < SEARCH_OPTIONS ? count : SEARCH_OPTIONS;

    if (options < 2 || model.is_skipping) {
        return 0;
    }
    return search_choose(model.search, options, true);
}

/*
 * A thread that can go on is stopped: that is a deviation. One that can't
 * makes way for any other at no cost.
 */
static struct thread *choose_thread(struct thread **able, uint32_t count)
{
    if (count == 1 || model.is_skipping) {
        return able[0];
    }
    return able[search_choose(model.search, count, able[0] == model.current)];
}

/* Time passes, until that thread has waited; it goes on. */
static void end_wait(struct thread *thread)
{
    thread->is_open = NULL;
    model.now = thread->end > model.now ? thread->end : model.now;
    switch_to(thread);
}

void explore_pick(void)
{
    struct thread *able[RT_EXPLORE_MOST_THREADS];
    uint32_t count = find_able(able);
    struct thread *late = find_first_end();

    if (count == 0 && stop_yielding()) {
        count = find_able(able);
    }
    if (late && (count == 0 || rt_explore_choose(2) == 1)) {
        end_wait(late);
    } else if (count > 0) {
        switch_to(choose_thread(able, count));
    } else {
        fail_deadlock();
    }
}

bool explore_block(bool (*is_open)(void *data), void *data, const char *what,
                   uint64_t end)
{
    struct thread *self = model.current;
    bool is_in_time;

    self->is_open = is_open;
    self->waits_for = data;
    self->waits_at = what;
    self->end = end;
    explore_pick();
    is_in_time = self->is_open != NULL;
    self->is_open = NULL;
    return is_in_time;
}

uint64_t explore_time(void)
{
    return model.now;
}

uint64_t explore_look_at_clock(void)
{
    if (model.clock_step > 0 && rt_explore_choose(2) == 1) {
        model.now += model.clock_step;
    }
    return model.now;
}

void rt_explore_clock(uint64_t step)
{
    model.clock_step = step;
}

void explore_let_others(void)
{
    model.current->is_yielding = true;
    explore_pick();
}

/* ---- steps ---- */

void explore_note(const volatile void *object, uint64_t value,
                  struct explore_where where)
{
    bool was_yielding = model.current->is_yielding;

    stop_yielding(); /* there is something new to see */
    model.current->is_yielding = was_yielding;
    model.current->where = where;
    model.steps_made++;
    if (model.steps-- == 0) {
        rt_explore_fail("no end in sight; thread %u is at %s:%d",
                        explore_number(), where.file, where.line);
    }
    if (model.search->is_replay) {
        fprintf(stderr, "%4u  thread %u: %-15s %p = %-8llx %s:%d\n",
                model.search->at, explore_number(), where.what,
                (const void *)(uintptr_t)object, (unsigned long long)value,
                where.file, where.line);
    }
}

void explore_point(const volatile void *object, uint64_t value,
                   struct explore_where where)
{
    if (model.current) {
        explore_check_use(object);
        explore_note(object, value, where);
        explore_pick();
    }
}

void rt_explore_skip(bool is_skipping)
{
    model.is_skipping = is_skipping;
}

/* ---- the life of a thread ---- */

/* All but this one; or all, if that is NULL. */
static bool are_others_over(void *self)
{
    for (uint32_t i = 0; i < model.count; i++) {
        if (!model.threads[i].is_over && &model.threads[i] != self) {
            return false;
        }
    }
    return true;
}

void rt_explore_join(void)
{
    explore_block(are_others_over, model.current, "join", EXPLORE_NEVER);
}

void rt_explore_wait(bool (*is_open)(void *data), void *data)
{
    explore_block(is_open, data, "wait", EXPLORE_NEVER);
}

static bool is_nobody_able(void *self)
{
    for (uint32_t i = 0; i < model.count; i++) {
        if (&model.threads[i] != self && is_able(&model.threads[i])) {
            return false;
        }
    }
    return true;
}

void rt_explore_rest(void)
{
    explore_block(is_nobody_able, model.current, "rest", EXPLORE_NEVER);
}

void rt_explore_thread(void (*run)(void *data), void *data)
{
    explore_start(run, data);
}

/* The first function on each stack; it doesn't return. */
static void begin(void)
{
    struct thread *self = model.current;

    self->run(self->data);
    self->is_over = true;
    if (are_others_over(NULL)) {
        model.current = NULL;
        setcontext(&model.outside);
    } else {
        explore_pick();
    }
}

static uint32_t take_number(void)
{
    if (model.count == RT_EXPLORE_MOST_THREADS) {
        rt_explore_fail("more than %d threads", RT_EXPLORE_MOST_THREADS);
    }
    return model.count++;
}

uint32_t explore_start(void (*run)(void *data), void *data)
{
    uint32_t number = take_number();
    struct thread *thread = &model.threads[number];

    thread->run = run;
    thread->data = data;
    thread->is_open = NULL;
    thread->is_yielding = false;
    thread->is_over = false;
    thread->where = (struct explore_where){"start", "", 0};
    memcpy(thread->locals, model.locals, locals_size());
    getcontext(&thread->context);
    thread->context.uc_stack.ss_sp = stacks[number];
    thread->context.uc_stack.ss_size = STACK_BYTES;
    makecontext(&thread->context, begin, 0);
    return number;
}

static void run_body(void *data)
{
    void (*const *body)(void) = data;

    (*body)();
}

void explore_run(void (*body)(void), struct search *search, uint32_t steps)
{
    if (locals_size() > LOCALS_BYTES) {
        rt_explore_fail("%zu bytes of thread locals", locals_size());
    }
    search_rewind(search);
    memcpy(model.locals, locals_begin, locals_size());
    model.search = search;
    model.steps = steps;
    model.now = 0;
    model.clock_step = 0;
    model.is_skipping = false;
    model.count = 0;
    explore_start(run_body, &body);
    model.current = &model.threads[0];
    swapcontext(&model.outside, &model.current->context);
    memcpy(locals_begin, model.locals, locals_size());
    explore_check_memory();
}
