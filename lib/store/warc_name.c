// SPDX-License-Identifier: MIT
#include "store/warc_name.h"
#include "data/civil.h"

static const char warc_name_suffix[] = ".warc.gz";

uint64_t warc_name_time(int64_t wall)
{
    struct civil c = civil_of(wall / 1000000000);
    uint64_t v = (uint64_t)c.year;
    const unsigned part[] = { c.month, c.day, c.hour, c.minute, c.second };
    for (int i = 0; i < 5; i++)
        v = v * 100 + part[i];
    return v * 1000 + (uint64_t)(wall / 1000000 % 1000);
}

void warc_name_write(struct buffer *out, struct span prefix, const struct warc_name *name)
{
    buffer_add(out, prefix.p, prefix.n);
    buffer_add_format(out, "-%017llu-%05u-%05u%s%s", (unsigned long long)name->time, name->worker,
                      name->serial, warc_name_suffix, name->open ? WARC_NAME_OPEN : "");
}

struct span warc_name_base(struct span prefix)
{
    const char *slash = prefix.n ? memrchr(prefix.p, '/', prefix.n) : NULL;
    if (!slash)
        return prefix;
    return (struct span){ slash + 1, (size_t)(prefix.p + prefix.n - slash - 1) };
}

struct span warc_name_directory(struct span prefix)
{
    size_t n = prefix.n - warc_name_base(prefix).n;
    return n ? (struct span){ prefix.p, n } : (struct span){ ".", 1 };
}

// Takes a dash and digits, `least` at least, off the front.
static bool warc_name_number(struct span *s, unsigned least, uint64_t most, uint64_t *out)
{
    size_t i = 1;
    uint64_t v = 0;
    if (s->n == 0 || *s->p != '-')
        return false;
    for (; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
        v = v * 10 + (uint64_t)(s->p[i] - '0');
        if (v > most)
            return false;
    }
    if (i - 1 < least)
        return false;
    *s = (struct span){ s->p + i, s->n - i };
    *out = v;
    return true;
}

bool warc_name_read(struct warc_name *out, struct span prefix, struct span name)
{
    struct span base = warc_name_base(prefix);
    uint64_t time, worker, serial;
    if (name.n < base.n || memcmp(name.p, base.p, base.n) != 0)
        return false;
    struct span rest = { name.p + base.n, name.n - base.n };
    if (!warc_name_number(&rest, 17, UINT64_C(99999999999999999), &time) ||
        !warc_name_number(&rest, 5, UINT32_MAX, &worker) ||
        !warc_name_number(&rest, 5, UINT32_MAX, &serial))
        return false;
    size_t n = sizeof warc_name_suffix - 1;
    if (rest.n < n || memcmp(rest.p, warc_name_suffix, n) != 0)
        return false;
    rest = (struct span){ rest.p + n, rest.n - n };
    if (rest.n && !span_is(rest, WARC_NAME_OPEN))
        return false;
    *out = (struct warc_name){ time, (unsigned)worker, (unsigned)serial, rest.n > 0 };
    return true;
}
