// SPDX-License-Identifier: MIT
#include "engine/confine.h"
#include "store/warc_name.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include "visit/settings.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFINE_PATHS = 24 };

// Paths as they are gathered; ended by a NULL.
struct confine_list {
    const char *path[CONFINE_PATHS + 1];
    unsigned count;
};

static void confine_add(struct confine_list *l, const char *path)
{
    if (path && *path && l->count < CONFINE_PATHS)
        l->path[l->count++] = path;
}

// What TLS is set up from when the first https URL comes, what converts from other encodings, and
// what a backtrace is made of.
static void confine_reads(struct confine_list *l, const struct visit_settings *s)
{
    static const char *const always[] = { "/etc/ssl",
                                          "/usr/lib/ssl",
                                          "/usr/share/ca-certificates",
                                          "/usr/local/share/ca-certificates",
                                          "/etc/crypto-policies",
                                          "/usr/lib",
                                          "/lib",
                                          "/lib64",
                                          "/etc/ld.so.cache",
                                          "/proc/self",
                                          "/dev/urandom",
                                          "/dev/null",
                                          "/etc/localtime" };
    for (unsigned i = 0; i < sizeof always / sizeof *always; i++)
        confine_add(l, always[i]);
    confine_add(l, s->fetch.ca_file);
    confine_add(l, s->fetch.cert_file);
    confine_add(l, s->fetch.key_file);
    confine_add(l, getenv("SSL_CERT_FILE"));
    confine_add(l, getenv("SSL_CERT_DIR"));
    confine_add(l, getenv("OPENSSL_CONF"));
}

static bool confine_is_possible(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false; // a sanitizer looks at its own process in ways that are refused
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return false;
#else
    return true;
#endif
#else
    return true;
#endif
}

int confine(const struct visit_settings *s)
{
    struct confine_list reads = { 0 }, writes = { 0 };
    char archive[4096];
    if (s->no_sandbox || !confine_is_possible())
        return 0;
    confine_reads(&reads, s);
    confine_add(&writes, s->save_dir);
    if (s->warc_prefix) {
        struct span where = warc_name_directory(span_of(s->warc_prefix));
        snprintf(archive, sizeof archive, "%.*s", (int)where.n, where.p);
        confine_add(&writes, archive);
    }
    struct sandbox sandbox = { reads.path, writes.path };
    int parts = sandbox_enter(&sandbox);
    if (parts < 0) {
        log_error("a worker cannot give up what it does not need: %s; --no-sandbox runs without",
                  strerror(-parts));
        return parts;
    }
    log_detail("a worker's sandbox: %s, %s",
               parts & SANDBOX_CALLS ? "calls are filtered" : "no filter of calls here",
               parts & SANDBOX_FILES ? "files are" : "no filter of files here");
    return 0;
}
