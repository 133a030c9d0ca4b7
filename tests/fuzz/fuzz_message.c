// SPDX-License-Identifier: MIT
// What a worker gone mad may write into the queue: jobs and outcomes; and the settings that it
// gets.
#include "engine/worker_setup.h"
#include "fetch/response.h"
#include "fuzz.h"
#include "visit/outcome.h"

static size_t sum;

static void touch(const void *message, struct message_text t)
{
    struct span s = message_span(message, t);
    for (size_t i = 0; i < s.n; i++)
        sum += (unsigned char)s.p[i];
    FUZZ_MUST(!s.p || s.p[s.n] == '\0');
}

static void read_setup(const void *p, size_t n)
{
    struct visit_settings s;
    if (worker_setup_read(&s, p, n) < 0)
        return;
    const char *const strings[] = { s.fetch.user_agent, s.fetch.ca_file, s.save_dir,
                                    s.warc_prefix };
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        sum += strings[i] ? strlen(strings[i]) : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *copy = fuzz_copy(fuzz_all(data, size));
    const struct job *j = copy;
    const struct outcome *o = copy;
    if (job_valid(j, size)) {
        touch(j, j->url);
        touch(j, j->host);
        touch(j, j->method);
        touch(j, j->credentials);
        touch(j, j->path);
        touch(j, j->headers);
        touch(j, j->proxy);
        for (unsigned i = 0; i < j->addresses; i++)
            sum += job_addresses(j)[i].family;
    }
    if (outcome_valid(o, size)) {
        struct tls_facts tls;
        touch(o, o->message);
        touch(o, o->content_type);
        touch(o, o->location);
        touch(o, o->retry_after);
        touch(o, o->etag);
        touch(o, o->last_modified);
        touch(o, o->saved);
        outcome_tls(o, &tls);
        struct span findings = outcome_findings(o);
        FUZZ_MUST(findings.n == 0 || findings.p + findings.n == (const char *)copy + size);
    }
    read_setup(copy, size);
    free(copy);
    return 0;
}
