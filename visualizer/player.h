/*
 * Player: what the keys do. It knows where in the trace we are, whether it
 * plays, which task is selected; it draws nothing and waits for nothing.
 *
 *     player_init(&player, &trace, is_live, note)
 *     player_key(&player, key)          for each key
 *     player_pass(&player, ns)          as time goes by
 *     player_scene(&player, &scene)     what to draw now
 *     player_deinit(&player)
 */
#ifndef VISUALIZER_PLAYER_H
#define VISUALIZER_PLAYER_H

#include "history.h"
#include "layout.h"

/* Keys that are no characters. */
enum player_key {
    PLAYER_KEY_ENTER = '\n',
    PLAYER_KEY_ESCAPE = 27,
    PLAYER_KEY_BACKSPACE = 127,
    PLAYER_KEY_LEFT = 0x110000, /* behind the last code point */
    PLAYER_KEY_RIGHT,
    PLAYER_KEY_UP,
    PLAYER_KEY_DOWN,
    PLAYER_KEY_HOME,
    PLAYER_KEY_END,
    PLAYER_KEY_PAGE_UP,
    PLAYER_KEY_PAGE_DOWN,
};

struct player {
    struct trace *trace; /* borrowed */
    struct history history;
    uint32_t selected; /* task; 0: none */
    size_t speed;      /* index into the list of speeds */
    uint64_t owed_ns;  /* time that has passed since the last beat */
    bool is_following; /* steps stop only at what the selected task does */
    bool is_playing;
    bool is_live;   /* the program may still write */
    bool is_at_end; /* stays at the end while the trace grows */
    bool is_typing; /* the keys go into search */
    bool is_over;   /* q was pressed */
    struct text search;
    struct text message;       /* until the next key */
    const char *overlay_title; /* NULL: no overlay */
    struct text overlay;
    uint64_t overlay_top;
};

/* note: a message to begin with, or NULL. */
void player_init(struct player *player, struct trace *trace, bool is_live,
                 const char *note);
void player_deinit(struct player *player);

/* A key was pressed: a code point or one of enum player_key. */
void player_key(struct player *player, uint32_t key);

/* Time goes by: plays, if it plays. True when something has changed. */
bool player_pass(struct player *player, uint64_t ns);

/* The trace has grown, or the program has ended. */
void player_grown(struct player *player, bool is_live);

/* Fills in what to draw; it borrows from the player until the next call. */
void player_scene(const struct player *player, struct scene *scene);

#endif
