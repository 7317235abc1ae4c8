/* Runs the unit tests; from the top folder, where the goldens are found. */
#include <locale.h>
#include <stdlib.h>

#include "suites.h"

int main(void)
{
    SRunner *runner;
    int failed;

    setlocale(LC_ALL, "C.UTF-8");
    runner = srunner_create(suite_text());
    srunner_add_suite(runner, suite_table());
    srunner_add_suite(runner, suite_trace_file());
    srunner_add_suite(runner, suite_model());
    srunner_add_suite(runner, suite_lints());
    srunner_add_suite(runner, suite_layout());
    srunner_add_suite(runner, suite_player());
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
