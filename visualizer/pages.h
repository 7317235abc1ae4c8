/*
 * Pages: texts that are laid over the screen: help, why, findings.
 */
#ifndef VISUALIZER_PAGES_H
#define VISUALIZER_PAGES_H

#include "player.h"

enum page {
    PAGE_HELP,
    PAGE_WHY,      /* of the selected task, or else that of the event */
    PAGE_FINDINGS, /* of the whole trace */
};

void pages_show(struct player *player, enum page page);

/* A key while a page is shown. */
void pages_key(struct player *player, uint32_t key);

#endif
