/*
 * Carrying out a file operation, on a thread that may wait.
 */
#ifndef RT_FS_RUN_H
#define RT_FS_RUN_H

#include "fs/operation.h"

/* Does what the operation asks for, and sets its result. Blocks. */
void rt_fs_run(struct rt_fs_operation *operation);

#endif
