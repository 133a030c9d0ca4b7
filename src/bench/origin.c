// SPDX-License-Identifier: MIT
#include "bench/origin.h"
#include "serve/serve.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char dns_prefix[] = "answering DNS on ";
static const char http_prefix[] = "listening on http://";

// The child.
static void __attribute__((noreturn))
live(const struct serve_settings *settings, const cpu_set_t *cpus, pid_t parent, int ready)
{
    struct serve_settings s = *settings;
    s.ready_fd = ready;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_NAME, "trawl-origin");
    if (cpus && sched_setaffinity(0, sizeof *cpus, cpus) < 0)
        log_warning("the origin cannot be kept on its CPUs: %s", strerror(errno));
    log_set_level(LOG_ERROR);
    if (getppid() != parent)
        _exit(1);
    _exit(serve_run(&s) < 0);
}

// The lines with which a server says that it is ready; the last one names its port.
static int read_ready(struct origin *o, int fd)
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
                 sscanf(colon + 1, "%hu", &o->port) == 1) // NOLINT(cert-err34-c): our own line
            r = 0;
    }
    fclose(from);
    return r;
}

int origin_start(struct origin *out, const struct serve_settings *settings, const cpu_set_t *cpus)
{
    struct origin o = { 0 };
    int ready[2];
    pid_t parent = getpid();
    if (pipe2(ready, O_CLOEXEC) < 0 || (o.pid = fork()) < 0) {
        int error = errno;
        log_error("cannot start the origin: %s", strerror(error));
        return -error;
    }
    if (o.pid == 0) {
        close(ready[0]);
        live(settings, cpus, parent, ready[1]);
    }
    close(ready[1]);
    int r = read_ready(&o, ready[0]);
    if (r < 0) {
        log_error("the origin did not start");
        origin_stop(&o);
        return r;
    }
    *out = o;
    return 0;
}

void origin_stop(struct origin *o)
{
    if (o->pid <= 0)
        return;
    kill(o->pid, SIGTERM);
    while (waitpid(o->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    o->pid = 0;
}
