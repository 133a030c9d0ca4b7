// SPDX-License-Identifier: MIT
#include "store/cdxj.h"
#include "data/civil.h"
#include "store/json.h"
#include "store/surt.h"

static void cdxj_time(struct buffer *out, int64_t wall)
{
    struct civil c = civil_of(wall / 1000000000);
    buffer_add_format(out, "%04lld%02u%02u%02u%02u%02u", (long long)c.year, c.month, c.day, c.hour,
                      c.minute, c.second);
}

static void cdxj_text(struct buffer *out, const char *key, struct span value)
{
    json_key(out, key);
    json_text(out, value);
}

static void cdxj_number(struct buffer *out, const char *key, uint64_t value)
{
    struct buffer text = { 0 };
    buffer_add_uint(&text, value);
    cdxj_text(out, key, buffer_span(&text));
    buffer_fini(&text);
}

// The type without parameters; "unk" for none, as others have it.
static struct span cdxj_mime(const struct cdxj *c)
{
    struct span type = c->content_type;
    if (c->revisit)
        return span_of("warc/revisit");
    for (size_t i = 0; i < type.n; i++)
        if (type.p[i] == ';' || type.p[i] == ' ' || type.p[i] == ',')
            type.n = i;
    return type.n ? type : span_of("unk");
}

// SHA-1 is so usual that its name is left out.
static struct span cdxj_digest(struct span digest)
{
    static const char sha1[] = "sha1:";
    size_t n = sizeof sha1 - 1;
    if (digest.n > n && memcmp(digest.p, sha1, n) == 0)
        return (struct span){ digest.p + n, digest.n - n };
    return digest.n ? digest : span_of("-");
}

void cdxj_write(struct buffer *out, const struct cdxj *c)
{
    // A document of its own, for the comma that would be due.
    struct buffer object = { 0 };
    surt_write(out, c->url);
    buffer_add_byte(out, ' ');
    cdxj_time(out, c->date);
    buffer_add_byte(out, ' ');
    json_object_open(&object);
    cdxj_text(&object, "url", c->url);
    cdxj_text(&object, "mime", cdxj_mime(c));
    cdxj_number(&object, "status", (uint64_t)c->status);
    cdxj_text(&object, "digest", cdxj_digest(c->digest));
    cdxj_number(&object, "length", c->length);
    cdxj_number(&object, "offset", c->offset);
    cdxj_text(&object, "filename", c->file);
    json_object_close(&object);
    buffer_add(out, object.p, object.n);
    buffer_add_byte(out, '\n');
    out->failed |= object.failed;
    buffer_fini(&object);
}
