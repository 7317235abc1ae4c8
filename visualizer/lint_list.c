#include "lint_list.h"

#include "memory.h"

static const struct {
    const char *name;
    const char *rule;
} kinds[LINT_KIND_COUNT] = {
    [LINT_LOST_WAKEUP] = {"lost-wakeup",
                          "a task is pending, and nothing that is left can "
                          "wake it"},
    [LINT_BUSY_POLL] =
        {"busy-poll",
         "at least 16 wakes of a task, and over half of all, are its own in "
         "polls under 30 us; or 1000 polls in a row are"},
    [LINT_BLOCKED_EXECUTOR] = {"blocked-executor",
                               "a poll takes over 10 ms of real time"},
    [LINT_NEVER_YIELDS] = {"never-yields", "the trace ends inside a poll"},
    [LINT_WAKE_WITHOUT_POLL] = {"wake-without-poll",
                                "a task is woken and in no queue when the "
                                "program goes to sleep"},
    [LINT_POLLED_WITHOUT_WAKE] = {"polled-without-wake",
                                  "an idle task is polled and nobody woke it"},
    [LINT_STARVED] = {"starved",
                      "a task stands in the queue for 100 polls and 10 for "
                      "each task in it"},
    [LINT_TIMER_LATE] = {"timer-late",
                         "a timer fires over 10 ms behind its deadline"},
    [LINT_FD_LEFT_OPEN] = {"fd-left-open",
                           "an fd is still registered when the runtime is "
                           "shut down"},
};

const char *lint_name(enum lint_kind kind)
{
    return kinds[kind].name;
}

const char *lint_rule(enum lint_kind kind)
{
    return kinds[kind].rule;
}

void lint_list_deinit(struct lint_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        text_deinit(&list->items[i].message);
    }
    memory_destroy(list->items);
    *list = (struct lint_list){0};
}

struct text *lint_list_add(struct lint_list *list, enum lint_kind kind,
                           uint32_t task, uint64_t event)
{
    struct lint *lint = NULL;

    for (size_t i = 0; i < list->count && task; i++) {
        if (list->items[i].kind == kind && list->items[i].task == task) {
            lint = &list->items[i];
        }
    }
    if (!lint && list->of_kind[kind] == LINT_MOST) {
        return NULL;
    }
    if (!lint) {
        list->items = memory_grow(list->items, &list->capacity, list->count + 1,
                                  sizeof(*list->items));
        lint = &list->items[list->count++];
        *lint = (struct lint){.kind = kind, .task = task};
        list->of_kind[kind]++;
    }
    lint->event = event;
    text_clear(&lint->message);
    return &lint->message;
}

bool lint_list_has(const struct lint_list *list, enum lint_kind kind,
                   uint32_t task)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == kind && list->items[i].task == task) {
            return true;
        }
    }
    return false;
}
