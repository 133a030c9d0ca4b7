// SPDX-License-Identifier: MIT
#include "cmd/demo_origin.h"
#include "cmd/demo_web.h"
#include "serve/serve.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORIGIN_IDLE (30 * CLOCK_S)

static const char dns_prefix[] = "answering DNS on ";
static const char http_prefix[] = "listening on http://";

// The child. A process group of its own keeps the terminal's Ctrl-C, meant for the crawl, away from
// it.
static void __attribute__((noreturn)) live(pid_t parent, int ready)
{
    struct serve_settings s = {
        .web_hosts = DEMO_HOSTS,
        .web_pages = DEMO_PAGES,
        .seed = DEMO_SEED,
        .web_delay = DEMO_DELAY_MS * CLOCK_MS,
        .web_errors = DEMO_ERRORS,
        .suffix = DEMO_SUFFIX,
        .dns = "127.0.0.1:0",
        .dns_ttl = 60,
        .idle_timeout = ORIGIN_IDLE,
        .ready_fd = ready,
        .quiet = true,
    };
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    log_set_level(LOG_ERROR);
    if (getppid() != parent)
        _exit(1);
    _exit(serve_run(&s) < 0);
}

// The lines with which a server says that it is ready; the last one names its port.
static int read_ready(struct demo_origin *o, int fd)
{
    char line[64];
    FILE *from = fdopen(fd, "r");
    int r = -EIO;
    if (!from) {
        close(fd);
        return -ENOMEM;
    }
    while (r < 0 && fgets(line, sizeof line, from)) {
        line[strcspn(line, "\n")] = '\0';
        const char *colon = strrchr(line, ':');
        if (strncmp(line, dns_prefix, sizeof dns_prefix - 1) == 0)
            snprintf(o->dns, sizeof o->dns, "%s", line + sizeof dns_prefix - 1);
        else if (strncmp(line, http_prefix, sizeof http_prefix - 1) == 0 && colon &&
                 sscanf(colon + 1, "%hu", &o->port) == 1)
            r = 0;
    }
    fclose(from);
    return r;
}

int demo_origin_start(struct demo_origin *out)
{
    struct demo_origin o = { 0 };
    int ready[2];
    pid_t parent = getpid();
    if (pipe(ready) < 0 || (o.pid = fork()) < 0) {
        int error = errno;
        log_error("cannot start the origin: %s", strerror(error));
        return -error;
    }
    if (o.pid == 0) {
        close(ready[0]);
        live(parent, ready[1]);
    }
    close(ready[1]);
    int r = read_ready(&o, ready[0]);
    if (r < 0) {
        log_error("the origin did not start");
        demo_origin_stop(&o);
        return r;
    }
    *out = o;
    return 0;
}

void demo_origin_stop(struct demo_origin *o)
{
    if (o->pid <= 0)
        return;
    kill(o->pid, SIGTERM);
    while (waitpid(o->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    o->pid = 0;
}
