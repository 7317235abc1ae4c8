#include "player.h"

#include <inttypes.h>
#include <string.h>

#include "moves.h"
#include "pages.h"

enum {
    PAGE_EVENTS = 10,
    FIRST_SPEED = 2,
};

#define SECOND_NS ((uint64_t)1000000000)

static const struct {
    const char *name;
    uint64_t beat_ns; /* between two events */
} speeds[] = {
    {"1/s", SECOND_NS},
    {"2/s", SECOND_NS / 2},
    {"4/s", SECOND_NS / 4},
    {"8/s", SECOND_NS / 8},
    {"16/s", SECOND_NS / 16},
    {"60/s", SECOND_NS / 60},
    {"250/s", SECOND_NS / 250},
    {"1000/s", SECOND_NS / 1000},
    {"10000/s", SECOND_NS / 10000},
};

enum { SPEED_COUNT = sizeof(speeds) / sizeof(speeds[0]) };

void player_init(struct player *player, struct trace *trace, bool is_live,
                 const char *note)
{
    *player = (struct player){
        .trace = trace,
        .speed = FIRST_SPEED,
        .is_live = is_live,
        .is_at_end = is_live,
    };
    if (note) {
        text_add_visible(&player->message, note, strlen(note));
    }
    history_init(&player->history, trace);
    if (is_live) {
        history_seek(&player->history, trace->count);
    }
}

void player_deinit(struct player *player)
{
    history_deinit(&player->history);
    text_deinit(&player->search);
    text_deinit(&player->message);
    text_deinit(&player->overlay);
}

/* ---- tasks ---- */

static void select_task(struct player *player, bool is_next)
{
    const struct table *tasks = &player->history.model.tasks;
    const struct model_task *task =
        model_task(&player->history.model, player->selected);
    size_t index;

    if (tasks->count == 0) {
        text_add(&player->message, "there are no tasks yet");
        return;
    }
    if (!task) {
        index = is_next ? 0 : tasks->count - 1;
    } else {
        index = table_index(tasks, task);
        index = is_next ? index + 1 : index + tasks->count - 1;
        index %= tasks->count;
    }
    player->selected = ((struct model_task *)table_at(tasks, index))->id;
}

static void press_follow(struct player *player, int unused)
{
    (void)unused;
    if (!player->selected) {
        player->selected = player->history.event.task;
    }
    player->is_following = player->selected && !player->is_following;
    if (player->is_following) {
        text_format(&player->message, "steps stop at task %" PRIu32 " only",
                    player->selected);
    } else {
        text_add(&player->message, player->selected
                                       ? "steps stop at every event"
                                       : "select a task first, with j or k");
    }
}

/* ---- search ---- */

static void show_prompt(struct player *player)
{
    text_clear(&player->message);
    text_format(&player->message, "search: %s_", text_get(&player->search));
}

/* Takes off the last character, with all its bytes. */
static void erase(struct text *text)
{
    while (text->length > 0) {
        unsigned char last = (unsigned char)text->data[--text->length];

        text->data[text->length] = '\0';
        if ((last & 0xc0) != 0x80) {
            break;
        }
    }
}

static void typing_key(struct player *player, uint32_t key)
{
    if (key == PLAYER_KEY_ESCAPE) {
        player->is_typing = false;
        return;
    }
    if (key == PLAYER_KEY_ENTER) {
        player->is_typing = false;
        moves_search(player);
        return;
    }
    if (key == PLAYER_KEY_BACKSPACE) {
        erase(&player->search);
    } else if (key >= ' ' && key < 0x7f) {
        text_format(&player->search, "%c", (char)key);
    }
    show_prompt(player);
}

static void press_search(struct player *player, int unused)
{
    (void)unused;
    player->is_typing = true;
    player->is_playing = false;
    text_clear(&player->search);
    show_prompt(player);
}

/* ---- keys ---- */

static void change_speed(struct player *player, bool is_faster)
{
    if (is_faster && player->speed + 1 < SPEED_COUNT) {
        player->speed++;
    } else if (!is_faster && player->speed > 0) {
        player->speed--;
    }
}

static void press_play(struct player *player, int unused)
{
    (void)unused;
    player->is_playing = !player->is_playing;
    player->owed_ns = 0;
    if (player->is_playing &&
        history_position(&player->history) == player->trace->count &&
        !player->is_live) {
        moves_seek(player, 0);
    }
}

static void press_speed(struct player *player, int direction)
{
    change_speed(player, direction > 0);
}

static void press_task(struct player *player, int direction)
{
    select_task(player, direction > 0);
}

static void press_page_of(struct player *player, int page)
{
    pages_show(player, (enum page)page);
}

static void press_quit(struct player *player, int unused)
{
    (void)unused;
    player->is_over = true;
}

static void press_step(struct player *player, int stop)
{
    moves_forward(player, (enum moves_stop)stop);
    player->is_playing = false;
}

static void press_back(struct player *player, int stop)
{
    moves_back(player, (enum moves_stop)stop);
    player->is_playing = false;
}

static void press_page(struct player *player, int events)
{
    int64_t position = (int64_t)history_position(&player->history) + events;

    moves_seek(player, position > 0 ? (uint64_t)position : 0);
    player->is_playing = false;
}

static void press_end(struct player *player, int is_last)
{
    moves_seek(player, is_last ? player->trace->count : 0);
    player->is_playing = false;
}

static const struct {
    uint32_t key;
    void (*press)(struct player *player, int argument);
    int argument;
} keys[] = {
    {' ', press_play, 0},
    {'l', press_step, MOVES_TO_EVENT},
    {'n', press_step, MOVES_TO_EVENT},
    {'e', press_step, MOVES_TO_EVENT},
    {PLAYER_KEY_RIGHT, press_step, MOVES_TO_EVENT},
    {'h', press_back, MOVES_TO_EVENT},
    {'b', press_back, MOVES_TO_EVENT},
    {'E', press_back, MOVES_TO_EVENT},
    {PLAYER_KEY_LEFT, press_back, MOVES_TO_EVENT},
    {'p', press_step, MOVES_TO_POLL},
    {'P', press_back, MOVES_TO_POLL},
    {'a', press_step, MOVES_TO_WAKE},
    {'A', press_back, MOVES_TO_WAKE},
    {'t', press_step, MOVES_TO_TURN},
    {'T', press_back, MOVES_TO_TURN},
    {PLAYER_KEY_PAGE_DOWN, press_page, PAGE_EVENTS},
    {PLAYER_KEY_PAGE_UP, press_page, -PAGE_EVENTS},
    {'g', press_end, false},
    {PLAYER_KEY_HOME, press_end, false},
    {'G', press_end, true},
    {PLAYER_KEY_END, press_end, true},
    {'j', press_task, 1},
    {PLAYER_KEY_DOWN, press_task, 1},
    {'k', press_task, -1},
    {PLAYER_KEY_UP, press_task, -1},
    {'+', press_speed, 1},
    {'=', press_speed, 1},
    {'-', press_speed, -1},
    {'f', press_follow, 0},
    {'w', press_page_of, PAGE_WHY},
    {PLAYER_KEY_ENTER, press_page_of, PAGE_WHY},
    {'i', press_page_of, PAGE_FINDINGS},
    {'/', press_search, 0},
    {'?', press_page_of, PAGE_HELP},
    {'q', press_quit, 0},
    {PLAYER_KEY_ESCAPE, press_quit, 0},
};

static void main_key(struct player *player, uint32_t key)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].key == key) {
            keys[i].press(player, keys[i].argument);
            return;
        }
    }
    text_add(&player->message, "this key does nothing; ? lists the keys");
}

void player_key(struct player *player, uint32_t key)
{
    text_clear(&player->message);
    if (player->is_typing) {
        typing_key(player, key);
    } else if (player->overlay_title) {
        pages_key(player, key);
    } else {
        main_key(player, key);
    }
}

/* ---- time ---- */

bool player_pass(struct player *player, uint64_t ns)
{
    uint64_t beat = speeds[player->speed].beat_ns;
    uint64_t events;

    if (!player->is_playing) {
        return false;
    }
    player->owed_ns += ns;
    events = player->owed_ns / beat;
    player->owed_ns %= beat;
    if (player->is_following && events) {
        moves_forward(player, MOVES_TO_EVENT);
    } else if (events) {
        moves_seek(player, history_position(&player->history) + events);
    }
    if (history_position(&player->history) == player->trace->count &&
        !player->is_live) {
        player->is_playing = false;
    }
    return events > 0;
}

void player_grown(struct player *player, bool is_live)
{
    bool was_at_end = player->is_at_end;

    player->is_live = is_live;
    if (was_at_end) {
        moves_seek(player, player->trace->count);
    }
}

void player_scene(const struct player *player, struct scene *scene)
{
    const struct history *history = &player->history;

    *scene = (struct scene){
        .trace = player->trace,
        .model = &history->model,
        .event = &history->event,
        .caption = text_get(&history->caption),
        .position = history_position(&player->history),
        .selected = player->selected,
        .is_following = player->is_following,
        .is_playing = player->is_playing,
        .is_live = player->is_live,
        .speed = speeds[player->speed].name,
        .message = player->message.length ? text_get(&player->message) : NULL,
        .overlay_title = player->overlay_title,
        .overlay = text_get(&player->overlay),
        .overlay_top = player->overlay_top,
    };
}
