#include "story.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND_NS ((uint64_t)1000000000)

void story_begin(struct story *story, enum rt_trace_clock clock)
{
    *story = (struct story){0};
    memcpy(story->header.magic, RT_TRACE_MAGIC, sizeof(story->header.magic));
    story->header.version = RT_TRACE_VERSION;
    story->header.record_size = sizeof(struct rt_trace_record);
    story->header.string_offset = RT_TRACE_PAGE;
    story->header.clock = clock;
    story->header.workers = 1;
    strcpy(story->header.program, "/somewhere/story");
    text_add_bytes(&story->strings, "", 1);
}

void story_end(struct story *story)
{
    if (story->path[0]) {
        unlink(story->path);
    }
    text_deinit(&story->strings);
    text_deinit(&story->records);
}

void story_add(struct story *story, enum rt_trace_type type, uint32_t task,
               uint32_t other, unsigned detail, uint64_t argument)
{
    struct rt_trace_record record = {
        .time_ns = story->now_ns,
        .sequence = (uint32_t)(story->records.length / sizeof(record)),
        .type = (uint8_t)type,
        .detail = (uint16_t)detail,
        .task = task,
        .other = other,
        .argument = argument,
    };

    text_add_bytes(&story->records, (const char *)&record, sizeof(record));
}

uint64_t story_string(struct story *story, const char *string)
{
    uint64_t offset = story->strings.length;

    text_add_bytes(&story->strings, string, strlen(string) + 1);
    return offset;
}

void story_spawn(struct story *story, uint32_t task, const char *name,
                 uint32_t parent)
{
    story_add(story, RT_TRACE_SPAWN, task, parent, 0,
              story_string(story, name));
    story_add(story, RT_TRACE_ENQUEUE, task, 0, 0, 1);
}

void story_poll(struct story *story, uint32_t task)
{
    story_add(story, RT_TRACE_DEQUEUE, task, 0, 0, 0);
    story_add(story, RT_TRACE_POLL_BEGIN, task, 0, 0, 0);
}

void story_pending(struct story *story, uint32_t task, const char *awaited)
{
    story_add(story, RT_TRACE_POLL_END, task, 0, RT_TRACE_POLL_PENDING, 1000);
    story_add(story, RT_TRACE_AWAIT, task, 0, 0, story_string(story, "say"));
    story_add(story, RT_TRACE_AWAIT, task, 0, 1, story_string(story, awaited));
}

void story_ready(struct story *story, uint32_t task)
{
    story_add(story, RT_TRACE_POLL_END, task, 0, RT_TRACE_POLL_READY, 1000);
    story_add(story, RT_TRACE_FINISH, task, 0, RT_TRACE_END_READY, 0);
}

void story_wake(struct story *story, uint32_t task, enum rt_trace_source source,
                uint32_t id)
{
    story_add(story, RT_TRACE_WAKE, task, id,
              RT_TRACE_WAKE_QUEUED | (unsigned)source << 8, 0);
    story_add(story, RT_TRACE_ENQUEUE, task, 0, 0, 1);
}

void story_arm(struct story *story, uint32_t task, uint32_t timer,
               uint64_t deadline_ns)
{
    story_add(story, RT_TRACE_WAKER_CLONE, task, 0, 0, 0);
    story_add(story, RT_TRACE_TIMER_ARM, task, timer, 0, deadline_ns);
}

void story_fire(struct story *story, uint32_t task, uint32_t timer)
{
    story_add(story, RT_TRACE_TIMER_FIRE, task, timer, 0, story->now_ns);
    story_wake(story, task, RT_TRACE_FROM_TIMER, timer);
    story_add(story, RT_TRACE_WAKER_DROP, task, 0, 0, 0);
}

static void wait_for(struct story *story, uint32_t task)
{
    story_add(story, RT_TRACE_WAIT, 1, task, RT_TRACE_ON_TASK, 0);
    story_add(story, RT_TRACE_WAKER_CLONE, 1, 0, 0, 0);
    story_pending(story, 1, "join_handle");
}

void story_three_sleepers(struct story *story)
{
    story_begin(story, RT_TRACE_CLOCK_PAUSED);
    story_add(story, RT_TRACE_START, 0, 0, 0, 0);
    story_spawn(story, 1, "main", 0);
    story_poll(story, 1);
    for (uint32_t i = 1; i <= 3; i++) {
        story_spawn(story, i + 1, "say", 1);
    }
    wait_for(story, 2);
    for (uint32_t i = 1; i <= 3; i++) {
        story_poll(story, i + 1);
        story_arm(story, i + 1, i, i * SECOND_NS);
        story_pending(story, i + 1, "sleep");
    }
    for (uint32_t i = 1; i <= 3; i++) {
        story->now_ns = i * SECOND_NS;
        story_add(story, RT_TRACE_CLOCK_ADVANCE, 0, 0, 0, story->now_ns);
        story_fire(story, i + 1, i);
        story_poll(story, i + 1);
        story_add(story, RT_TRACE_OUTPUT, i + 1, 0, 1,
                  story_string(story, i == 1   ? "A\n"
                                      : i == 2 ? "B\n"
                                               : "C\n"));
        story_ready(story, i + 1);
        story_wake(story, 1, RT_TRACE_FROM_TASK, i + 1);
        story_add(story, RT_TRACE_WAKER_DROP, 1, 0, 0, 0);
        story_poll(story, 1);
        if (i < 3) {
            wait_for(story, i + 2);
        }
    }
    story_ready(story, 1);
    story_add(story, RT_TRACE_STOP, 0, 0, 0, 0);
}

void story_bytes(const struct story *story, struct text *bytes)
{
    struct rt_trace_header header = story->header;
    static const char page[RT_TRACE_PAGE];
    size_t padding = -story->strings.length % sizeof(uint64_t);

    header.string_capacity = story->strings.length + padding;
    header.string_used = story->strings.length;
    header.record_offset = RT_TRACE_PAGE + header.string_capacity;
    header.record_capacity =
        story->records.length / sizeof(struct rt_trace_record);
    header.record_count = header.record_capacity;
    text_clear(bytes);
    text_add_bytes(bytes, (const char *)&header, sizeof(header));
    text_add_bytes(bytes, page, sizeof(page) - sizeof(header));
    text_add_bytes(bytes, text_get(&story->strings), story->strings.length);
    text_add_bytes(bytes, page, padding);
    text_add_bytes(bytes, text_get(&story->records), story->records.length);
}

static void require(bool is_true, const char *what)
{
    if (!is_true) {
        fprintf(stderr, "story: %s\n", what);
        abort();
    }
}

void story_write(struct story *story, const char *bytes, size_t size)
{
    int fd;

    if (!story->path[0]) {
        strcpy(story->path, "/tmp/polliwog-story.XXXXXX");
        fd = mkstemp(story->path);
        require(fd >= 0, story->path);
        close(fd);
    }
    fd = open(story->path, O_WRONLY | O_TRUNC);
    require(fd >= 0, story->path);
    require(write(fd, bytes, size) == (ssize_t)size, story->path);
    close(fd);
}

void story_open(struct story *story, struct trace *trace)
{
    struct text bytes = {0};
    struct trace_error error = {""};

    story_bytes(story, &bytes);
    story_write(story, bytes.data, bytes.length);
    text_deinit(&bytes);
    require(trace_open(trace, story->path, &error), error.text);
}
