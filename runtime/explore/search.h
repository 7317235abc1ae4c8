/*
 * Search: which choices were made, and which come next.
 *
 * A run is a list of choices. Those of the last run are kept; the next run
 * repeats them up to the last one that has another option, takes that option,
 * and then the first of everything: depth first. The number of deviations is
 * bounded (see explore.h), else a search would never end.
 *
 * Lies in memory that two processes share, so that a crash loses nothing.
 */
#ifndef RT_EXPLORE_SEARCH_H
#define RT_EXPLORE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEARCH_LONGEST = 20000, SEARCH_OPTIONS = 25 };

struct search {
    uint32_t length;     /* choices that are known from the run before */
    uint32_t at;         /* choices made in this run */
    uint32_t deviations; /* the most in one run */
    uint32_t left;       /* how many this run may still have */
    bool was_cut;        /* there is more, for those with more deviations */
    bool is_replay;      /* there are no other runs */
    struct {
        uint8_t taken;
        uint8_t options; /* 1..SEARCH_OPTIONS */
    } choices[SEARCH_LONGEST];
};

/* A search for the runs with at most so many deviations. */
void search_init(struct search *search, uint32_t deviations);

/* The beginning of a run. */
void search_rewind(struct search *search);

/*
 * Returns which of the options to take; 0 is the usual one. costs: another
 * one is a deviation.
 */
uint32_t search_choose(struct search *search, uint32_t options, bool costs);

/* The end of a run: makes the next one ready. False: there is none. */
bool search_advance(struct search *search);

/*
 * The run as text: for each choice that was not the first option its place
 * and a letter, as in "12b40c". Cut off where there is no room.
 */
void search_print(const struct search *search, char *text, size_t size);

/* A search for one run: the one of the text. False: that is no such text. */
bool search_parse(struct search *search, const char *text);

#endif
