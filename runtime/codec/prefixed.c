#include "codec/prefixed.h"

#include <errno.h>

#include "base/panic.h"

/* The place, in the length field, of the byte of weight 256^i. */
static size_t place(const struct rt_prefixed *self, size_t i)
{
    return self->is_little_endian ? i : self->field_size - 1 - i;
}

static uint64_t read_length(const struct rt_prefixed *self, const char *field)
{
    uint64_t length = 0;

    for (size_t i = 0; i < self->field_size; i++) {
        length |= (uint64_t)(unsigned char)field[place(self, i)] << (8 * i);
    }
    return length;
}

static ssize_t prefixed_decode(struct rt_codec *codec, struct rt_slice bytes,
                               bool is_last, void *frame)
{
    const struct rt_prefixed *self = (const void *)codec;
    size_t head = self->offset + self->field_size;
    uint64_t length;
    int64_t body;

    (void)is_last;
    if (bytes.size < head) {
        return 0;
    }
    length = read_length(self, bytes.data + self->offset);
    if (length > self->most) {
        return -EMSGSIZE;
    }
    if (__builtin_add_overflow(length, self->adjustment, &body) || body < 0 ||
        head + (size_t)body < self->skip) {
        return -EBADMSG;
    }
    if (bytes.size - head < (size_t)body) {
        return 0;
    }
    *(struct rt_slice *)frame = (struct rt_slice){
        bytes.data + self->skip, head + (size_t)body - self->skip};
    return (ssize_t)(head + (size_t)body);
}

static int prefixed_encode(const struct rt_codec *codec, const void *frame,
                           struct rt_buffer *out)
{
    const struct rt_prefixed *self = (const void *)codec;
    const struct rt_slice *bytes = frame;
    char field[sizeof(uint64_t)];
    uint64_t length;
    int error;

    if (self->offset != 0 || self->skip != self->field_size) {
        return -EINVAL;
    }
    if (__builtin_sub_overflow(bytes->size, self->adjustment, &length) ||
        length > self->most ||
        (self->field_size < sizeof(length) &&
         length >> (8 * self->field_size) != 0)) {
        return -EMSGSIZE;
    }
    for (size_t i = 0; i < self->field_size; i++) {
        field[place(self, i)] = (char)(length >> (8 * i));
    }
    error = rt_buffer_append(out, field, self->field_size);
    return error ? error : rt_buffer_append(out, bytes->data, bytes->size);
}

static const struct rt_codec_ops prefixed_ops = {
    .decode = prefixed_decode,
    .encode = prefixed_encode,
    .frame_size = sizeof(struct rt_slice),
    .name = "prefixed",
};

struct rt_prefixed rt_prefixed(size_t field_size, size_t most)
{
    if (field_size < 1 || field_size > sizeof(uint64_t)) {
        rt_panic("length-field-size", "a length field of %zu bytes",
                 field_size);
    }
    return (struct rt_prefixed){
        .codec = {&prefixed_ops},
        .most = most,
        .field_size = field_size,
        .skip = field_size,
    };
}
