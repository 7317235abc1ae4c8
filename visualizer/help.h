/*
 * Help: the page that ? shows.
 */
#ifndef VISUALIZER_HELP_H
#define VISUALIZER_HELP_H

extern const char help_text[];

#endif
