#include "unit/watch.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 64, DEPTH_MOST = 8 };

/* The first child of a process, or 0. */
static pid_t child_of(pid_t pid)
{
    char path[PATH_SIZE];
    int child = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    if (fscanf(file, "%d", &child) != 1) {
        child = 0;
    }
    fclose(file);
    return child;
}

pid_t watch_program(pid_t sandbox)
{
    pid_t program = sandbox;

    for (int depth = 0; depth < DEPTH_MOST; depth++) {
        pid_t child = child_of(program);

        if (child == 0) {
            break;
        }
        program = child;
    }
    return program;
}

static bool read_stat(pid_t pid, struct watch *watch)
{
    char path[PATH_SIZE];
    unsigned long user = 0;
    unsigned long system = 0;
    FILE *file;
    int count = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "re");
    if (!file) {
        return false;
    }
    /* The name in brackets may hold anything but ends at the last ")". */
    if (fscanf(file, "%*d (%*[^)]) %c", &watch->state) == 1) {
        count = fscanf(file, "%*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                       &user, &system);
    }
    fclose(file);
    watch->cpu_ms = (user + system) * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
    return count == 2;
}

static void read_status(pid_t pid, struct watch *watch)
{
    char path[PATH_SIZE];
    char line[256];
    unsigned long number;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    file = fopen(path, "re");
    if (!file) {
        return;
    }
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "VmSize: %lu kB", &number) == 1) {
            watch->virtual_mb = number / 1024;
        } else if (sscanf(line, "VmRSS: %lu kB", &number) == 1) {
            watch->resident_mb = number / 1024;
        } else if (sscanf(line, "voluntary_ctxt_switches: %lu", &number) == 1) {
            watch->switches = number;
        }
    }
    fclose(file);
}

bool watch_look(pid_t pid, struct watch *watch)
{
    *watch = (struct watch){0};
    if (!read_stat(pid, watch)) {
        return false;
    }
    read_status(pid, watch);
    return true;
}

size_t watch_open_files(pid_t pid)
{
    char path[PATH_SIZE];
    const struct dirent *entry;
    size_t count = 0;
    DIR *folder;

    snprintf(path, sizeof(path), "/proc/%d/fd", pid);
    folder = opendir(path);
    if (!folder) {
        return 0;
    }
    while ((entry = readdir(folder))) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

void watch_kill(pid_t pid)
{
    /* The sandbox takes its whole namespace along (--die-with-parent). */
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
}
