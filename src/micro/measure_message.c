// SPDX-License-Identifier: MIT
#include "micro/measure.h"
#include "micro/stopwatch.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/shmq.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

// Both have the same room: 64 KB is what Linux gives a pipe.
enum { MESSAGE_ROOM = 64 * 1024, MESSAGE_BATCH = 16 };

// A pair of one-way transports between the probe (side 0) and its peer. What differs between queue
// and pipe is how a message is sent, and how `n` messages, or all until the end, are taken.
struct message_pair {
    struct shmq *queue[2]; // down, up
    int pipe[2][2];
    size_t bytes;
    char text[MESSAGE_ROOM]; // what is sent; a pipe's reader reads into `taken`
    char taken[MESSAGE_ROOM];
    int (*send)(struct message_pair *p, int way);
    long (*take)(struct message_pair *p, int way, long most);
    bool echo;
};

static struct message_pair pair;

// ---- Queue

static int queue_send(struct message_pair *p, int way)
{
    int r;
    while ((r = shmq_write(p->queue[way], p->text, p->bytes)) == -EAGAIN)
        shmq_wait_room(p->queue[way], p->bytes, CLOCK_NEVER);
    return r;
}

// Waits for a message, then takes what is there, `most` at most. Returns how many; -EPIPE at the
// end.
static long queue_take(struct message_pair *p, int way, long most)
{
    const void *message;
    size_t n;
    long taken = 0;
    int r = 0;
    while (taken < most && (r = shmq_peek(p->queue[way], &message, &n)) >= 0) {
        if (r == 0 && taken > 0)
            break;
        if (r == 0) {
            shmq_wait(p->queue[way], CLOCK_NEVER);
            continue;
        }
        memcpy(p->taken, message, n); // as a pipe would: it is the reader's own then
        shmq_release(p->queue[way]);
        taken++;
    }
    return taken > 0 ? taken : r;
}

// ---- Pipe

static int pipe_send(struct message_pair *p, int way)
{
    return files_write_all(p->pipe[way][1], p->text, p->bytes);
}

// One read takes all that is there and fits: whole messages, but for the last, of which the rest is
// waited for.
static long pipe_take(struct message_pair *p, int way, long most)
{
    size_t fits = sizeof p->taken / p->bytes, want = (size_t)most < fits ? (size_t)most : fits;
    size_t have = 0;
    do {
        long n = files_read(p->pipe[way][0], p->taken + have, want * p->bytes - have);
        if (n <= 0)
            return n < 0 ? n : -EPIPE;
        have += (size_t)n;
    } while (have % p->bytes);
    return (long)(have / p->bytes);
}

// ---- The other side

static int message_peer(void *arg)
{
    struct message_pair *p = arg;
    close(p->pipe[0][1]); // or the end of what we read would never come
    for (;;) {
        long n = p->take(p, 0, p->echo ? 1 : MESSAGE_BATCH * 64);
        if (n < 0)
            return n == -EPIPE ? 0 : (int)n;
        int r = p->echo ? p->send(p, 1) : 0;
        if (r < 0)
            return r;
    }
}

// ---- This side

static int message_batch(struct message_pair *p, struct probe_sample *out)
{
    int r = 0;
    for (int i = 0; i < MESSAGE_BATCH && r == 0; i++) {
        r = p->send(p, 0);
        if (r == 0 && p->echo && p->take(p, 1, 1) != 1)
            r = -EPROTO;
    }
    out->count += p->echo ? 2 * MESSAGE_BATCH : MESSAGE_BATCH;
    return r;
}

static int message_time(const struct probe_plan *plan, struct probe_sample *out)
{
    struct stopwatch watch;
    pid_t peer = probe_fork(message_peer, &pair, plan->cpu[1]);
    if (peer < 0)
        return (int)peer;
    int r = message_batch(&pair, out); // the other side is there
    out->count = 0;
    stopwatch_begin(&watch, peer);
    while (r == 0 && clock_mono() - watch.wall < plan->span)
        r = message_batch(&pair, out);
    // What lies in the room when the time is read is a few dozen of thousands.
    stopwatch_end(&watch, out);
    if (pair.queue[0])
        shmq_close(pair.queue[0]);
    close(pair.pipe[0][1]);
    pair.pipe[0][1] = -1;
    int joined = probe_join(peer);
    return r < 0 ? r : joined;
}

static int message_open_queues(void)
{
    int r = shmq_new(&pair.queue[0], MESSAGE_ROOM, SHMQ_PROCESSES);
    return r < 0 ? r : shmq_new(&pair.queue[1], MESSAGE_ROOM, SHMQ_PROCESSES);
}

// A probe measures once and exits: what it has opened goes with it.
static int message_measure(const struct probe_plan *plan, struct probe_sample *out, bool queue,
                           bool echo)
{
    pair.bytes = plan->bytes;
    pair.echo = echo;
    pair.send = queue ? queue_send : pipe_send;
    pair.take = queue ? queue_take : pipe_take;
    if (plan->bytes == 0 || plan->bytes > MESSAGE_ROOM / 2 - 8)
        return -EINVAL;
    for (int i = 0; i < 2; i++)
        if (pipe2(pair.pipe[i], O_CLOEXEC) < 0)
            return -errno;
    int r = queue ? message_open_queues() : 0;
    return r < 0 ? r : message_time(plan, out);
}

int measure_queue_stream(const struct probe_plan *plan, struct probe_sample *out)
{
    return message_measure(plan, out, true, false);
}

int measure_queue_echo(const struct probe_plan *plan, struct probe_sample *out)
{
    return message_measure(plan, out, true, true);
}

int measure_pipe_stream(const struct probe_plan *plan, struct probe_sample *out)
{
    return message_measure(plan, out, false, false);
}

int measure_pipe_echo(const struct probe_plan *plan, struct probe_sample *out)
{
    return message_measure(plan, out, false, true);
}
