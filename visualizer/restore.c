#include "restore.h"

#include <ncurses.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

enum {
    BYTES_MOST = 256,
    CAPABILITY_NAME = 8, /* the longest name, with its NUL */
};

static struct termios saved;
static char bytes[BYTES_MOST];
static size_t length;
static volatile sig_atomic_t signal_number;

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};

/* The string for a capability of the terminal, or NULL. */
static const char *find(const char *name)
{
    char copy[CAPABILITY_NAME];
    const char *value;

    snprintf(copy, sizeof(copy), "%s", name);
    value = tigetstr(copy);
    return value == (const char *)-1 ? NULL : value;
}

bool restore_can_draw(void)
{
    int error;

    return isatty(STDOUT_FILENO) &&
           setupterm(NULL, STDOUT_FILENO, &error) == OK && find("cup");
}

void restore_save(void)
{
    tcgetattr(STDIN_FILENO, &saved);
}

static void on_ending(int number)
{
    signal_number = number;
}

/* SA_RESETHAND has put the default back: raising it again ends us. */
static void on_crash(int number)
{
    (void)!write(STDOUT_FILENO, bytes, length);
    tcsetattr(STDIN_FILENO, TCSANOW, &saved);
    raise(number);
}

/* Terminal descriptions carry waits, as "$<5>"; nobody needs them now. */
static void add(const char *capability)
{
    while (capability && *capability && length < BYTES_MOST) {
        if (strncmp(capability, "$<", 2) == 0 && strchr(capability, '>')) {
            capability = strchr(capability, '>') + 1;
        } else {
            bytes[length++] = *capability++;
        }
    }
}

static void add_all(void)
{
    static const char *const names[] = {"sgr0", "cnorm", "rmkx", "rmcup"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        add(find(names[i]));
    }
}

void restore_install(void)
{
    struct sigaction ending = {.sa_handler = on_ending};
    struct sigaction crash = {.sa_handler = on_crash,
                              .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

    add_all();
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        sigaction(endings[i], &ending, NULL);
    }
    for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
        sigaction(crashes[i], &crash, NULL);
    }
}

int restore_signal(void)
{
    return signal_number;
}

void restore_finish(void)
{
    if (signal_number) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
}
