// SPDX-License-Identifier: MIT
#include "ledger/claim.h"
#include "data/civil.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CLAIM_LOOK (20 * CLOCK_MS)

// What stands in the lock: who has it. The time at which the process was started tells it from a
// later one with its number.
struct owner {
    long pid;
    unsigned long long started; // in ticks since the machine was
    long long since;            // wall seconds
};

// Field 22 of /proc/PID/stat; 0: there is no such process.
static unsigned long long started_at(long pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long n = fd < 0 ? -1 : files_read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *p = strrchr(text, ')'); // behind the name, which may be anything
    for (unsigned field = 2; p && field < 22; field++) {
        p = strchr(p + 1, ' ');
        if (p && field == 2 && p[1] == 'Z')
            return 0; // dead, and not yet reaped
    }
    return p ? strtoull(p + 1, NULL, 10) : 0;
}

static void write_owner(int fd)
{
    char text[128];
    long pid = (long)getpid();
    int n = snprintf(text, sizeof text, "%ld %llu %lld\n", pid, started_at(pid),
                     (long long)(clock_wall() / CLOCK_S));
    // For people and other runs; without it the lock is a lock all the same.
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)n, 0) < 0)
        return;
}

static bool read_owner(int fd, struct owner *o)
{
    char text[128];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    // NOLINTNEXTLINE(cert-err34-c): it is for people, and a number too large is nobody's
    return sscanf(text, "%ld %llu %lld", &o->pid, &o->started, &o->since) == 3;
}

// Its command line, in which what was secret is wiped.
static void command_of(long pid, char *out, size_t room)
{
    char path[64], text[256], shown[512];
    snprintf(path, sizeof path, "/proc/%ld/cmdline", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long n = fd < 0 ? 0 : files_read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    for (long i = 0; i + 1 < n; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    log_escape(shown, sizeof shown, text, n > 1 ? (size_t)n - 1 : 0);
    snprintf(out, room, "%.110s", shown);
}

static int refuse_owned(const char *dir, const struct owner *o, char *why)
{
    char command[128];
    struct civil t = civil_of(o->since);
    command_of(o->pid, command, sizeof command);
    snprintf(
        why, CLAIM_WHY,
        "'%.70s' is in use by process %ld since %04lld-%02u-%02u %02u:%02u:%02u UTC (%s): wait "
        "until it ends, or give another --state",
        dir, o->pid, (long long)t.year, t.month, t.day, t.hour, t.minute, t.second, command);
    return -EBUSY;
}

static int refuse_orphans(const char *dir, char *why)
{
    snprintf(why, CLAIM_WHY,
             "'%.100s': processes that an earlier run has left still have it: they end by "
             "themselves, try again in a moment",
             dir);
    return -EBUSY;
}

static int refuse(const char *dir, int error, char *why)
{
    snprintf(why, CLAIM_WHY, "'%.150s': no state can be kept there: %s", dir, strerror(-error));
    return error;
}

// Takes the lock; waits for what a dead owner has left.
static int lock(int fd, const char *dir, int64_t patience, char *why)
{
    int64_t began = clock_mono();
    bool said = false;
    struct owner o;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        int64_t now = clock_mono();
        if (errno != EWOULDBLOCK && errno != EINTR)
            return refuse(dir, -errno, why);
        if (read_owner(fd, &o) && started_at(o.pid) == o.started)
            return refuse_owned(dir, &o, why);
        if (now - began >= patience)
            return refuse_orphans(dir, why);
        if (!said && now - began > CLOCK_S) {
            log_note("waiting for processes that an earlier run has left to end");
            said = true;
        }
        clock_sleep(now + CLAIM_LOOK);
    }
    return 0;
}

static int make_directory(const char *dir)
{
    char path[PATH_MAX];
    size_t n = strlen(dir);
    if (n >= sizeof path)
        return -ENAMETOOLONG;
    memcpy(path, dir, n + 1);
    for (size_t i = 1; i <= n; i++)
        if (path[i] == '/' || path[i] == '\0') {
            path[i] = '\0';
            mkdir(path, 0700); // whether it worked is seen at the end
            path[i] = dir[i];
        }
    return files_sync_directory(dir);
}

int claim_take(const char *dir, int64_t patience, char *why)
{
    char path[PATH_MAX];
    int r = make_directory(dir);
    if (r == 0 && snprintf(path, sizeof path, "%s/lock", dir) >= (int)sizeof path)
        r = -ENAMETOOLONG;
    int fd = r < 0 ? r : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (r == 0 && fd < 0)
        r = -errno;
    if (r < 0)
        return refuse(dir, r, why);
    r = lock(fd, dir, patience, why);
    if (r < 0) {
        close(fd);
        return r;
    }
    write_owner(fd);
    return fd;
}

bool claim_look(const char *dir, int64_t *pid, int64_t *since)
{
    char path[PATH_MAX];
    struct owner o;
    if (snprintf(path, sizeof path, "%s/lock", dir) >= (int)sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool alive = read_owner(fd, &o) && o.started && started_at(o.pid) == o.started;
    // A process that is alive may be doing something else by now: only its lock tells.
    bool free = alive && flock(fd, LOCK_SH | LOCK_NB) == 0;
    close(fd);
    if (!alive || free)
        return false;
    *pid = o.pid;
    *since = o.since * CLOCK_S;
    return true;
}

void claim_drop(int fd)
{
    if (fd >= 0)
        close(fd);
}
