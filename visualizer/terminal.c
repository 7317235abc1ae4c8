#include "terminal.h"

#include <langinfo.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "player.h"
#include "restore.h"

enum {
    FRAME_MS = 30,    /* between two pictures while something moves */
    RESTING_MS = 250, /* between two looks at the world while nothing does */
    REFRESH_NS = 50000000, /* between two looks at a live trace */
    ESCAPE_MS = 25, /* to tell the key Esc from the begin of an arrow key */
};

struct screen {
    SCREEN *handle; /* owned */
    struct grid grid;
    struct player player;
    bool has_colours;
    uint64_t refreshed_ns;
};

/* ---- what kind of terminal ---- */

bool terminal_is_usable(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && restore_can_draw();
}

unsigned terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;

    if (!isatty(STDOUT_FILENO)) {
        return 0;
    }
    if (columns && atoi(columns) > 0) {
        return (unsigned)atoi(columns);
    }
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* ---- looks ---- */

static void start_colours(struct screen *screen)
{
    static const short colours[GRID_STYLE_COUNT] = {
        [GRID_PLAIN] = -1,
        [GRID_FAINT] = COLOR_BLUE,
        [GRID_STRONG] = -1,
        [GRID_IDLE] = -1,
        [GRID_QUEUED] = COLOR_CYAN,
        [GRID_RUNNING] = COLOR_GREEN,
        [GRID_FINISHED] = COLOR_BLUE,
        [GRID_WAKE] = COLOR_YELLOW,
        [GRID_WARNING] = COLOR_RED,
        [GRID_BAR] = -1,
    };
    const char *no_colour = getenv("NO_COLOR");

    screen->has_colours = !(no_colour && *no_colour) && has_colors();
    if (!screen->has_colours) {
        return;
    }
    start_color();
    use_default_colors();
    for (int i = 0; i < GRID_STYLE_COUNT; i++) {
        init_pair((short)(i + 1), colours[i], -1);
    }
}

static attr_t attributes_of(const struct grid_cell *cell)
{
    static const attr_t attributes[GRID_STYLE_COUNT] = {
        [GRID_PLAIN] = A_NORMAL,    [GRID_FAINT] = A_NORMAL,
        [GRID_STRONG] = A_BOLD,     [GRID_IDLE] = A_NORMAL,
        [GRID_QUEUED] = A_BOLD,     [GRID_RUNNING] = A_BOLD,
        [GRID_FINISHED] = A_NORMAL, [GRID_WAKE] = A_BOLD,
        [GRID_WARNING] = A_BOLD,    [GRID_BAR] = A_BOLD,
    };

    return attributes[cell->style] | (cell->is_selected ? A_REVERSE : 0);
}

static void show_cell(const struct screen *screen, size_t row, size_t column)
{
    const struct grid_cell *cell = grid_at(&screen->grid, row, column);
    wchar_t text[2] = {(wchar_t)cell->code, L'\0'};
    short pair = 0;
    cchar_t character;

    if (screen->has_colours) {
        pair = (short)(cell->style + 1);
    }
    if (cell->code) {
        setcchar(&character, text, attributes_of(cell), pair, NULL);
        mvadd_wch((int)row, (int)column, &character);
    }
}

static void show(struct screen *screen)
{
    struct scene scene;

    grid_resize(&screen->grid, (size_t)LINES, (size_t)COLS);
    player_scene(&screen->player, &scene);
    layout_draw(&screen->grid, &scene);
    erase();
    for (size_t row = 0; row < screen->grid.rows; row++) {
        for (size_t column = 0; column < screen->grid.columns; column++) {
            show_cell(screen, row, column);
        }
    }
    refresh();
}

/* ---- keys ---- */

static uint32_t translate(int kind, wint_t key)
{
    static const struct {
        wint_t from;
        uint32_t to;
    } keys[] = {
        {KEY_LEFT, PLAYER_KEY_LEFT},     {KEY_RIGHT, PLAYER_KEY_RIGHT},
        {KEY_UP, PLAYER_KEY_UP},         {KEY_DOWN, PLAYER_KEY_DOWN},
        {KEY_HOME, PLAYER_KEY_HOME},     {KEY_END, PLAYER_KEY_END},
        {KEY_PPAGE, PLAYER_KEY_PAGE_UP}, {KEY_NPAGE, PLAYER_KEY_PAGE_DOWN},
        {KEY_ENTER, PLAYER_KEY_ENTER},   {KEY_BACKSPACE, PLAYER_KEY_BACKSPACE},
    };

    if (kind != KEY_CODE_YES) {
        return key == '\r' ? '\n' : key == '\b' ? PLAYER_KEY_BACKSPACE : key;
    }
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i].from == key) {
            return keys[i].to;
        }
    }
    return 0;
}

/* Takes all the keys that were pressed; waits for the first up to wait_ms. */
static bool take_keys(struct screen *screen, int wait_ms)
{
    bool has_changed = false;

    timeout(wait_ms);
    while (!screen->player.is_over && !restore_signal()) {
        wint_t key;
        int kind = get_wch(&key);
        uint32_t translated;

        if (kind == ERR) {
            break;
        }
        has_changed = true;
        translated = translate(kind, key);
        if (translated) {
            player_key(&screen->player, translated);
        }
        timeout(0);
    }
    return has_changed;
}

/* ---- the loop ---- */

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Looks for new events. False: the file is no good any more. */
static bool follow(struct screen *screen, bool *has_changed,
                   struct trace_error *error)
{
    struct player *player = &screen->player;
    uint64_t count = player->trace->count;
    uint64_t now = now_ns();
    bool is_live;

    if (!player->is_live || now - screen->refreshed_ns < REFRESH_NS) {
        return true;
    }
    screen->refreshed_ns = now;
    is_live = trace_is_live(player->trace);
    if (!trace_refresh(player->trace, error)) {
        return false;
    }
    if (player->trace->count != count || !is_live) {
        player_grown(player, is_live);
        *has_changed = true;
    }
    return true;
}

static bool run(struct screen *screen, struct trace_error *error)
{
    struct player *player = &screen->player;
    uint64_t before = now_ns();

    show(screen);
    while (!player->is_over && !restore_signal()) {
        bool is_moving = player->is_playing || player->is_live;
        bool has_changed = take_keys(screen, is_moving ? FRAME_MS : RESTING_MS);
        uint64_t now = now_ns();

        has_changed |= player_pass(player, now - before);
        before = now;
        if (!follow(screen, &has_changed, error)) {
            return false;
        }
        if (has_changed) {
            show(screen);
        }
    }
    return true;
}

bool terminal_run(struct trace *trace, bool is_live, const char *note,
                  struct trace_error *error)
{
    struct screen screen = {0};
    bool is_good;

    restore_save();
    screen.handle = newterm(NULL, stdout, stdin);
    if (!screen.handle) {
        snprintf(error->text, sizeof(error->text),
                 "can't be shown on a terminal of type '%s'",
                 getenv("TERM") ? getenv("TERM") : "");
        return false;
    }
    restore_install();
    set_escdelay(ESCAPE_MS);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    curs_set(0);
    start_colours(&screen);
    grid_init(&screen.grid, strcmp(nl_langinfo(CODESET), "UTF-8") == 0);
    player_init(&screen.player, trace, is_live, note);
    is_good = run(&screen, error);
    endwin();
    delscreen(screen.handle);
    player_deinit(&screen.player);
    grid_deinit(&screen.grid);
    restore_finish();
    return is_good;
}
