#include "pages.h"

#include <inttypes.h>

#include "help.h"
#include "lints.h"
#include "why.h"
#include "words.h"

enum { FINDING_COLUMNS = LAYOUT_COLUMNS - 2 };

static void add_why(struct player *player)
{
    uint32_t task =
        player->selected ? player->selected : player->history.event.task;

    if (!task) {
        text_add(&player->overlay, "Why what? Select a task with j or k.\n");
        return;
    }
    words_add_task(&player->overlay, player->trace, &player->history.model,
                   task);
    text_add(&player->overlay, "\n\n");
    why_add(&player->overlay, player->trace, &player->history.model, task);
}

static void add_finding(struct player *player, const struct lint *lint)
{
    struct text line = {0};

    text_format(&line, "%s, at event %" PRIu64 ": %s", lint_name(lint->kind),
                lint->event + 1, text_get(&lint->message));
    text_add_folded(&player->overlay, text_get(&line), FINDING_COLUMNS);
    text_deinit(&line);
}

static void add_findings(struct player *player)
{
    struct lints lints;
    struct model model;

    lints_init(&lints, player->trace);
    model_init(&model);
    for (uint64_t i = 0; i < player->trace->count; i++) {
        struct trace_event event;

        trace_read(player->trace, i, &event);
        lints_apply(&lints, &model, &event);
    }
    lints_finish(&lints, &model);
    for (size_t i = 0; i < lints.list.count; i++) {
        add_finding(player, &lints.list.items[i]);
    }
    if (lints.list.count == 0) {
        text_add(&player->overlay, "Nothing looks wrong in this trace.\n");
    }
    model_deinit(&model);
    lints_deinit(&lints);
}

void pages_show(struct player *player, enum page page)
{
    text_clear(&player->overlay);
    player->overlay_top = 0;
    player->is_playing = false;
    switch (page) {
    case PAGE_HELP:
        player->overlay_title = "help";
        text_add(&player->overlay, help_text);
        break;
    case PAGE_WHY:
        player->overlay_title = "why?";
        add_why(player);
        break;
    case PAGE_FINDINGS:
        player->overlay_title = "findings";
        add_findings(player);
        break;
    }
}

static uint64_t count_lines(const struct text *text)
{
    uint64_t count = 0;

    for (size_t i = 0; i < text->length; i++) {
        count += text->data[i] == '\n';
    }
    return count;
}

void pages_key(struct player *player, uint32_t key)
{
    if (key == 'j' || key == PLAYER_KEY_DOWN) {
        player->overlay_top +=
            player->overlay_top + 1 < count_lines(&player->overlay);
    } else if (key == 'k' || key == PLAYER_KEY_UP) {
        player->overlay_top -= player->overlay_top > 0;
    } else {
        player->overlay_title = NULL;
    }
}
