#include "player.h"

#include <inttypes.h>
#include <string.h>

#include "why.h"
#include "words.h"

enum {
    PAGE_EVENTS = 10,
    SEARCH_MOST = 2000000, /* events looked at in one go: about a second */
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

static uint64_t position_of(const struct player *player)
{
    return history_position(&player->history);
}

static void seek(struct player *player, uint64_t position)
{
    history_seek(&player->history, position);
    player->is_at_end = player->is_live && position >= player->trace->count;
}

/* ---- steps ---- */

/* What a step stops at. */
enum stop {
    STOP_EVENT,
    STOP_POLL,
    STOP_WAKE,
    STOP_TURN,
};

static bool is_stop(const struct player *player,
                    const struct trace_event *event, enum stop stop)
{
    if (player->is_following && stop != STOP_TURN &&
        event->task != player->selected) {
        return false;
    }
    switch (stop) {
    case STOP_POLL:
        return event->type == RT_TRACE_POLL_BEGIN;
    case STOP_WAKE:
        return event->type == RT_TRACE_WAKE;
    case STOP_TURN:
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

static void step_forward(struct player *player, enum stop stop)
{
    for (uint64_t i = position_of(player); i < player->trace->count; i++) {
        struct trace_event event;

        trace_read(player->trace, i, &event);
        if (is_stop(player, &event, stop)) {
            seek(player, i + 1);
            return;
        }
    }
    player->is_playing = false;
    say_end(player, true);
}

static void step_back(struct player *player, enum stop stop)
{
    uint64_t position = position_of(player);

    for (uint64_t i = position ? position - 1 : 0; i > 0; i--) {
        struct trace_event event;

        trace_read(player->trace, i - 1, &event);
        if (is_stop(player, &event, stop)) {
            seek(player, i);
            return;
        }
    }
    if (stop == STOP_EVENT && position > 0) {
        seek(player, 0);
    } else {
        say_end(player, false);
    }
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

static void toggle_follow(struct player *player)
{
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

/* ---- overlays ---- */

static void show(struct player *player, const char *title)
{
    player->overlay_title = title;
    player->overlay_top = 0;
    player->is_playing = false;
}

static void show_why(struct player *player)
{
    uint32_t task =
        player->selected ? player->selected : player->history.event.task;

    if (!task) {
        text_add(&player->message, "why what? Select a task with j or k");
        return;
    }
    text_clear(&player->overlay);
    words_add_task(&player->overlay, player->trace, &player->history.model,
                   task);
    text_add(&player->overlay, "\n\n");
    why_add(&player->overlay, player->trace, &player->history.model, task);
    show(player, "why?");
}

static void show_help(struct player *player)
{
    text_clear(&player->overlay);
    text_add(&player->overlay, player_help);
    show(player, "help");
}

static void overlay_key(struct player *player, uint32_t key)
{
    if (key == 'j' || key == PLAYER_KEY_DOWN) {
        player->overlay_top++;
    } else if (key == 'k' || key == PLAYER_KEY_UP) {
        player->overlay_top -= player->overlay_top > 0;
    } else {
        player->overlay_title = NULL;
    }
}

/* ---- search ---- */

static bool is_found(const struct player *player, const struct text *caption)
{
    return strcasestr(text_get(caption), text_get(&player->search)) != NULL;
}

static void search(struct player *player)
{
    struct model model;
    struct text caption = {0};
    uint64_t begin = position_of(player);
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
        words_add_event(&caption, player->trace, &model, &event);
        if (is_found(player, &caption)) {
            break;
        }
        model_apply(&model, &event);
    }
    if (i < end) {
        seek(player, i + 1);
    } else {
        text_format(&player->message,
                    "'%s' is not in the next %" PRIu64 " events",
                    text_get(&player->search), end - begin);
    }
    text_deinit(&caption);
    model_deinit(&model);
}

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
        search(player);
        return;
    }
    if (key == PLAYER_KEY_BACKSPACE) {
        erase(&player->search);
    } else if (key >= ' ' && key < 0x7f) {
        text_format(&player->search, "%c", (char)key);
    }
    show_prompt(player);
}

static void begin_typing(struct player *player)
{
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

static void toggle_play(struct player *player)
{
    player->is_playing = !player->is_playing;
    player->owed_ns = 0;
    if (player->is_playing && position_of(player) == player->trace->count &&
        !player->is_live) {
        seek(player, 0);
    }
}

/* Keys that move through the events. False: it was none of them. */
static bool moving_key(struct player *player, uint32_t key)
{
    uint64_t position = position_of(player);

    switch (key) {
    case PLAYER_KEY_RIGHT:
    case 'l':
    case 'n':
    case 'e':
        step_forward(player, STOP_EVENT);
        break;
    case PLAYER_KEY_LEFT:
    case 'h':
    case 'b':
    case 'E':
        step_back(player, STOP_EVENT);
        break;
    case 'p':
        step_forward(player, STOP_POLL);
        break;
    case 'P':
        step_back(player, STOP_POLL);
        break;
    case 'a':
        step_forward(player, STOP_WAKE);
        break;
    case 'A':
        step_back(player, STOP_WAKE);
        break;
    case 't':
        step_forward(player, STOP_TURN);
        break;
    case 'T':
        step_back(player, STOP_TURN);
        break;
    case 'g':
    case PLAYER_KEY_HOME:
        seek(player, 0);
        break;
    case 'G':
    case PLAYER_KEY_END:
        seek(player, player->trace->count);
        break;
    case PLAYER_KEY_PAGE_DOWN:
        seek(player, position + PAGE_EVENTS);
        break;
    case PLAYER_KEY_PAGE_UP:
        seek(player, position > PAGE_EVENTS ? position - PAGE_EVENTS : 0);
        break;
    default:
        return false;
    }
    player->is_playing = false;
    return true;
}

static void other_key(struct player *player, uint32_t key)
{
    switch (key) {
    case ' ':
        toggle_play(player);
        break;
    case 'j':
    case PLAYER_KEY_DOWN:
    case 'k':
    case PLAYER_KEY_UP:
        select_task(player, key == 'j' || key == PLAYER_KEY_DOWN);
        break;
    case '+':
    case '=':
    case '-':
        change_speed(player, key != '-');
        break;
    case 'f':
        toggle_follow(player);
        break;
    case 'w':
    case PLAYER_KEY_ENTER:
        show_why(player);
        break;
    case '/':
        begin_typing(player);
        break;
    case '?':
        show_help(player);
        break;
    case 'q':
    case PLAYER_KEY_ESCAPE:
        player->is_over = true;
        break;
    default:
        text_add(&player->message, "this key does nothing; ? lists the keys");
        break;
    }
}

void player_key(struct player *player, uint32_t key)
{
    text_clear(&player->message);
    if (player->is_typing) {
        typing_key(player, key);
    } else if (player->overlay_title) {
        overlay_key(player, key);
    } else if (!moving_key(player, key)) {
        other_key(player, key);
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
        step_forward(player, STOP_EVENT);
    } else if (events) {
        seek(player, position_of(player) + events);
    }
    if (position_of(player) == player->trace->count && !player->is_live) {
        player->is_playing = false;
    }
    return events > 0;
}

void player_grown(struct player *player, bool is_live)
{
    bool was_at_end = player->is_at_end;

    player->is_live = is_live;
    if (was_at_end) {
        seek(player, player->trace->count);
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
        .position = position_of(player),
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

const char player_help[] =
    "A trace is a list of events; you stand behind one of them.\n"
    "Nothing runs unless it was woken: look for who wakes whom.\n"
    "\n"
    "  space            play, stop\n"
    "  right, l, n, e   the next event\n"
    "  left, h, b, E    one event back\n"
    "  p  P             the next poll, the poll before\n"
    "  a  A             the next wake, the wake before\n"
    "  t  T             the next turn of the loop, the turn before\n"
    "  PgDn  PgUp       ten events on, ten back\n"
    "  g  G             the beginning, the end\n"
    "  +  -             play faster, slower\n"
    "  j  k, down  up   select a task\n"
    "  f                steps stop at the selected task only\n"
    "  w, Enter         why? The causes of the task's state\n"
    "  /                search in what the events say\n"
    "  ?                this page\n"
    "  q, Esc           quit\n"
    "\n"
    "States: idle, nothing happens to it until it is woken; queued, it was\n"
    "woken and will be polled; running, in a poll; finished. An arrow in the\n"
    "margin is a wake, from what caused it to the task that is woken.\n";
