/*
 * Codec kit: a codec gets bytes in every kind of pieces, and must say the same.
 */
#ifndef CODEC_KIT_H
#define CODEC_KIT_H

#include "kit.h"
#include "codec/codec.h"

/* Makes a new codec in its own static memory. */
typedef struct rt_codec *codec_make_fn(void);

/* Writes a frame as text; returns how much there was to write. */
typedef int codec_show_fn(char *text, size_t size,
                          const struct rt_slice *frame);

/* A struct rt_slice as "[bytes]". */
int codec_show_slice(char *text, size_t size, const struct rt_slice *frame);

/*
 * Decodes bytes that come in pieces, the first of first bytes, each other one
 * of step, each at another address and not a byte too long. Returns all
 * frames as text (static), and at the end "!errno" or, when bytes are left,
 * "+left".
 */
const char *codec_play(codec_make_fn *make, codec_show_fn *show,
                       struct rt_slice bytes, size_t first, size_t step);

/* In one piece, in two in every way, and byte by byte, it gives this. */
void codec_expect(codec_make_fn *make, codec_show_fn *show,
                  struct rt_slice bytes, const char *expected);

/* Random bytes of an alphabet and broken frames, in pieces, for a seed. */
void codec_fuzz(codec_make_fn *make, codec_show_fn *show, struct rt_slice seed,
                struct rt_slice alphabet);

#endif
