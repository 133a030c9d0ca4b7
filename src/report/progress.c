// SPDX-License-Identifier: MIT
#include "report/progress.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PROGRESS_COLUMNS = 80 };
#define PROGRESS_EVERY (95 * CLOCK_MS) // a tick that is a little early still counts

static const char progress_clear[] = "\r\033[K";

bool progress_possible(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

bool progress_colour(void)
{
    const char *no = getenv("NO_COLOR");
    return progress_possible() && !(no && *no);
}

// A line that the terminal does not take is not worth a complaint.
static void put(const void *p, size_t n)
{
    ssize_t written = write(STDERR_FILENO, p, n);
    (void)written;
}

static unsigned columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return PROGRESS_COLUMNS;
    return size.ws_col;
}

// Keeps the lock until the message stands, so that no draw comes between.
static void step_aside(void *arg)
{
    struct progress *p = arg;
    pthread_mutex_lock(&p->lock);
    if (p->shown)
        put(progress_clear, sizeof progress_clear - 1);
    p->shown = false;
}

static void come_back(void *arg)
{
    struct progress *p = arg;
    pthread_mutex_unlock(&p->lock);
}

static void draw(struct progress *p, const struct crawl_stats *s)
{
    buffer_clear(&p->line);
    buffer_add_byte(&p->line, '\r');
    // The last column stays free: a terminal wraps when it is filled.
    live_line_write(&p->line, p->label, s, &p->history, columns() - 1, p->colour);
    buffer_add_string(&p->line, "\033[K");
    if (p->line.failed)
        return;
    pthread_mutex_lock(&p->lock);
    put(p->line.p, p->line.n);
    p->shown = true;
    pthread_mutex_unlock(&p->lock);
}

static void tick(struct crawl_watcher *w, const struct crawl_stats *s)
{
    struct progress *p = (struct progress *)w; // its first member
    if (!p->live || (p->drawn && s->now - p->drawn < PROGRESS_EVERY))
        return;
    p->drawn = s->now;
    live_line_remember(&p->history, s);
    draw(p, s);
}

void progress_begin(struct progress *p, const char *label, bool wanted)
{
    *p = (struct progress){ .watcher.tick = tick, .label = label };
    pthread_mutex_init(&p->lock, NULL);
    p->live = wanted && progress_possible();
    p->colour = p->live && progress_colour();
    if (p->live)
        log_set_hooks(step_aside, come_back, p);
}

void progress_end(struct progress *p)
{
    if (p->live)
        log_set_hooks(NULL, NULL, NULL);
    if (p->shown)
        put(progress_clear, sizeof progress_clear - 1);
    p->shown = p->live = false;
    buffer_fini(&p->line);
    pthread_mutex_destroy(&p->lock);
}
