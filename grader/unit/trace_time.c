#include "unit/trace_time.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "trace/format.h"

static bool read_at(int fd, uint64_t offset, void *into, size_t size)
{
    return pread(fd, into, size, (off_t)offset) == (ssize_t)size;
}

static uint64_t last_time(int fd, uint64_t fallback)
{
    struct rt_trace_header header;
    struct rt_trace_record record;
    uint64_t count;

    if (!read_at(fd, 0, &header, sizeof(header)) ||
        memcmp(header.magic, RT_TRACE_MAGIC, sizeof(header.magic)) != 0) {
        return fallback;
    }
    count = header.record_count < header.record_capacity
                ? header.record_count
                : header.record_capacity;
    if (count == 0 ||
        !read_at(fd, header.record_offset + (count - 1) * sizeof(record),
                 &record, sizeof(record))) {
        return fallback;
    }
    return record.time_ns;
}

uint64_t trace_time_last(const char *path, uint64_t fallback)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    uint64_t time;

    if (fd < 0) {
        return fallback;
    }
    time = last_time(fd, fallback);
    close(fd);
    return time;
}
