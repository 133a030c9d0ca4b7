// SPDX-License-Identifier: MIT
#include "web/sitemap.h"
#include "data/buffer.h"
#include "web/coding.h"
#include "web/sitemap_xml.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum { SITEMAP_CHARSET = 64, SITEMAP_LOOK = 256 };

struct sitemap {
    sitemap_taker *take;
    void *arg;
    char charset[SITEMAP_CHARSET];
    size_t charset_length;
    struct coding *coding;   // NULL: it is not packed, or that is not known yet
    struct sitemap_xml *xml; // NULL: it is text, or that is not known yet
    struct buffer head;      // the first bytes, until they tell what it is
    struct buffer line;      // of text, what there is of the one that is being read
    bool unpacked;           // it is known whether it is packed
    bool told;               // it is known whether it is XML
    bool too_long;           // the line
    bool cut, broken;
    enum sitemap_kind kind;
    uint64_t read; // decoded bytes
    unsigned entries;
    int result;
};

// The charset parameter of a Content-Type; absent when there is none.
static struct span sitemap_charset(struct span content_type)
{
    static const char name[] = "charset=";
    const char *p = content_type.p, *end = p + content_type.n;
    for (; p && p + sizeof name - 1 <= end; p++) {
        if (strncasecmp(p, name, sizeof name - 1) != 0)
            continue;
        p += sizeof name - 1;
        p += p < end && *p == '"';
        size_t n = 0;
        while (p + n < end && !strchr("\"; \t", p[n]))
            n++;
        return (struct span){ p, n };
    }
    return (struct span){ NULL, 0 };
}

int sitemap_new(struct sitemap **out, struct span content_type, sitemap_taker *take, void *arg)
{
    struct span charset = sitemap_charset(content_type);
    struct sitemap *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->take = take;
    s->arg = arg;
    if (charset.n && charset.n < sizeof s->charset) {
        memcpy(s->charset, charset.p, charset.n);
        s->charset_length = charset.n;
    }
    *out = s;
    return 0;
}

void sitemap_free(struct sitemap *s)
{
    if (!s)
        return;
    coding_free(s->coding);
    sitemap_xml_free(s->xml);
    buffer_fini(&s->head);
    buffer_fini(&s->line);
    free(s);
}

static int sitemap_take(void *arg, const struct sitemap_entry *entry)
{
    struct sitemap *s = arg;
    if (s->entries == SITEMAP_ENTRIES) {
        s->cut = true;
        return 1;
    }
    s->entries++;
    return s->take(s->arg, entry);
}

static bool sitemap_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// A line of text counts when it is a whole URL; a page that is no XML has none of those.
static int sitemap_line(struct sitemap *s)
{
    struct sitemap_entry e = { buffer_span(&s->line), { NULL, 0 } };
    while (e.url.n && sitemap_is_blank(e.url.p[0])) {
        e.url.p++;
        e.url.n--;
    }
    while (e.url.n && sitemap_is_blank(e.url.p[e.url.n - 1]))
        e.url.n--;
    bool whole = (e.url.n > 7 && strncasecmp(e.url.p, "http://", 7) == 0) ||
                 (e.url.n > 8 && strncasecmp(e.url.p, "https://", 8) == 0);
    int r = whole && !s->too_long ? sitemap_take(s, &e) : 0;
    if (e.url.n && !whole)
        s->broken = true;
    buffer_clear(&s->line);
    s->too_long = false;
    return r;
}

static int sitemap_text(struct sitemap *s, struct span piece, bool last)
{
    while (piece.n) {
        const char *end = memchr(piece.p, '\n', piece.n);
        size_t n = end ? (size_t)(end - piece.p) : piece.n;
        if (s->line.n + n > SITEMAP_TEXT_MOST)
            s->too_long = true;
        else
            buffer_add(&s->line, piece.p, n);
        if (s->line.failed)
            return -ENOMEM;
        n += end != NULL;
        piece.p += n;
        piece.n -= n;
        int r = end ? sitemap_line(s) : 0;
        if (r != 0)
            return r;
    }
    int r = last ? sitemap_line(s) : 0;
    if (last && s->entries == 0 && s->broken)
        s->kind = SITEMAP_NONE;
    return r;
}

// Whether the first bytes are those of XML: a '<', in whatever encoding, behind a byte order mark
// and blanks. -1: they do not tell yet.
static int sitemap_is_xml(struct span head)
{
    if (head.n >= 2 && (memcmp(head.p, "\xff\xfe", 2) == 0 || memcmp(head.p, "\xfe\xff", 2) == 0))
        return 1;
    for (size_t i = 0; i < head.n; i++) {
        if (head.p[i] == '<')
            return 1;
        if (head.p[i] && !sitemap_is_blank(head.p[i]) && !strchr("\xef\xbb\xbf", head.p[i]))
            return 0;
    }
    return head.n < SITEMAP_LOOK ? -1 : 0;
}

static int sitemap_tell(struct sitemap *s, bool xml, bool marked)
{
    s->told = true;
    s->kind = xml ? SITEMAP_UNKNOWN : SITEMAP_TEXT;
    struct span charset = { s->charset, marked ? 0 : s->charset_length };
    return xml ? sitemap_xml_new(&s->xml, charset, sitemap_take, s) : 0;
}

static int sitemap_parse(struct sitemap *s, struct span piece, bool last)
{
    if (!s->xml)
        return sitemap_text(s, piece, last);
    int r = sitemap_xml_feed(s->xml, piece, last);
    s->kind = sitemap_xml_kind(s->xml);
    s->broken |= sitemap_xml_broken(s->xml);
    return r;
}

// Decoded bytes.
static int sitemap_read(struct sitemap *s, struct span piece, bool last)
{
    uint64_t left = SITEMAP_MOST - s->read;
    if (piece.n > left) {
        s->cut = true;
        piece.n = (size_t)left;
    }
    s->read += piece.n;
    if (s->told) {
        int r = sitemap_parse(s, piece, last);
        return r == 0 && s->cut ? 1 : r;
    }
    buffer_add(&s->head, piece.p, piece.n);
    if (s->head.failed)
        return -ENOMEM;
    struct span head = buffer_span(&s->head);
    bool marked = head.n >= 3 && memcmp(head.p, "\xef\xbb\xbf", 3) == 0;
    if (marked) {
        head.p += 3;
        head.n -= 3;
    }
    int xml = sitemap_is_xml(head);
    if (xml < 0 && !last)
        return 0;
    int r = sitemap_tell(s, xml > 0, marked);
    return r < 0 ? r : sitemap_parse(s, head, last);
}

static int sitemap_unpacked(void *arg, const char *p, size_t n)
{
    return sitemap_read(arg, (struct span){ p, n }, false);
}

static int sitemap_unpack(struct sitemap *s, struct span piece)
{
    int r = coding_write(s->coding, piece, sitemap_unpacked, s);
    if (r == -EBADMSG || r == -ENODATA)
        s->broken = true;
    if (r == -EFBIG)
        s->cut = true;
    return r == -EBADMSG || r == -EFBIG ? 1 : r;
}

// The first two bytes tell whether it is packed.
static int sitemap_open(struct sitemap *s, struct span piece, bool last)
{
    buffer_add(&s->head, piece.p, piece.n);
    if (s->head.failed)
        return -ENOMEM;
    if (s->head.n < 2 && !last)
        return 0;
    s->unpacked = true;
    struct buffer head = s->head;
    s->head = (struct buffer){ 0 };
    int r = 0;
    if (head.n >= 2 && memcmp(head.p, "\x1f\x8b", 2) == 0)
        r = coding_new(&s->coding, span_of("gzip"), SITEMAP_MOST);
    if (r == 0)
        r = s->coding ? sitemap_unpack(s, buffer_span(&head))
                      : sitemap_read(s, buffer_span(&head), false);
    buffer_fini(&head);
    return r;
}

int sitemap_feed(struct sitemap *s, struct span piece)
{
    if (s->result == 0 && piece.n)
        s->result = !s->unpacked ? sitemap_open(s, piece, false)
                    : s->coding  ? sitemap_unpack(s, piece)
                                 : sitemap_read(s, piece, false);
    return s->result;
}

int sitemap_end(struct sitemap *s)
{
    if (s->result != 0)
        return s->result;
    if (!s->unpacked)
        s->result = sitemap_open(s, (struct span){ "", 0 }, true);
    if (s->result == 0 && s->coding && coding_finish(s->coding) < 0)
        s->broken = true;
    if (s->result == 0)
        s->result = sitemap_read(s, (struct span){ "", 0 }, true);
    return s->result;
}

enum sitemap_kind sitemap_kind(const struct sitemap *s)
{
    return s->kind;
}

const char *sitemap_word(enum sitemap_kind kind)
{
    static const char *const words[] = {
        [SITEMAP_UNKNOWN] = "",  [SITEMAP_URLSET] = "urlset", [SITEMAP_INDEX] = "sitemapindex",
        [SITEMAP_TEXT] = "text", [SITEMAP_RSS] = "rss",       [SITEMAP_ATOM] = "atom",
        [SITEMAP_NONE] = "",
    };
    return words[kind];
}

bool sitemap_cut(const struct sitemap *s)
{
    return s->cut;
}

bool sitemap_broken(const struct sitemap *s)
{
    return s->broken;
}
