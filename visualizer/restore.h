/*
 * Restore: gives the terminal back, also when this program crashes.
 *
 * Curses restores it at a proper end. A crash gets no proper end, so the bytes
 * that put the screen right are made beforehand, and a signal handler writes
 * them: write and tcsetattr are all it needs.
 */
#ifndef VISUALIZER_RESTORE_H
#define VISUALIZER_RESTORE_H

#include <stdbool.h>

/* True if standard output is a terminal whose cursor can be moved. */
bool restore_can_draw(void);

/* Before curses starts: notes how the terminal is. */
void restore_save(void);

/* After curses has started: catches crashes, and signals that end us. */
void restore_install(void);

/* The signal that asks us to end; 0: none came. */
int restore_signal(void);

/* Behind the proper end: dies of the signal, if there was one. */
void restore_finish(void);

#endif
