// SPDX-License-Identifier: MIT
#include "engine/worker_setup.h"
#include "engine/message.h"
#include <errno.h>

// Both sides are the same program at the same version, so what is no pointer travels as it is.
struct worker_setup {
    uint64_t size;
    struct engine_settings plain;
    struct message_text user_agent, ca_file, save_dir;
};

// A field that was added must be carried over: a pointer needs its lines below, anything else only
// this figure.
_Static_assert(sizeof(struct engine_settings) == 56, "are all settings carried to the workers?");

int worker_setup_write(struct buffer *out, const struct engine_settings *settings, size_t most)
{
    struct span user_agent = span_of(settings->fetch.user_agent);
    struct span ca_file = span_of(settings->fetch.ca_file);
    struct span save_dir = span_of(settings->save_dir);
    size_t at = sizeof(struct worker_setup);
    size_t size = message_round(at + message_text_size(user_agent) + message_text_size(ca_file) +
                                message_text_size(save_dir));
    if (size > most)
        return -EMSGSIZE;
    buffer_clear(out);
    char *p = buffer_reserve(out, size);
    if (!p)
        return -ENOMEM;
    memset(p, 0, size);
    struct worker_setup *s = (struct worker_setup *)(void *)p;
    s->size = size;
    s->plain = *settings;
    s->plain.fetch.user_agent = s->plain.fetch.ca_file = s->plain.save_dir = NULL;
    s->user_agent = message_put(p, &at, user_agent);
    s->ca_file = message_put(p, &at, ca_file);
    s->save_dir = message_put(p, &at, save_dir);
    out->n = size;
    return 0;
}

int worker_setup_read(struct engine_settings *out, const void *p, size_t n)
{
    const struct worker_setup *s = p;
    if ((uintptr_t)p % 8 || n < sizeof *s || s->size != n)
        return -EPROTO;
    if (!message_text_valid(p, sizeof *s, n, s->user_agent) ||
        !message_text_valid(p, sizeof *s, n, s->ca_file) ||
        !message_text_valid(p, sizeof *s, n, s->save_dir))
        return -EPROTO;
    *out = s->plain;
    out->fetch.user_agent = message_span(p, s->user_agent).p;
    out->fetch.ca_file = message_span(p, s->ca_file).p;
    out->save_dir = message_span(p, s->save_dir).p;
    return 0;
}
