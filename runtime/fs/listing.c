#include "fs/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/list.h"
#include "base/memory.h"

/* A folder that is still to be read. */
struct folder {
    struct rt_list node;
    size_t size; /* of path, with the NUL */
    char path[];
};

struct rt_fs_listing {
    struct rt_list folders; /* of struct folder; the first is being read */
    DIR *open;              /* owned: the first folder; NULL: not yet */
    struct dirent *pending; /* of open: found, but there was no room for it */
    bool is_deep;
};

static struct folder *first_of(struct rt_fs_listing *listing)
{
    return RT_CONTAINER_OF(listing->folders.next, struct folder, node);
}

/* A folder to be read later: path, or path/name. 0 or -ENOMEM. */
static int add_folder(struct rt_fs_listing *listing, const char *path,
                      const char *name)
{
    size_t size = strlen(path) + 1 + (name ? strlen(name) + 1 : 0);
    struct folder *folder = rt_alloc(sizeof(*folder) + size);
    char *end;

    if (!folder) {
        return -ENOMEM;
    }
    folder->size = size;
    end = stpcpy(folder->path, path);
    if (name) {
        *end = '/';
        stpcpy(end + 1, name);
    }
    rt_list_push_back(&listing->folders, &folder->node);
    return 0;
}

/* The first folder is done. */
static void remove_first(struct rt_fs_listing *listing)
{
    struct folder *folder = first_of(listing);

    if (listing->open) {
        closedir(listing->open);
        listing->open = NULL;
    }
    rt_list_remove(&folder->node);
    rt_free(folder, sizeof(*folder) + folder->size);
}

struct rt_fs_listing *rt_fs_listing_create(const char *path, bool is_deep)
{
    struct rt_fs_listing *listing = rt_alloc(sizeof(*listing));

    if (!listing) {
        return NULL;
    }
    rt_list_init(&listing->folders);
    listing->is_deep = is_deep;
    if (add_folder(listing, path, NULL)) {
        rt_free(listing, sizeof(*listing));
        return NULL;
    }
    return listing;
}

void rt_fs_listing_destroy(struct rt_fs_listing *listing)
{
    if (!listing) {
        return;
    }
    while (!rt_list_is_empty(&listing->folders)) {
        remove_first(listing);
    }
    rt_free(listing, sizeof(*listing));
}

static enum rt_fs_kind kind_of(DIR *folder, const struct dirent *entry)
{
    mode_t mode = (mode_t)DTTOIF(entry->d_type);
    struct stat stat;

    /* Not every file system tells the kind together with the name. */
    if (entry->d_type == DT_UNKNOWN &&
        fstatat(dirfd(folder), entry->d_name, &stat, AT_SYMLINK_NOFOLLOW) ==
            0) {
        mode = stat.st_mode;
    }
    if (S_ISDIR(mode)) {
        return RT_FS_FOLDER;
    }
    if (S_ISLNK(mode)) {
        return RT_FS_LINK;
    }
    return S_ISREG(mode) ? RT_FS_FILE : RT_FS_OTHER;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The next entry of the first folder; NULL: its end, or errno says why. */
static struct dirent *next_entry(struct rt_fs_listing *listing)
{
    struct dirent *entry = listing->pending;

    listing->pending = NULL;
    if (!listing->open) {
        listing->open = opendir(first_of(listing)->path);
    }
    errno = listing->open ? 0 : errno;
    while (listing->open && !entry && (entry = readdir(listing->open))) {
        if (is_dots(entry->d_name)) {
            entry = NULL;
        }
    }
    return entry;
}

/* Packs the entry behind the others. False: there is no room. */
static bool pack(struct rt_fs_operation *operation, size_t *used,
                 enum rt_fs_kind kind, const char *path, const char *name)
{
    size_t room = operation->size - *used;
    size_t size = 1 + strlen(path) + 1 + strlen(name) + 1;
    char *place = operation->bytes + *used;

    if (size > room) {
        return false;
    }
    *place = (char)kind;
    place = stpcpy(place + 1, path);
    *place = '/';
    stpcpy(place + 1, name);
    *used += size;
    return true;
}

/* The first folder can't be read: names it, and goes on with the next. */
static int64_t give_up_first(struct rt_fs_listing *listing,
                             struct rt_fs_operation *operation, int error)
{
    char *end =
        stpncpy(operation->bytes, first_of(listing)->path, operation->size - 1);

    *end = '\0';
    remove_first(listing);
    return -error;
}

int64_t rt_fs_list(struct rt_fs_operation *operation)
{
    struct rt_fs_listing *listing = operation->listing;
    size_t used = 0;

    while (!rt_list_is_empty(&listing->folders)) {
        const char *path = first_of(listing)->path;
        struct dirent *entry = next_entry(listing);
        enum rt_fs_kind kind;

        if (!entry && errno) {
            /* First what was found; the error comes again. */
            return used > 0 ? (int64_t)used
                            : give_up_first(listing, operation, errno);
        }
        if (!entry) {
            remove_first(listing);
            continue;
        }
        kind = kind_of(listing->open, entry);
        if (!pack(operation, &used, kind, path, entry->d_name)) {
            listing->pending = entry;
            break;
        }
        if (listing->is_deep && kind == RT_FS_FOLDER &&
            add_folder(listing, path, entry->d_name)) {
            return -ENOMEM;
        }
    }
    return (int64_t)used;
}
