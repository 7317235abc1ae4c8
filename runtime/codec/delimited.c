#include "codec/delimited.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

static struct rt_slice slice_of(const char *text)
{
    return (struct rt_slice){text, strlen(text)};
}

/* Where the first delimiter is; or the size, when there is none. */
static size_t find_delimiter(const struct rt_delimited *self,
                             struct rt_slice bytes)
{
    size_t end = bytes.size;

    for (size_t i = 0; i < self->delimiters.size; i++) {
        const char *found =
            memchr(bytes.data + self->scanned, self->delimiters.data[i],
                   end - self->scanned);

        if (found) {
            end = (size_t)(found - bytes.data);
        }
    }
    return end;
}

static ssize_t delimited_decode(struct rt_codec *codec, struct rt_slice bytes,
                                bool is_last, struct rt_slice *frame)
{
    struct rt_delimited *self =
        RT_CONTAINER_OF(codec, struct rt_delimited, codec);
    size_t end = find_delimiter(self, bytes);
    struct rt_slice found = {bytes.data, end};

    if (end > self->most) {
        return -EMSGSIZE;
    }
    if (end == bytes.size && !is_last) {
        self->scanned = end;
        return 0;
    }
    if (self->has_cr && end > 0 && bytes.data[end - 1] == '\r') {
        found.size--;
    }
    self->scanned = 0;
    *frame = found;
    return (ssize_t)(end == bytes.size ? end : end + 1);
}

static int delimited_encode(const struct rt_codec *codec, struct rt_slice frame,
                            struct rt_buffer *out)
{
    const struct rt_delimited *self = (const void *)codec;
    int error = rt_buffer_append(out, frame.data, frame.size);

    return error ? error
                 : rt_buffer_append(out, self->ending.data, self->ending.size);
}

static const struct rt_codec_ops delimited_ops = {delimited_decode,
                                                  delimited_encode};

struct rt_delimited rt_delimited(const char *delimiters, const char *ending,
                                 size_t most)
{
    return (struct rt_delimited){
        .codec = {&delimited_ops},
        .delimiters = slice_of(delimiters),
        .ending = slice_of(ending),
        .most = most,
    };
}

struct rt_delimited rt_delimited_lines(size_t most)
{
    struct rt_delimited lines = rt_delimited("\n", "\n", most);

    lines.has_cr = true;
    return lines;
}
