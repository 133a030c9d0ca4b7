// SPDX-License-Identifier: MIT
#include "engine/worker_setup.h"
#include "visit/message.h"
#include <errno.h>

// The strings among the settings.
static const size_t worker_setup_strings[] = {
#define FETCH_STRING(field) offsetof(struct visit_settings, fetch.field)
    FETCH_STRING(user_agent),
    FETCH_STRING(ca_file),
    FETCH_STRING(cert_file),
    FETCH_STRING(key_file),
    FETCH_STRING(key_password),
    FETCH_STRING(interface),
    offsetof(struct visit_settings, save_dir),
    offsetof(struct visit_settings, warc_prefix),
    offsetof(struct visit_settings, warc_info),
    offsetof(struct visit_settings, accept_types),
#undef FETCH_STRING
};

enum { WORKER_SETUP_STRINGS = sizeof worker_setup_strings / sizeof worker_setup_strings[0] };

// Both sides are the same program at the same version, so what is no pointer travels as it is.
struct worker_setup {
    uint64_t size;
    struct visit_settings plain;
    struct message_text string[WORKER_SETUP_STRINGS];
};

// A field that was added must be carried over: a string needs its line above, anything else only
// this figure. The flow's memory is at the same address in every process.
_Static_assert(sizeof(struct visit_settings) == 192, "are all settings carried to the workers?");

static const char **worker_setup_string(struct visit_settings *s, unsigned i)
{
    return (const char **)(void *)((char *)s + worker_setup_strings[i]);
}

int worker_setup_write(struct buffer *out, const struct visit_settings *settings, size_t most)
{
    struct visit_settings plain = *settings;
    struct span string[WORKER_SETUP_STRINGS];
    size_t at = sizeof(struct worker_setup), size = at;
    for (unsigned i = 0; i < WORKER_SETUP_STRINGS; i++) {
        const char **field = worker_setup_string(&plain, i);
        string[i] = span_of(*field);
        size += message_text_size(string[i]);
        *field = NULL;
    }
    size = message_round(size);
    if (size > most)
        return -EMSGSIZE;
    buffer_clear(out);
    char *p = buffer_reserve(out, size);
    if (!p)
        return -ENOMEM;
    memset(p, 0, size);
    struct worker_setup *s = (struct worker_setup *)(void *)p;
    s->size = size;
    s->plain = plain;
    for (unsigned i = 0; i < WORKER_SETUP_STRINGS; i++)
        s->string[i] = message_put(p, &at, string[i]);
    out->n = size;
    return 0;
}

void worker_setup_number(struct buffer *setup, unsigned number)
{
    ((struct worker_setup *)(void *)setup->p)->plain.worker = number;
}

int worker_setup_read(struct visit_settings *out, const void *p, size_t n)
{
    const struct worker_setup *s = p;
    if ((uintptr_t)p % 8 || n < sizeof *s || s->size != n)
        return -EPROTO;
    for (unsigned i = 0; i < WORKER_SETUP_STRINGS; i++) {
        if (!message_text_valid(p, sizeof *s, n, s->string[i]))
            return -EPROTO;
    }
    *out = s->plain;
    for (unsigned i = 0; i < WORKER_SETUP_STRINGS; i++)
        *worker_setup_string(out, i) = message_span(p, s->string[i]).p;
    return 0;
}
