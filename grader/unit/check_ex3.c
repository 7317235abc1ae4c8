/*
 * Exercise 3: the echo server.
 */
#include <signal.h>

#include "unit/echo.h"

int main(int argc, char **argv)
{
    Suite *suite = suite_create("ex3");

    judge_parse(argc, argv);
    echo_add_checks(suite, SIGTERM); /* unit/asan_exit.c */
    return judge_run(suite);
}
