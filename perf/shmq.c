// SPDX-License-Identifier: MIT
// Nanoseconds to pass one message of 400 bytes: by one thread to itself, to another process that
// keeps up, and to one that sleeps and is woken, and back.
#include "sys/shmq.h"
#include "sys/clock.h"
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALONE = 5000000, STREAM = 2000000, ECHOES = 50000, BYTES = 400, ROOM = 65536 };

static char text[BYTES];

// Takes `count` messages, and sends each back when there is a queue to do so.
static int drain(struct shmq *from, struct shmq *back, int count)
{
    for (int i = 0; i < count;) {
        const void *p;
        size_t n;
        int some = shmq_peek(from, &p, &n);
        if (some == 0 && shmq_wait(from, CLOCK_NEVER) == 0)
            continue;
        if (some != 1 || (back && shmq_write(back, p, n) < 0))
            return 1;
        shmq_release(from);
        i++;
    }
    return 0;
}

static double alone(struct shmq *q)
{
    int64_t start = clock_mono();
    for (int i = 0; i < ALONE; i++)
        if (shmq_write(q, text, BYTES) < 0 || drain(q, NULL, 1))
            return -1;
    return (double)(clock_mono() - start) / ALONE;
}

static double stream(struct shmq *q)
{
    int64_t start = clock_mono();
    pid_t pid = fork();
    if (pid == 0)
        _exit(drain(q, NULL, STREAM));
    for (int i = 0; i < STREAM; i++)
        while (shmq_write(q, text, BYTES) < 0)
            shmq_wait_room(q, BYTES, CLOCK_NEVER);
    waitpid(pid, NULL, 0);
    return (double)(clock_mono() - start) / STREAM;
}

static double echo(struct shmq *down, struct shmq *up)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(drain(down, up, ECHOES));
    int64_t start = clock_mono();
    for (int i = 0; i < ECHOES; i++)
        if (shmq_write(down, text, BYTES) < 0 || drain(up, NULL, 1))
            return -1;
    waitpid(pid, NULL, 0);
    return (double)(clock_mono() - start) / ECHOES;
}

int main(void)
{
    struct shmq *down, *up;
    if (shmq_new(&down, ROOM, SHMQ_PROCESSES) < 0 || shmq_new(&up, ROOM, SHMQ_PROCESSES) < 0)
        return 1;
    printf("shmq: a message of %d bytes, alone %.1f ns", BYTES, alone(down));
    printf(", to a busy process %.0f ns", stream(down));
    shmq_free(down);
    if (shmq_new(&down, ROOM, SHMQ_PROCESSES) < 0)
        return 1;
    fflush(stdout);
    printf(", there and back between sleepers %.0f ns\n", echo(down, up));
    shmq_free(down);
    shmq_free(up);
    return 0;
}
