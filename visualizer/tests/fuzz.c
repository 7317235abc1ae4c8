/*
 * Fuzz: damages good traces in every way it can think of, and has all of the
 * visualizer look at them. A bad trace may be refused; it must not crash, hang
 * or be read outside of its memory (the sanitizers watch).
 *
 *     fuzz [ROUNDS [SEED]]
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "layout.h"
#include "narrate.h"
#include "player.h"
#include "story.h"

enum { ROUNDS = 2000, KEYS = 60 };

static uint64_t state;

static uint32_t below(uint32_t limit)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33) % limit;
}

/* A value that is likely to be wrong in an interesting way. */
static uint64_t odd_value(void)
{
    static const uint64_t odd[] = {
        0, 1, 2, 255, 65535, 4294967295U, UINT64_MAX, UINT64_MAX / 2, 4096};
    uint32_t which = below(2 * sizeof(odd) / sizeof(odd[0]));

    return which < sizeof(odd) / sizeof(odd[0]) ? odd[which] : below(100);
}

/* Keeps type and sequence right, so that the model gets to see it. */
static void damage_record(char *record)
{
    static const struct {
        size_t offset;
        size_t size;
    } fields[] = {{0, 8}, {12, 1}, {14, 2}, {16, 4}, {20, 4}, {24, 8}};
    size_t which = below(6);
    uint64_t value = which == 1 ? below(RT_TRACE_TYPE_COUNT) : odd_value();

    memcpy(record + fields[which].offset, &value, fields[which].size);
}

static void damage(struct text *bytes)
{
    uint32_t times = 1 + below(20);
    size_t records = bytes->length - RT_TRACE_PAGE;

    for (uint32_t i = 0; i < times; i++) {
        if (below(8) == 0) {
            bytes->data[below((uint32_t)bytes->length)] = (char)below(256);
        } else if (below(20) == 0) {
            uint64_t value = odd_value();

            memcpy(bytes->data + 8 * below(20), &value, 8);
        } else {
            damage_record(bytes->data + bytes->length -
                          32 * (1 + below((uint32_t)records / 32 / 2)));
        }
    }
    if (below(10) == 0) {
        bytes->length = below((uint32_t)bytes->length);
    }
}

static void look(struct trace *trace, FILE *nowhere)
{
    static const char keys[] = "lhpPaAtTgGjkfw?qi+- n/x\nw";
    struct narrate_options narration = {.width = below(2) * below(100),
                                        .most = below(100)};
    struct text facts = {0};
    struct player player;
    struct grid grid;

    facts_add(&facts, trace);
    text_deinit(&facts);
    narrate(nowhere, trace, &narration);
    player_init(&player, trace, false, NULL);
    grid_init(&grid, below(2) != 0);
    for (int i = 0; i < KEYS; i++) {
        struct scene scene;

        player_key(&player, (uint32_t)keys[below(sizeof(keys) - 1)]);
        player_pass(&player, 1000000000);
        player_scene(&player, &scene);
        grid_resize(&grid, 1 + below(60), 1 + below(140));
        layout_draw(&grid, &scene);
    }
    grid_deinit(&grid);
    player_deinit(&player);
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : ROUNDS;
    long opened = 0;
    struct story story;
    FILE *nowhere = fopen("/dev/null", "w");

    setlocale(LC_ALL, "C.UTF-8");
    state = argc > 2 ? (uint64_t)atol(argv[2]) : 1;
    story_three_sleepers(&story);
    for (long i = 0; i < rounds; i++) {
        struct text bytes = {0};
        struct trace trace;
        struct trace_error error = {""};

        story_bytes(&story, &bytes);
        damage(&bytes);
        story_write(&story, bytes.data, bytes.length);
        text_deinit(&bytes);
        if (trace_open(&trace, story.path, &error)) {
            look(&trace, nowhere);
            trace_close(&trace);
            opened++;
        }
    }
    story_end(&story);
    fclose(nowhere);
    printf("fuzz: %ld rounds, %ld were opened and looked at\n", rounds, opened);
    return EXIT_SUCCESS;
}
