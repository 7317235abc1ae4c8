#include "unit/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes, not characters: the reader sees each one as its Latin-1 letter. */
static void put_string(FILE *file, const char *name, const char *text,
                       size_t size)
{
    fprintf(file, ", \"%s\": \"", name);
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte < ' ' || byte > '~' || byte == '"' || byte == '\\') {
            fprintf(file, "\\u%04x", byte);
        } else {
            fputc(byte, file);
        }
    }
    fputc('"', file);
}

static void send_line(int fd, FILE *file, char **line, size_t *size)
{
    fputs("}\n", file);
    fclose(file);
    for (size_t sent = 0; sent < *size;) {
        ssize_t more = write(fd, *line + sent, *size - sent);

        if (more <= 0) {
            break; /* nobody listens any more */
        }
        sent += (size_t)more;
    }
    free(*line);
}

void record_failure(int fd, const struct run *run, const char *symptom,
                    const char *message)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&line, &size);

    fprintf(file, "{\"seed\": %llu, \"status\": %d, \"is_over\": %s",
            (unsigned long long)run->seed, run->status,
            run->is_over ? "true" : "false");
    fprintf(file, ", \"now\": %llu, \"next\": %lld, \"tasks\": %llu",
            (unsigned long long)run->state.now, (long long)run->state.next,
            (unsigned long long)run->state.tasks);
    put_string(file, "symptom", symptom, strlen(symptom));
    put_string(file, "message", message, strlen(message));
    put_string(file, "folder", run->folder, strlen(run->folder));
    put_string(file, "output", run->output.text, run->output.size);
    put_string(file, "errors", run->errors.text, run->errors.size);
    send_line(fd, file, &line, &size);
}

void record_done(int fd, int runs)
{
    char *line = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&line, &size);

    fprintf(file, "{\"done\": %d", runs);
    send_line(fd, file, &line, &size);
}
