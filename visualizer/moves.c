#include "moves.h"

#include <inttypes.h>
#include <string.h>

#include "sentence.h"

enum { SEARCH_MOST = 2000000 }; /* events of one search: about a second */

void moves_seek(struct player *player, uint64_t position)
{
    history_seek(&player->history, position);
    player->is_at_end = player->is_live && position >= player->trace->count;
}

/* ---- steps ---- */

static bool is_stop(const struct player *player,
                    const struct trace_event *event, enum moves_stop stop)
{
    if (player->is_following && stop != MOVES_TO_TURN &&
        event->task != player->selected) {
        return false;
    }
    switch (stop) {
    case MOVES_TO_POLL:
        return event->type == RT_TRACE_POLL_BEGIN;
    case MOVES_TO_WAKE:
        return event->type == RT_TRACE_WAKE;
    case MOVES_TO_TURN:
        return event->type == RT_TRACE_PARK ||
               event->type == RT_TRACE_CLOCK_ADVANCE;
    default:
        return event->type != RT_TRACE_NONE;
    }
}

static void say_end(struct player *player, bool is_forward)
{
    text_add(&player->message, is_forward ? "nothing more of that kind"
                                          : "nothing before of that kind");
}

void moves_forward(struct player *player, enum moves_stop stop)
{
    for (uint64_t i = history_position(&player->history);
         i < player->trace->count; i++) {
        struct trace_event event;

        trace_read(player->trace, i, &event);
        if (is_stop(player, &event, stop)) {
            moves_seek(player, i + 1);
            return;
        }
    }
    player->is_playing = false;
    say_end(player, true);
}

void moves_back(struct player *player, enum moves_stop stop)
{
    uint64_t position = history_position(&player->history);

    for (uint64_t i = position ? position - 1 : 0; i > 0; i--) {
        struct trace_event event;

        trace_read(player->trace, i - 1, &event);
        if (is_stop(player, &event, stop)) {
            moves_seek(player, i);
            return;
        }
    }
    if (stop == MOVES_TO_EVENT && position > 0) {
        moves_seek(player, 0);
    } else {
        say_end(player, false);
    }
}

/* ---- search ---- */

static bool is_found(const struct player *player, const struct text *caption)
{
    return strcasestr(text_get(caption), text_get(&player->search)) != NULL;
}

void moves_search(struct player *player)
{
    struct model model;
    struct text caption = {0};
    uint64_t begin = history_position(&player->history);
    uint64_t end = begin + SEARCH_MOST;
    uint64_t i;

    model_init(&model);
    model_copy(&model, &player->history.model);
    if (end > player->trace->count) {
        end = player->trace->count;
    }
    for (i = begin; i < end; i++) {
        struct trace_event event;

        trace_read(player->trace, i, &event);
        text_clear(&caption);
        sentence_add(&caption, player->trace, &model, &event);
        if (is_found(player, &caption)) {
            break;
        }
        model_apply(&model, &event);
    }
    if (i < end) {
        moves_seek(player, i + 1);
    } else {
        text_format(&player->message,
                    "'%s' is not in the next %" PRIu64 " events",
                    text_get(&player->search), end - begin);
    }
    text_deinit(&caption);
    model_deinit(&model);
}
