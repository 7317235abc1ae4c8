#include "codec/prefixed.h"

#include <errno.h>
#include <stdint.h>

#include "base/panic.h"

/* The place, in the length field, of the byte of weight 256^i. */
static size_t place(const struct rt_prefixed *self, size_t i)
{
    return self->is_little_endian ? i : self->field_size - 1 - i;
}

static ssize_t prefixed_decode(struct rt_codec *codec, struct rt_slice bytes,
                               bool is_last, struct rt_slice *frame)
{
    const struct rt_prefixed *self = (const void *)codec;
    uint64_t length = 0;

    (void)is_last;
    if (bytes.size < self->field_size) {
        return 0;
    }
    for (size_t i = 0; i < self->field_size; i++) {
        unsigned char byte = (unsigned char)bytes.data[place(self, i)];

        length |= (uint64_t)byte << (8 * i);
    }
    if (length > self->most) {
        return -EMSGSIZE;
    }
    if (bytes.size - self->field_size < length) {
        return 0;
    }
    *frame = (struct rt_slice){bytes.data + self->field_size, length};
    return (ssize_t)(self->field_size + length);
}

static int prefixed_encode(const struct rt_codec *codec, struct rt_slice frame,
                           struct rt_buffer *out)
{
    const struct rt_prefixed *self = (const void *)codec;
    char field[sizeof(uint64_t)];
    uint64_t length = frame.size;
    int error;

    for (size_t i = 0; i < self->field_size; i++) {
        field[place(self, i)] = (char)length;
        length >>= 8;
    }
    if (frame.size > self->most || length != 0) {
        return -EMSGSIZE;
    }
    error = rt_buffer_append(out, field, self->field_size);
    return error ? error : rt_buffer_append(out, frame.data, frame.size);
}

static const struct rt_codec_ops prefixed_ops = {prefixed_decode,
                                                 prefixed_encode};

struct rt_prefixed rt_prefixed(size_t field_size, size_t most)
{
    if (field_size < 1 || field_size > sizeof(uint64_t)) {
        rt_panic("length-field-size", "a length field of %zu bytes",
                 field_size);
    }
    return (struct rt_prefixed){
        .codec = {&prefixed_ops},
        .field_size = field_size,
        .most = most,
    };
}
