#include "driver/operation.h"

#include <errno.h>

int rt_driver_submit(struct rt_driver *driver, struct rt_operation *operation)
{
    return driver->ops->submit ? driver->ops->submit(driver, operation)
                               : -ENOSYS;
}

void rt_driver_cancel(struct rt_driver *driver, struct rt_operation *operation)
{
    driver->ops->cancel(driver, operation);
}
