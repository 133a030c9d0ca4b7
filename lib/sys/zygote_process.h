// SPDX-License-Identifier: MIT
#ifndef SYS_ZYGOTE_PROCESS_H
#define SYS_ZYGOTE_PROCESS_H
#include "sys/zygote.h"
#include <sys/socket.h>

// What the two halves of a zygote share: zygote.c, the coordinator's, and zygote_process.c, which
// runs in the process of its own. Nobody else includes this. A request is one message of a
// SOCK_SEQPACKET socket, followed by the setup of a worker, with its descriptors as SCM_RIGHTS. A
// report is one struct zygote_report.
struct rusage;

enum zygote_verb { ZYGOTE_SPAWN, ZYGOTE_KILL };

struct zygote_request {
    enum zygote_verb what;
    unsigned kind;
    uint64_t tag;
};

union zygote_control {
    struct cmsghdr head; // for its alignment
    char bytes[CMSG_SPACE(ZYGOTE_FDS * sizeof(int))];
};

// The life of the zygote, in the process just forked. `fd` is its end of the socket, `keep` a
// descriptor that stays open, or -1.
_Noreturn void zygote_process(int fd, int keep, pid_t coordinator, zygote_worker *worker);

void zygote_usage_of(struct zygote_usage *out, const struct rusage *r);
#endif
