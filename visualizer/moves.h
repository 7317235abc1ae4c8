/*
 * Moves: the ways to go from one event to another.
 */
#ifndef VISUALIZER_MOVES_H
#define VISUALIZER_MOVES_H

#include "player.h"

/* What a step stops at. */
enum moves_stop {
    MOVES_TO_EVENT,
    MOVES_TO_POLL, /* the begin of one */
    MOVES_TO_WAKE,
    MOVES_TO_TURN, /* the loop has nothing to run */
};

/* To the state after so many events. */
void moves_seek(struct player *player, uint64_t position);

/* To the next, or the last before, of a kind; says so when there is none. */
void moves_forward(struct player *player, enum moves_stop stop);
void moves_back(struct player *player, enum moves_stop stop);

/* To the next event whose sentence has the text of player->search in it. */
void moves_search(struct player *player);

#endif
