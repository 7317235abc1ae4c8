/*
 * Exercise 3: the echo server.
 */
#include "unit/echo.h"

int main(int argc, char **argv)
{
    Suite *suite = suite_create("ex3");

    judge_parse(argc, argv);
    echo_add_checks(suite);
    return judge_run(suite);
}
