/* Files: every request, and what becomes of one that is dropped. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "kit.h"
#include "suites.h"

static struct rt_runtime *runtime;
static char folder[32];
static struct rt_file file;
static struct kit_waker waker;

static sem_t begun, gate;

/* With one thread for blocking work. */
static void build_runtime(void)
{
    struct rt_builder builder = kit_lone_builder();

    builder.clock = RT_CLOCK_PAUSED;
    builder.blocking_threads = 1;
    ck_assert_int_eq(rt_build(&builder, &runtime), 0);
    rt_enter(runtime);
}

static intptr_t wait_at_gate(void *argument)
{
    (void)argument;
    sem_post(&begun);
    sem_wait(&gate);
    return 0;
}

/* Polls once, while the thread is busy; drops; and lets the thread go on. */
static void poll_and_drop(struct rt_future *future)
{
    struct rt_blocking hold = rt_spawn_blocking(wait_at_gate, NULL);

    sem_wait(&begun);
    ck_assert_int_eq(kit_poll(future, &waker), RT_PENDING);
    rt_future_drop(future);
    sem_post(&gate);
    rt_future_drop(&hold.future);
}

static void build(void)
{
    build_runtime();
    sem_init(&begun, 0, 0);
    sem_init(&gate, 0, 0);
    kit_waker_init(&waker);
    strcpy(folder, "/tmp/polliwog-fs-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void tear_down(void)
{
    char command[64];

    rt_file_close(&file);
    rt_shutdown(runtime);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

/* A path in the folder; good until eight more are asked for. */
static const char *in(const char *name)
{
    static char paths[8][256];
    static int turn;
    char *path = paths[turn++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static int64_t done(struct rt_fs fs)
{
    ck_assert_int_eq(rt_block_on(runtime, &fs.future), 0);
    return fs.result;
}

static void expect_content(const char *name, const char *expected)
{
    struct rt_buffer content;

    ck_assert_int_eq(done(rt_fs_read(in(name), &content)),
                     (int64_t)strlen(expected));
    ck_assert_int_eq(
        memcmp(rt_buffer_slice(&content).data, expected, strlen(expected)), 0);
    rt_buffer_deinit(&content);
}

static void put(const char *name, const char *text)
{
    ck_assert_int_eq(done(rt_fs_write(in(name), text, strlen(text))), 0);
}

static void open_file(const char *name, int flags)
{
    ck_assert_int_eq(done(rt_file_open(&file, in(name), flags, 0666)), 0);
}

/* ---- whole files ---- */

START_TEST(what_is_written_is_read)
{
    build();
    put("a", "hello");
    expect_content("a", "hello");
    put("a", "");
    expect_content("a", "");
    tear_down();
}
END_TEST

START_TEST(a_file_that_says_its_size_is_0_is_read_to_its_end)
{
    struct rt_buffer content;

    build();
    ck_assert_int_gt(done(rt_fs_read("/proc/self/status", &content)), 100);
    rt_buffer_deinit(&content);
    tear_down();
}
END_TEST

START_TEST(a_big_file_is_read_and_copied_whole)
{
    enum { SIZE = 300000 };
    static char big[SIZE];
    struct rt_buffer content;

    build();
    memset(big, 'x', SIZE);
    ck_assert_int_eq(done(rt_fs_write(in("a"), big, SIZE)), 0);
    ck_assert_int_eq(chmod(in("a"), 0640), 0);
    ck_assert_int_eq(done(rt_fs_copy(in("a"), in("b"))), SIZE);
    ck_assert_int_eq(done(rt_fs_read(in("b"), &content)), SIZE);
    ck_assert_int_eq(memcmp(rt_buffer_slice(&content).data, big, SIZE), 0);
    rt_buffer_deinit(&content);
    tear_down();
}
END_TEST

START_TEST(a_copy_has_the_permissions_of_the_original)
{
    struct stat metadata;

    build();
    put("a", "x");
    ck_assert_int_eq(chmod(in("a"), 0500), 0);
    ck_assert_int_eq(done(rt_fs_copy(in("a"), in("b"))), 1);
    ck_assert_int_eq(done(rt_fs_metadata(in("b"), &metadata)), 0);
    ck_assert_int_eq(metadata.st_mode & 0777, 0500);
    tear_down();
}
END_TEST

START_TEST(errors_are_negative_errno_values)
{
    struct rt_buffer content;
    struct stat metadata;

    build();
    ck_assert_int_eq(done(rt_fs_read(in("none"), &content)), -ENOENT);
    ck_assert_int_eq(done(rt_fs_read(folder, &content)), -EISDIR);
    ck_assert_int_eq(done(rt_fs_write(in("no/ne"), "", 0)), -ENOENT);
    ck_assert_int_eq(done(rt_fs_copy(in("none"), in("b"))), -ENOENT);
    ck_assert_int_eq(done(rt_fs_remove(in("none"))), -ENOENT);
    ck_assert_int_eq(done(rt_fs_rename(in("none"), in("b"))), -ENOENT);
    ck_assert_int_eq(done(rt_fs_mkdir(folder, 0777)), -EEXIST);
    ck_assert_int_eq(done(rt_fs_metadata(in("none"), &metadata)), -ENOENT);
    ck_assert_int_eq(done(rt_file_open(&file, in("none"), O_RDONLY, 0)),
                     -ENOENT);
    tear_down();
}
END_TEST

/* ---- names ---- */

START_TEST(a_renamed_file_has_the_new_name_only)
{
    struct stat metadata;

    build();
    put("a", "x");
    ck_assert_int_eq(done(rt_fs_rename(in("a"), in("b"))), 0);
    expect_content("b", "x");
    ck_assert_int_eq(done(rt_fs_metadata(in("a"), &metadata)), -ENOENT);
    tear_down();
}
END_TEST

START_TEST(files_and_empty_folders_are_removed)
{
    build();
    ck_assert_int_eq(done(rt_fs_mkdir(in("d"), 0777)), 0);
    put("d/a", "x");
    ck_assert_int_eq(done(rt_fs_remove(in("d"))), -ENOTEMPTY);
    ck_assert_int_eq(done(rt_fs_remove(in("d/a"))), 0);
    ck_assert_int_eq(done(rt_fs_remove(in("d"))), 0);
    tear_down();
}
END_TEST

START_TEST(mkdir_all_makes_what_is_missing)
{
    struct stat metadata;

    build();
    ck_assert_int_eq(done(rt_fs_mkdir_all(in("x/y//z/"), 0777)), 0);
    ck_assert_int_eq(done(rt_fs_mkdir_all(in("x/y/z"), 0777)), 0);
    ck_assert_int_eq(done(rt_fs_metadata(in("x/y/z"), &metadata)), 0);
    ck_assert(S_ISDIR(metadata.st_mode));
    put("f", "");
    ck_assert_int_eq(done(rt_fs_mkdir_all(in("f"), 0777)), -EEXIST);
    ck_assert_int_eq(done(rt_fs_mkdir_all(in("f/g"), 0777)), -EEXIST);
    tear_down();
}
END_TEST

/* ---- open files ---- */

START_TEST(an_open_file_is_read_and_written_at_any_offset)
{
    char bytes[8] = {0};

    build();
    open_file("a", O_RDWR | O_CREAT);
    ck_assert_int_eq(done(rt_file_write_at(&file, "world", 5, 6)), 5);
    ck_assert_int_eq(done(rt_file_write_at(&file, "hello ", 6, 0)), 6);
    ck_assert_int_eq(done(rt_file_write_at(&file, NULL, 0, 0)), 0);
    ck_assert_int_eq(done(rt_file_read_at(&file, bytes, 3, 8)), 3);
    ck_assert_str_eq(bytes, "rld");
    ck_assert_int_eq(done(rt_file_read_at(&file, bytes, 8, 11)), 0);
    ck_assert_int_eq(file.position, 0);
    tear_down();
}
END_TEST

START_TEST(an_open_file_is_cut_synced_and_asked_for_its_size)
{
    struct stat metadata;

    build();
    put("a", "hello");
    open_file("a", O_RDWR);
    ck_assert_int_eq(done(rt_file_truncate(&file, 2)), 0);
    ck_assert_int_eq(done(rt_file_sync_data(&file)), 0);
    ck_assert_int_eq(done(rt_file_sync_all(&file)), 0);
    ck_assert_int_eq(done(rt_file_metadata(&file, &metadata)), 0);
    ck_assert_int_eq(metadata.st_size, 2);
    tear_down();
}
END_TEST

START_TEST(a_closed_file_gives_ebadf)
{
    struct rt_read read;
    struct rt_write write;
    char byte;

    build();
    open_file("a", O_RDWR | O_CREAT);
    rt_file_close(&file);
    rt_file_close(&file);
    ck_assert_int_eq(done(rt_file_sync_all(&file)), -EBADF);
    read = rt_read(&file.io, &byte, 1);
    write = rt_write(&file.io, &byte, 1);
    rt_block_on(runtime, &read.future);
    rt_block_on(runtime, &write.future);
    ck_assert_int_eq(read.result, -EBADF);
    ck_assert_int_eq(write.result, -EBADF);
    tear_down();
}
END_TEST

/* ---- a file as an io ---- */

static ssize_t write_text(const char *text)
{
    struct rt_write write = rt_write_all(&file.io, text, strlen(text));

    ck_assert_int_eq(rt_block_on(runtime, &write.future), 0);
    return write.result;
}

static ssize_t read_some(char *bytes, size_t size)
{
    struct rt_read read = rt_read(&file.io, bytes, size);

    ck_assert_int_eq(rt_block_on(runtime, &read.future), 0);
    return read.result;
}

START_TEST(reads_and_writes_move_the_position)
{
    char bytes[8] = {0};

    build();
    open_file("a", O_RDWR | O_CREAT);
    ck_assert_int_eq(write_text("hello "), 6);
    ck_assert_int_eq(write_text(""), 0);
    ck_assert_int_eq(write_text("world"), 5);
    expect_content("a", "hello world");
    ck_assert_int_eq(read_some(bytes, 8), 0);
    ck_assert_int_eq(rt_file_seek(&file, 4), 0);
    ck_assert_int_eq(read_some(bytes, 4), 4);
    ck_assert_str_eq(bytes, "o wo");
    ck_assert_int_eq(read_some(bytes, 8), 3);
    ck_assert_int_eq(rt_file_seek(&file, -1), -EINVAL);
    tear_down();
}
END_TEST

START_TEST(an_error_of_a_write_is_its_result)
{
    build();
    put("a", "x");
    open_file("a", O_RDONLY);
    ck_assert_int_eq(write_text("y"), -EBADF);
    ck_assert_int_eq(file.position, 0);
    tear_down();
}
END_TEST

START_TEST(a_dropped_read_loses_nothing)
{
    struct rt_read read;
    char bytes[8] = {0};

    build();
    put("a", "hello");
    open_file("a", O_RDONLY);
    read = rt_read(&file.io, bytes, 3);
    poll_and_drop(&read.future);
    ck_assert_int_eq(file.position, 0);
    ck_assert_int_eq(read_some(bytes, 8), 5);
    ck_assert_str_eq(bytes, "hello");
    tear_down();
}
END_TEST

/* The bytes of the dropped one are older than the write. */
START_TEST(a_read_after_a_dropped_one_reads_anew)
{
    struct rt_read read;
    char bytes[8] = {0};

    build();
    put("a", "hello");
    open_file("a", O_RDWR);
    read = rt_read(&file.io, bytes, 3);
    poll_and_drop(&read.future);
    ck_assert_int_eq(done(rt_file_write_at(&file, "J", 1, 0)), 1);
    ck_assert_int_eq(read_some(bytes, 8), 5);
    ck_assert_str_eq(bytes, "Jello");
    tear_down();
}
END_TEST

START_TEST(a_dropped_write_is_not_taken_for_the_next_one)
{
    struct rt_write write;

    build();
    open_file("a", O_RDWR | O_CREAT);
    write = rt_write(&file.io, "abcd", 4);
    poll_and_drop(&write.future);
    ck_assert_int_eq(write_text("XY"), 2);
    ck_assert_int_eq(file.position, 2);
    expect_content("a", "XYcd");
    tear_down();
}
END_TEST

START_TEST(a_file_that_is_closed_while_it_is_written_stays_open_until_then)
{
    struct rt_write write;

    build();
    open_file("a", O_RDWR | O_CREAT);
    write = rt_write(&file.io, "abcd", 4);
    poll_and_drop(&write.future);
    rt_file_close(&file);
    ck_assert_int_eq(waker.held, 0);
    open_file("a", O_RDONLY);
    while (rt_blocking_pool_is_busy(rt_runtime_blocking(runtime))) {
        kit_settle(runtime); /* the driver may be who writes */
    }
    expect_content("a", "abcd");
    tear_down();
}
END_TEST

START_TEST(bytes_of_a_pipe_that_a_dropped_read_got_are_not_lost)
{
    struct rt_read read;
    char bytes[8] = {0};
    int other;

    build();
    ck_assert_int_eq(mkfifo(in("p"), 0666), 0);
    open_file("p", O_RDWR);
    other = open(in("p"), O_WRONLY);
    ck_assert_int_eq(rt_file_seek(&file, 0), -ESPIPE);
    ck_assert_int_eq(write(other, "hello", 5), 5);
    read = rt_read(&file.io, bytes, 5);
    poll_and_drop(&read.future);
    ck_assert_int_eq(read_some(bytes, 2), 2);
    ck_assert_int_eq(read_some(bytes + 2, 6), 3);
    ck_assert_str_eq(bytes, "hello");
    close(other);
    tear_down();
}
END_TEST

/* ---- requests that are dropped ---- */

START_TEST(a_request_that_was_never_polled_does_nothing)
{
    struct rt_fs write;
    struct stat metadata;

    build();
    write = rt_fs_write(in("a"), "x", 1);
    rt_future_drop(&write.future);
    ck_assert_int_eq(done(rt_fs_metadata(in("a"), &metadata)), -ENOENT);
    tear_down();
}
END_TEST

static int open_fds(void)
{
    int count = 0;

    for (int fd = 0; fd < 256; fd++) {
        count += fcntl(fd, F_GETFD) >= 0;
    }
    return count;
}

START_TEST(a_dropped_open_leaks_no_fd)
{
    struct rt_fs fs;
    int before;

    build();
    put("a", "x");
    before = open_fds();
    fs = rt_file_open(&file, in("a"), O_RDONLY, 0);
    poll_and_drop(&fs.future);
    while (rt_blocking_pool_is_busy(rt_runtime_blocking(runtime))) {
        sched_yield();
    }
    rt_shutdown(runtime);
    build_runtime();
    ck_assert_int_eq(open_fds(), before);
    tear_down();
}
END_TEST

START_TEST(a_dropped_read_writes_nothing_into_the_buffer)
{
    static char bytes[4];
    struct rt_fs fs;

    build();
    put("a", "abcd");
    open_file("a", O_RDONLY);
    fs = rt_file_read_at(&file, bytes, 4, 0);
    poll_and_drop(&fs.future);
    rt_file_close(&file);
    rt_shutdown(runtime);
    ck_assert_int_eq(bytes[0], 0);
    build_runtime();
    tear_down();
}
END_TEST

START_TEST(without_memory_the_error_is_told)
{
    struct rt_buffer content;
    struct rt_fs fs;

    build();
    put("a", "x");
    for (unsigned long n = 1; n <= 3; n++) {
        rt_alloc_fail_after(n);
        fs = rt_fs_read(in("a"), &content);
        rt_block_on(runtime, &fs.future);
        ck_assert_int_eq(fs.result == -ENOMEM, n != 2); /* 2: block_on's */
        rt_future_drop(&fs.future);
    }
    for (unsigned long n = 1; n <= 3; n++) {
        rt_alloc_fail_after(n);
        fs = rt_file_open(&file, in("a"), O_RDONLY, 0);
        rt_block_on(runtime, &fs.future);
        ck_assert_int_eq(fs.result == -ENOMEM, n != 2);
        rt_future_drop(&fs.future);
    }
    tear_down();
}
END_TEST

/* ---- walks ---- */

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The next entry; or how the walk ended. */
static int next_of(struct rt_walk *walk, struct rt_walk_entry *entry)
{
    struct rt_next next = RT_NEXT(*walk, *entry);

    ck_assert_int_eq(rt_block_on(runtime, &next.future), 0);
    return next.result;
}

static char letter_of(mode_t type)
{
    if (S_ISDIR(type)) {
        return 'd';
    }
    return S_ISLNK(type) ? 'l' : S_ISREG(type) ? 'f' : 'o';
}

/* Logs type and path of all entries, sorted, and what can't be read. */
static void walk_all(const char *path, bool is_deep)
{
    struct rt_walk walk = rt_walk(path, is_deep);
    struct rt_walk_entry entry;
    char *entries[64] = {NULL};
    size_t count = 0;
    int got;

    while ((got = next_of(&walk, &entry)) != RT_STREAM_END) {
        bool is_item = got == RT_STREAM_ITEM;

        ck_assert_int_ge(
            asprintf(&entries[count++], "%s:%c:%d ",
                     (is_item ? entry.path : walk.folder) + strlen(folder),
                     is_item ? letter_of(entry.type) : '-', got),
            0);
    }
    qsort(entries, count, sizeof(entries[0]), compare);
    for (size_t i = 0; i < count; i++) {
        kit_log("%s", entries[i]);
        free(entries[i]);
    }
    rt_stream_drop(&walk.stream);
}

static void plant(void)
{
    build();
    ck_assert_int_eq(done(rt_fs_mkdir_all(in("d/e"), 0777)), 0);
    put("d/e/f", "");
    put("a", "");
    ck_assert_int_eq(symlink("d", in("l")), 0);
    ck_assert_int_eq(mkfifo(in("p"), 0666), 0);
}

START_TEST(a_walk_gives_each_entry_with_its_type)
{
    plant();
    walk_all(folder, false);
    ck_assert_str_eq(kit_logged(), "/a:f:1 /d:d:1 /l:l:1 /p:o:1 ");
    tear_down();
}
END_TEST

START_TEST(a_deep_walk_goes_into_folders_but_not_through_links)
{
    plant();
    walk_all(folder, true);
    ck_assert_str_eq(kit_logged(),
                     "/a:f:1 /d/e/f:f:1 /d/e:d:1 /d:d:1 /l:l:1 /p:o:1 ");
    tear_down();
}
END_TEST

START_TEST(a_folder_that_can_not_be_read_is_named)
{
    char expected[32];

    build();
    put("a", "");
    walk_all(in("a"), false);
    walk_all(in("none"), true);
    snprintf(expected, sizeof(expected), "/a:-:%d /none:-:%d ", -ENOTDIR,
             -ENOENT);
    ck_assert_str_eq(kit_logged(), expected);
    tear_down();
}
END_TEST

START_TEST(a_walk_goes_on_behind_a_folder_that_can_not_be_read)
{
    struct rt_walk walk;
    struct rt_walk_entry entry;

    build();
    ck_assert_int_eq(done(rt_fs_mkdir(in("d"), 0777)), 0);
    ck_assert_int_eq(done(rt_fs_mkdir(in("e"), 0777)), 0);
    put("d/f", "");
    walk = rt_walk(folder, true);
    ck_assert_int_eq(next_of(&walk, &entry), RT_STREAM_ITEM);
    ck_assert_int_eq(next_of(&walk, &entry), RT_STREAM_ITEM);
    ck_assert_int_eq(done(rt_fs_remove(in("e"))), 0);
    /* One of the two comes first. */
    ck_assert_int_eq(next_of(&walk, &entry) + next_of(&walk, &entry),
                     RT_STREAM_ITEM - ENOENT);
    ck_assert_int_eq(next_of(&walk, &entry), RT_STREAM_END);
    rt_stream_drop(&walk.stream);
    tear_down();
}
END_TEST

START_TEST(a_folder_of_hundreds_is_given_once_each)
{
    enum { MANY = 400 };
    static bool was_given[MANY];
    struct rt_walk walk;
    struct rt_walk_entry entry;
    char name[64];
    int count = 0;

    build();
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "%060d", i);
        ck_assert_int_ge(close(open(in(name), O_CREAT | O_WRONLY, 0666)), 0);
    }
    walk = rt_walk(folder, false);
    for (; next_of(&walk, &entry) == RT_STREAM_ITEM; count++) {
        was_given[atoi(strrchr(entry.path, '/') + 1)] = true;
    }
    ck_assert_int_eq(count, MANY);
    for (int i = 0; i < MANY; i++) {
        ck_assert(was_given[i]);
    }
    rt_stream_drop(&walk.stream);
    tear_down();
}
END_TEST

START_TEST(a_dropped_next_loses_no_entry)
{
    struct rt_walk walk;
    struct rt_walk_entry entry;
    struct rt_next next;

    build();
    put("a", "");
    walk = rt_walk(folder, false);
    next = RT_NEXT(walk, entry);
    poll_and_drop(&next.future);
    ck_assert_int_eq(next_of(&walk, &entry), RT_STREAM_ITEM);
    rt_stream_drop(&walk.stream);
    tear_down();
}
END_TEST

START_TEST(a_walk_can_be_dropped_while_it_reads)
{
    struct rt_walk walk;
    struct rt_walk_entry entry;
    struct rt_next next;

    build();
    walk = rt_walk(folder, true);
    next = RT_NEXT(walk, entry);
    poll_and_drop(&next.future);
    rt_stream_drop(&walk.stream);
    ck_assert_int_eq(waker.held, 0);
    tear_down();
}
END_TEST

START_TEST(a_walk_without_memory_says_so)
{
    struct rt_walk walk;
    struct rt_walk_entry entry;

    build();
    rt_alloc_fail_after(1);
    walk = rt_walk(folder, false);
    ck_assert_int_eq(next_of(&walk, &entry), -ENOMEM);
    ck_assert_int_eq(next_of(&walk, &entry), RT_STREAM_END);
    rt_stream_drop(&walk.stream);
    tear_down();
}
END_TEST

Suite *fs_suite(void)
{
    const TTest *const tests[] = {
        what_is_written_is_read,
        a_file_that_says_its_size_is_0_is_read_to_its_end,
        a_big_file_is_read_and_copied_whole,
        a_copy_has_the_permissions_of_the_original,
        errors_are_negative_errno_values,
        a_renamed_file_has_the_new_name_only,
        files_and_empty_folders_are_removed,
        mkdir_all_makes_what_is_missing,
        an_open_file_is_read_and_written_at_any_offset,
        an_open_file_is_cut_synced_and_asked_for_its_size,
        a_closed_file_gives_ebadf,
        reads_and_writes_move_the_position,
        an_error_of_a_write_is_its_result,
        a_dropped_read_loses_nothing,
        a_read_after_a_dropped_one_reads_anew,
        a_dropped_write_is_not_taken_for_the_next_one,
        a_file_that_is_closed_while_it_is_written_stays_open_until_then,
        bytes_of_a_pipe_that_a_dropped_read_got_are_not_lost,
        a_request_that_was_never_polled_does_nothing,
        a_dropped_open_leaks_no_fd,
        a_dropped_read_writes_nothing_into_the_buffer,
        without_memory_the_error_is_told,
        a_walk_gives_each_entry_with_its_type,
        a_deep_walk_goes_into_folders_but_not_through_links,
        a_folder_that_can_not_be_read_is_named,
        a_walk_goes_on_behind_a_folder_that_can_not_be_read,
        a_folder_of_hundreds_is_given_once_each,
        a_dropped_next_loses_no_entry,
        a_walk_can_be_dropped_while_it_reads,
        a_walk_without_memory_says_so,
        NULL,
    };

    return suite_of("fs", tests);
}
