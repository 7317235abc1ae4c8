#include "driver/operation.h"

#include <errno.h>

bool rt_driver_has_operations(const struct rt_driver *driver)
{
    return driver->ops->submit != NULL;
}

int rt_driver_submit(struct rt_driver *driver, struct rt_operation *operation)
{
    return rt_driver_has_operations(driver)
               ? driver->ops->submit(driver, operation)
               : -ENOSYS;
}

void rt_driver_cancel(struct rt_driver *driver, struct rt_operation *operation)
{
    driver->ops->cancel(driver, operation);
}
