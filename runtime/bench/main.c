/*
 * The benchmark on Polliwog.
 *
 *     bench-polliwog NAME WORKERS [COUNT]
 *
 * Measures a row and prints one number.
 * WORKERS 0 is the runtime of one thread. COUNT is for tests: so many
 * operations once, instead of as many as it takes to measure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

enum { TASKS = 100000, BAD_USAGE = 2 };

static const struct bench_row rows[] = {
    {"spawn_join", bench_spawn_join, 0}, {"self_wake", bench_self_wake, 0},
    {"yield_1000", bench_yield_1000, 0}, {"ping_pong", bench_ping_pong, 0},
    {"mpsc_128", bench_mpsc_128, 0},     {"mutex", bench_mutex, 0},
    {"timeout", bench_timeout, 0},       {"parked", bench_parked, TASKS},
    {"sleeping", bench_sleeping, TASKS}, {"echo", bench_echo, 1},
};

static const struct bench_row *find_row(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct bench_row *row = argc >= 3 ? find_row(argv[1]) : NULL;

    if (!row) {
        fprintf(stderr, "usage: %s NAME WORKERS [COUNT]\n", argv[0]);
        return BAD_USAGE;
    }
    printf("%.3f\n", bench_measure(row, (unsigned)strtoul(argv[2], NULL, 10),
                                   argc > 3 ? strtoull(argv[3], NULL, 10) : 0));
    return EXIT_SUCCESS;
}
