#include "grid.h"

#include <string.h>
#include <wchar.h>

#include "memory.h"

static const struct {
    uint32_t code;
    char plain;
} signs[GRID_SIGN_COUNT] = {
    [GRID_LINE] = {0x2500, '-'},        [GRID_UPRIGHT] = {0x2502, '|'},
    [GRID_DOWN_RIGHT] = {0x256d, '+'},  [GRID_UP_RIGHT] = {0x2570, '+'},
    [GRID_DOWN_LEFT] = {0x256e, '+'},   [GRID_UP_LEFT] = {0x256f, '+'},
    [GRID_ARROW_RIGHT] = {0x25b6, '>'}, [GRID_ARROW_LEFT] = {0x25c0, '<'},
    [GRID_CHAIN] = {0x203a, '>'},       [GRID_HERE] = {0x25cf, 'O'},
    [GRID_PAST] = {0x2501, '='},
};

void grid_init(struct grid *grid, bool is_utf8)
{
    *grid = (struct grid){.is_utf8 = is_utf8};
}

void grid_deinit(struct grid *grid)
{
    memory_destroy(grid->cells);
    *grid = (struct grid){0};
}

void grid_resize(struct grid *grid, size_t rows, size_t columns)
{
    size_t count = rows * columns;

    grid->cells =
        memory_grow(grid->cells, &grid->capacity, count, sizeof(*grid->cells));
    grid->rows = rows;
    grid->columns = columns;
    for (size_t i = 0; i < count; i++) {
        grid->cells[i] = (struct grid_cell){.code = ' '};
    }
}

struct grid_cell *grid_at(const struct grid *grid, size_t row, size_t column)
{
    return &grid->cells[row * grid->columns + column];
}

static void put(struct grid *grid, size_t row, size_t column, uint32_t code,
                enum grid_style style)
{
    if (row < grid->rows && column < grid->columns) {
        grid_at(grid, row, column)->code = code;
        grid_at(grid, row, column)->style = (uint8_t)style;
    }
}

void grid_put_sign(struct grid *grid, size_t row, size_t column,
                   enum grid_sign sign, enum grid_style style)
{
    put(grid, row, column,
        grid->is_utf8 ? signs[sign].code : (unsigned char)signs[sign].plain,
        style);
}

/*
 * Takes one character off the string, as it can be shown: *code is replaced
 * when it is none, or takes no room of its own. Returns its columns.
 */
static size_t next_character(const struct grid *grid, const char **string,
                             uint32_t *code)
{
    size_t size = text_decode(*string, strlen(*string), code);
    int width = 1;

    *string += size ? size : 1;
    if (size && *code >= 0x80) {
        width = grid->is_utf8 ? wcwidth((wchar_t)*code) : -1;
    }
    if (!size || *code < 0x20 || *code == 0x7f || width < 1) {
        *code = '?';
        width = 1;
    }
    return (size_t)width;
}

size_t grid_put(struct grid *grid, size_t row, size_t column, size_t end,
                const char *string, enum grid_style style)
{
    if (end > grid->columns) {
        end = grid->columns;
    }
    while (*string && column < end) {
        const char *rest = string;
        uint32_t code;
        size_t width = next_character(grid, &rest, &code);
        size_t room = end - column - (*rest != '\0');

        if (width > room) {
            put(grid, row, column, '~', style);
            return end;
        }
        put(grid, row, column, code, style);
        if (width == 2) {
            put(grid, row, column + 1, 0, style);
        }
        column += width;
        string = rest;
    }
    return column;
}

/* Bytes of string that fit into columns, cut between words if possible. */
static size_t fold_at(const struct grid *grid, const char *string,
                      size_t columns)
{
    const char *at = string;
    const char *blank = NULL;
    size_t used = 0;

    while (*at) {
        const char *rest = at;
        uint32_t code;

        used += next_character(grid, &rest, &code);
        if (used > columns) {
            break;
        }
        at = rest;
        if (*at == ' ') {
            blank = at;
        }
    }
    return (size_t)((*at && blank ? blank : at) - string);
}

size_t grid_put_folded(struct grid *grid, size_t row, size_t rows,
                       size_t column, size_t end, const char *string,
                       enum grid_style style)
{
    size_t used = 0;

    while (*string && used < rows) {
        size_t size = fold_at(grid, string, end - column);
        struct text part = {0};

        /* The last line takes the rest, and shows where it is cut. */
        text_add_bytes(&part, string, used + 1 == rows ? strlen(string) : size);
        grid_put(grid, row + used, column, end, text_get(&part), style);
        text_deinit(&part);
        string += size;
        string += strspn(string, " ");
        used++;
        if (size == 0) {
            break;
        }
    }
    return used;
}

void grid_put_line(struct grid *grid, size_t row, size_t column, size_t end,
                   enum grid_sign sign, enum grid_style style)
{
    for (; column < end; column++) {
        grid_put_sign(grid, row, column, sign, style);
    }
}

void grid_select(struct grid *grid, size_t row)
{
    for (size_t i = 0; row < grid->rows && i < grid->columns; i++) {
        grid_at(grid, row, i)->is_selected = true;
    }
}

static void add_code(struct text *text, uint32_t code)
{
    char bytes[4];
    size_t size = 0;

    if (code < 0x80) {
        bytes[size++] = (char)code;
    } else if (code < 0x800) {
        bytes[size++] = (char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        bytes[size++] = (char)(0xe0 | code >> 12);
        bytes[size++] = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        bytes[size++] = (char)(0xf0 | code >> 18);
        bytes[size++] = (char)(0x80 | (code >> 12 & 0x3f));
        bytes[size++] = (char)(0x80 | (code >> 6 & 0x3f));
    }
    if (code >= 0x80) {
        bytes[size++] = (char)(0x80 | (code & 0x3f));
    }
    text_add_bytes(text, bytes, size);
}

void grid_add_text(const struct grid *grid, struct text *text)
{
    for (size_t row = 0; row < grid->rows; row++) {
        size_t end = grid->columns;

        while (end > 0 && grid_at(grid, row, end - 1)->code == ' ') {
            end--;
        }
        for (size_t column = 0; column < end; column++) {
            uint32_t code = grid_at(grid, row, column)->code;

            if (code) {
                add_code(text, code);
            }
        }
        text_add(text, "\n");
    }
}
