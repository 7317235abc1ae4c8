#include "explore/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/explore.h"

void search_init(struct search *search, uint32_t deviations)
{
    search->length = 0;
    search->deviations = deviations;
    search->was_cut = false;
    search->is_replay = false;
}

void search_rewind(struct search *search)
{
    search->at = 0;
    search->left = search->deviations;
}

/* A choice that no run before had: the first option. */
static void add(struct search *search, uint32_t options, bool costs)
{
    if (search->at == SEARCH_LONGEST) {
        rt_explore_fail("more than %d choices in one run", SEARCH_LONGEST);
    }
    if (costs && search->left == 0 && options > 1) {
        search->was_cut = true;
        options = 1;
    }
    search->choices[search->at].taken = 0;
    search->choices[search->at].options = (uint8_t)options;
    search->length = search->at + 1;
}

uint32_t search_choose(struct search *search, uint32_t options, bool costs)
{
    uint32_t taken;

    if (search->at >= search->length) {
        add(search, options, costs);
    }
    taken = search->choices[search->at++].taken;
    if (taken >= options) {
        rt_explore_fail("this order does not fit: the body changed, or it "
                        "depends on something that is not in it");
    }
    if (taken > 0 && costs && !search->is_replay) {
        search->left--;
    }
    return taken;
}

bool search_advance(struct search *search)
{
    while (search->length > 0) {
        uint32_t last = search->length - 1;

        if (search->choices[last].taken + 1 < search->choices[last].options) {
            search->choices[last].taken++;
            return true;
        }
        search->length--;
    }
    return false;
}

void search_print(const struct search *search, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (uint32_t i = 0; i < search->at && used < size; i++) {
        if (search->choices[i].taken > 0) {
            used += (size_t)snprintf(text + used, size - used, "%u%c", i,
                                     'a' + search->choices[i].taken);
        }
    }
}

bool search_parse(struct search *search, const char *text)
{
    search_init(search, 0);
    search->is_replay = true;
    memset(search->choices, 0, sizeof(search->choices));
    while (*text) {
        char *end;
        unsigned long place = strtoul(text, &end, 10);

        if (end == text || place >= SEARCH_LONGEST || *end < 'b' ||
            *end > 'z') {
            return false;
        }
        search->choices[place].taken = (uint8_t)(*end - 'a');
        search->length = (uint32_t)place + 1;
        text = end + 1;
    }
    return true;
}
