#include "fs/walk.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* ---- on a thread that may wait: all that is in one folder ---- */

/* Packs kind, path and name behind the others. 0 or -ENOMEM. */
static int add_entry(struct rt_fs_operation *operation, DIR *folder,
                     const struct dirent *entry)
{
    const char *path = operation->request.path;
    const char *name = entry->d_name;
    struct rt_buffer *content = &operation->content;
    size_t size = 1 + strlen(path) + 1 + strlen(name) + 1;
    char kind = (char)entry->d_type;
    int error;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return 0;
    }
    /* Not every file system tells the kind together with the name. */
    if (entry->d_type == DT_UNKNOWN &&
        fstatat(dirfd(folder), name, &operation->stat, AT_SYMLINK_NOFOLLOW) ==
            0) {
        kind = (char)IFTODT(operation->stat.st_mode);
    }
    error = rt_buffer_reserve(content, size);
    if (error == 0) {
        snprintf(content->memory + content->end, size, "%c%s/%s", kind, path,
                 name);
        content->end += size;
    }
    return error;
}

static int64_t run_list(struct rt_fs_operation *operation)
{
    DIR *folder = opendir(operation->request.path);
    struct dirent *entry;
    int error;

    if (!folder) {
        return -errno;
    }
    rt_buffer_truncate(&operation->content, 0);
    do {
        errno = 0;
        entry = readdir(folder);
        error = entry ? add_entry(operation, folder, entry) : -errno;
    } while (entry && error == 0);
    closedir(folder);
    return error;
}

/* ---- one after the other ---- */

/* Will be read when those before it were. 0 or -ENOMEM. */
static int add_folder(struct rt_walk *self, const char *path)
{
    return rt_buffer_append(&self->folders, path, strlen(path) + 1);
}

/* Reads the next folder: RT_STREAM_ITEM, and entries are what is in it. */
static int read_folder(struct rt_walk *self, struct rt_context *cx)
{
    struct rt_slice folders = rt_buffer_slice(&self->folders);

    if (!self->list.operation) { /* nothing is being read */
        if (folders.size == 0) {
            return RT_STREAM_END;
        }
        rt_buffer_deinit(&self->entries);
        self->folder = folders.data;
        rt_buffer_consume(&self->folders, strlen(self->folder) + 1);
        self->list =
            rt_fs_make((struct rt_fs_request){.run = run_list,
                                              .path = self->folder,
                                              .deliver = rt_fs_deliver_content,
                                              .into = &self->entries});
    }
    if (rt_future_poll(&self->list.future, cx) == RT_PENDING) {
        return RT_STREAM_PENDING;
    }
    rt_future_drop(&self->list.future);
    return self->list.result < 0 ? (int)self->list.result : RT_STREAM_ITEM;
}

static int walk_poll(struct rt_stream *stream, struct rt_context *cx,
                     void *item)
{
    struct rt_walk *self = RT_STREAM_SELF(stream, struct rt_walk);
    struct rt_walk_entry *entry = item;
    const char *packed;
    int got = self->error ? self->error : RT_STREAM_ITEM;

    if (!rt_budget_spend(cx)) {
        return RT_STREAM_PENDING;
    }
    self->error = 0;
    while (got == RT_STREAM_ITEM && rt_buffer_length(&self->entries) == 0) {
        got = read_folder(self, cx);
    }
    if (got != RT_STREAM_ITEM) {
        return got;
    }
    packed = rt_buffer_slice(&self->entries).data;
    entry->type = (mode_t)DTTOIF(packed[0]);
    entry->path = packed + 1;
    rt_buffer_consume(&self->entries, 1 + strlen(entry->path) + 1);
    if (self->is_deep && S_ISDIR(entry->type)) {
        self->error = add_folder(self, entry->path);
    }
    return RT_STREAM_ITEM;
}

static void walk_drop(struct rt_stream *stream)
{
    struct rt_walk *self = RT_STREAM_SELF(stream, struct rt_walk);

    rt_future_drop(&self->list.future);
    rt_buffer_deinit(&self->folders);
    rt_buffer_deinit(&self->entries);
}

static const struct rt_stream_ops walk_ops = {
    .poll_next = walk_poll,
    .drop = walk_drop,
    .name = "walk",
};

struct rt_walk rt_walk(const char *path, bool is_deep)
{
    struct rt_walk walk = {
        .stream = rt_stream_make(&walk_ops, sizeof(struct rt_walk_entry), NULL),
        .is_deep = is_deep,
    };

    walk.error = add_folder(&walk, path);
    return walk;
}
