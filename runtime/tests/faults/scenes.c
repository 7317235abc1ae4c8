#include "faults.h"
Suite *scenes_suite(void)
{
    return suite_create("scenes");
}
