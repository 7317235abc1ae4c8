#include "codec_kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { TEXT_SIZE = 8192, FUZZ_RUNS = 5000, FUZZ_SIZE = 100 };

int codec_show_slice(char *text, size_t size, const struct rt_slice *frame)
{
    return snprintf(text, size, "[%.*s]", (int)frame->size, frame->data);
}

/* The frames of one run, as text. */
struct player {
    struct rt_codec *codec;
    codec_show_fn *show;
    size_t done; /* bytes used by frames */
    size_t length;
    char text[TEXT_SIZE];
};

/* Decodes what it can of the first size bytes; false at an error. */
static bool play_piece(struct player *player, const char *bytes, size_t size,
                       bool is_last)
{
    ssize_t used = 1;

    while (player->done < size && used > 0) {
        size_t left = size - player->done;
        struct rt_slice frame;
        char *copy = malloc(left);

        memcpy(copy, bytes + player->done, left);
        used = player->codec->ops->decode(
            player->codec, (struct rt_slice){copy, left}, is_last, &frame);
        if (used > 0) {
            ck_assert_uint_le((size_t)used, left);
            player->done += (size_t)used;
            player->length +=
                (size_t)player->show(player->text + player->length,
                                     TEXT_SIZE - player->length, &frame);
            ck_assert_uint_lt(player->length, TEXT_SIZE);
        }
        free(copy);
    }
    if (used < 0) {
        player->length +=
            (size_t)snprintf(player->text + player->length,
                             TEXT_SIZE - player->length, "!%zd", -used);
    }
    return used >= 0;
}

const char *codec_play(codec_make_fn *make, codec_show_fn *show,
                       struct rt_slice bytes, size_t first, size_t step)
{
    static struct player player;
    size_t size = first;
    bool is_good = true;

    player = (struct player){.codec = make(), .show = show};
    while (is_good && size < bytes.size) {
        is_good = play_piece(&player, bytes.data, size, false);
        size += step;
    }
    is_good = is_good && play_piece(&player, bytes.data, bytes.size, false) &&
              play_piece(&player, bytes.data, bytes.size, true);
    if (is_good && player.done < bytes.size) {
        snprintf(player.text + player.length, TEXT_SIZE - player.length, "+%zu",
                 bytes.size - player.done);
    }
    return player.text;
}

void codec_expect(codec_make_fn *make, codec_show_fn *show,
                  struct rt_slice bytes, const char *expected)
{
    for (size_t first = 0; first <= bytes.size; first++) {
        ck_assert_str_eq(codec_play(make, show, bytes, first, bytes.size),
                         expected);
    }
    ck_assert_str_eq(codec_play(make, show, bytes, 1, 1), expected);
}

/* In random pieces it says the same as in one. */
static void fuzz_once(codec_make_fn *make, codec_show_fn *show,
                      struct rt_slice bytes, struct rt_random *random)
{
    char whole[TEXT_SIZE];
    size_t first = rt_random_below(random, (uint32_t)bytes.size + 1);

    snprintf(whole, sizeof(whole), "%s",
             codec_play(make, show, bytes, bytes.size, 1));
    ck_assert_str_eq(
        codec_play(make, show, bytes, first, 1 + rt_random_below(random, 10)),
        whole);
}

void codec_fuzz(codec_make_fn *make, codec_show_fn *show, struct rt_slice seed,
                struct rt_slice alphabet)
{
    struct rt_random random = {seed.size};
    char bytes[FUZZ_SIZE];

    ck_assert_uint_le(seed.size, sizeof(bytes));
    for (int run = 0; run < FUZZ_RUNS; run++) {
        size_t size = 1 + rt_random_below(&random, sizeof(bytes));
        uint32_t times = 1 + rt_random_below(&random, 3);

        for (size_t i = 0; i < size; i++) {
            uint32_t letter = rt_random_below(&random, (uint32_t)alphabet.size);

            bytes[i] = alphabet.data[letter];
        }
        fuzz_once(make, show, (struct rt_slice){bytes, size}, &random);

        memcpy(bytes, seed.data, seed.size);
        for (uint32_t i = 0; i < times; i++) {
            bytes[rt_random_below(&random, (uint32_t)seed.size)] =
                (char)rt_random_next(&random);
        }
        fuzz_once(make, show, (struct rt_slice){bytes, seed.size}, &random);
    }
}
