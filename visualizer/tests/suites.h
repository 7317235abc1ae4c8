/* The suites, one for each module. */
#ifndef SUITES_H
#define SUITES_H

#include <check.h>

Suite *suite_text(void);
Suite *suite_table(void);
Suite *suite_trace_file(void);
Suite *suite_model(void);
Suite *suite_lints(void);
Suite *suite_layout(void);
Suite *suite_player(void);

#endif
