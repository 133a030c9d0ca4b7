// SPDX-License-Identifier: MIT
#include "web/sitemap_xml.h"
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <stdlib.h>

// What an element's text is of an entry.
enum sitemap_field { FIELD_NONE, FIELD_URL, FIELD_MODIFIED };

struct sitemap_xml {
    xmlParserCtxtPtr parser;
    sitemap_taker *take;
    void *arg;
    enum sitemap_kind kind;
    int result;               // of the taker or of ours; not 0: nothing more is wanted
    const xmlChar *prefix;    // of the root; libxml2 keeps each name once
    unsigned depth;           // of the element that is open; 1: the root
    unsigned on_path;         // so many of the open elements, from the root, are those of an entry
    enum sitemap_field field; // whose text is being gathered
    struct buffer url, modified;
    bool too_long; // the URL of this entry
    bool marred;   // there was damage in this entry
    bool broken;
};

// The names from below the root down to an entry.
static const char *const sitemap_xml_paths[][3] = {
    [SITEMAP_URLSET] = { "url" },
    [SITEMAP_INDEX] = { "sitemap" },
    [SITEMAP_RSS] = { "channel", "item" },
    [SITEMAP_ATOM] = { "entry" },
};

static unsigned sitemap_xml_path_length(enum sitemap_kind kind)
{
    return kind == SITEMAP_RSS ? 2 : 1;
}

static void sitemap_xml_stop(struct sitemap_xml *x, int result)
{
    if (x->result == 0)
        x->result = result;
    xmlStopParser(x->parser);
}

static enum sitemap_kind sitemap_xml_root(const char *name)
{
    static const struct {
        const char *name;
        enum sitemap_kind kind;
    } roots[] = { { "urlset", SITEMAP_URLSET },
                  { "sitemapindex", SITEMAP_INDEX },
                  { "rss", SITEMAP_RSS },
                  { "feed", SITEMAP_ATOM } };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (strcmp(roots[i].name, name) == 0)
            return roots[i].kind;
    return SITEMAP_NONE;
}

// What an element right below an entry is to us.
static enum sitemap_field sitemap_xml_field(enum sitemap_kind kind, const char *name)
{
    if (kind == SITEMAP_RSS)
        return strcmp(name, "link") == 0      ? FIELD_URL
               : strcmp(name, "pubDate") == 0 ? FIELD_MODIFIED
                                              : FIELD_NONE;
    if (kind == SITEMAP_ATOM) // its link is an attribute
        return strcmp(name, "updated") == 0 ? FIELD_MODIFIED : FIELD_NONE;
    return strcmp(name, "loc") == 0       ? FIELD_URL
           : strcmp(name, "lastmod") == 0 ? FIELD_MODIFIED
                                          : FIELD_NONE;
}

static void sitemap_xml_gather(struct sitemap_xml *x, const char *p, size_t n)
{
    struct buffer *to = x->field == FIELD_URL ? &x->url : &x->modified;
    if (to->n + n > SITEMAP_TEXT_MOST) {
        x->too_long |= x->field == FIELD_URL;
        n = 0;
    }
    buffer_add(to, p, n);
    if (to->failed)
        sitemap_xml_stop(x, -ENOMEM);
}

// <link href="..."/>, with the relation "alternate" or none (RFC 4287 §4.2.7).
static void sitemap_xml_atom_link(struct sitemap_xml *x, int count, const xmlChar **attributes)
{
    const xmlChar *href = NULL, *end = NULL;
    for (int i = 0; i < count; i++) {
        const xmlChar **a = attributes + 5 * i; // name, prefix, namespace, value, its end
        size_t n = (size_t)(a[4] - a[3]);
        if (xmlStrEqual(a[0], BAD_CAST "rel") && !(n == 9 && memcmp(a[3], "alternate", 9) == 0))
            return;
        if (xmlStrEqual(a[0], BAD_CAST "href") && !a[1]) {
            href = a[3];
            end = a[4];
        }
    }
    if (!href || x->url.n)
        return;
    x->field = FIELD_URL;
    sitemap_xml_gather(x, (const char *)href, (size_t)(end - href));
    x->field = FIELD_NONE;
}

static void sitemap_xml_begin_entry(struct sitemap_xml *x)
{
    buffer_clear(&x->url);
    buffer_clear(&x->modified);
    x->too_long = x->marred = false;
}

static void sitemap_xml_open(void *arg, const xmlChar *name, const xmlChar *prefix,
                             const xmlChar *space, int spaces, const xmlChar **declared, int count,
                             int defaulted, const xmlChar **attributes)
{
    struct sitemap_xml *x = arg;
    const char *local = (const char *)name;
    (void)space, (void)spaces, (void)declared, (void)defaulted;
    x->depth++;
    x->field = FIELD_NONE;
    if (x->depth == 1) {
        x->kind = sitemap_xml_root(local);
        x->prefix = prefix;
        x->on_path = 1;
        if (x->kind == SITEMAP_NONE)
            sitemap_xml_stop(x, 1);
        return;
    }
    if (x->on_path != x->depth - 1 || x->kind == SITEMAP_NONE)
        return; // in something that is none of ours
    unsigned path = sitemap_xml_path_length(x->kind);
    if (x->depth <= path + 1 && strcmp(sitemap_xml_paths[x->kind][x->depth - 2], local) == 0) {
        x->on_path = x->depth;
        if (x->depth == path + 1)
            sitemap_xml_begin_entry(x);
    } else if (x->depth == path + 2) {
        x->field = prefix == x->prefix ? sitemap_xml_field(x->kind, local) : FIELD_NONE;
        if (x->field == FIELD_URL)
            buffer_clear(&x->url);
        if (x->kind == SITEMAP_ATOM && prefix == x->prefix && strcmp(local, "link") == 0)
            sitemap_xml_atom_link(x, count, attributes);
    }
}

static struct span sitemap_xml_trim(const struct buffer *b)
{
    struct span s = buffer_span(b);
    while (s.n && strchr(" \t\r\n", s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    return s;
}

static void sitemap_xml_end_entry(struct sitemap_xml *x)
{
    struct sitemap_entry e = { sitemap_xml_trim(&x->url), sitemap_xml_trim(&x->modified) };
    if (e.url.n == 0 || x->too_long || x->marred)
        return;
    if (e.modified.n == 0)
        e.modified = (struct span){ NULL, 0 };
    int r = x->take(x->arg, &e);
    if (r != 0)
        sitemap_xml_stop(x, r);
}

static void sitemap_xml_close(void *arg, const xmlChar *name, const xmlChar *prefix,
                              const xmlChar *space)
{
    struct sitemap_xml *x = arg;
    (void)name, (void)prefix, (void)space;
    x->field = FIELD_NONE;
    if (x->on_path == x->depth) {
        if (x->depth > 1 && x->depth == sitemap_xml_path_length(x->kind) + 1 && x->result == 0)
            sitemap_xml_end_entry(x);
        x->on_path--;
    }
    x->depth--;
}

static void sitemap_xml_text(void *arg, const xmlChar *p, int n)
{
    struct sitemap_xml *x = arg;
    if (x->field != FIELD_NONE && x->result == 0)
        sitemap_xml_gather(x, (const char *)p, (size_t)n);
}

// Only those that every XML has: what a document declares does not exist.
static xmlEntityPtr sitemap_xml_entity(void *arg, const xmlChar *name)
{
    (void)arg;
    return xmlGetPredefinedEntity(name);
}

static void sitemap_xml_reference(void *arg, const xmlChar *name)
{
    struct sitemap_xml *x = arg;
    (void)name;
    x->broken = x->marred = true;
}

static void sitemap_xml_error(void *arg, xmlErrorPtr error)
{
    struct sitemap_xml *x = arg;
    if (error->level == XML_ERR_WARNING || error->domain == XML_FROM_NAMESPACE)
        return;
    x->broken = x->marred = true;
    if (error->code == XML_ERR_NO_MEMORY)
        sitemap_xml_stop(x, -ENOMEM);
}

// What goes wrong before there is a parser. By itself libxml2 would print that to standard error,
// and crash over it when it is memory that is lacking. Kept by each thread.
static void sitemap_xml_silence(void *arg, xmlErrorPtr error)
{
    (void)arg, (void)error;
}

// libxml2 would do it at its first use, in several threads at once.
static pthread_once_t sitemap_xml_once = PTHREAD_ONCE_INIT;

// Each thread gets a state at its first use of libxml2, which does not look whether there was
// memory for it; and says that there was none by way of that state. So it is asked for here, where
// it can be seen, and right after as much was to be had.
static bool sitemap_xml_prepare(void)
{
    pthread_once(&sitemap_xml_once, xmlInitParser);
    void *probe = malloc(sizeof(xmlGlobalState));
    free(probe);
    if (!probe || !xmlGetGlobalState())
        return false;
    xmlSetStructuredErrorFunc(NULL, sitemap_xml_silence);
    return true;
}

int sitemap_xml_new(struct sitemap_xml **out, struct span charset, sitemap_taker *take, void *arg)
{
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = sitemap_xml_open,
        .endElementNs = sitemap_xml_close,
        .characters = sitemap_xml_text,
        .cdataBlock = sitemap_xml_text,
        .getEntity = sitemap_xml_entity,
        .reference = sitemap_xml_reference,
        .serror = sitemap_xml_error,
    };
    if (!sitemap_xml_prepare())
        return -ENOMEM;
    struct sitemap_xml *x = calloc(1, sizeof *x);
    char name[64] = "";
    if (!x)
        return -ENOMEM;
    x->take = take;
    x->arg = arg;
    x->parser = xmlCreatePushParserCtxt(&sax, x, NULL, 0, NULL);
    if (!x->parser) {
        free(x);
        return -ENOMEM;
    }
    if (charset.n && charset.n < sizeof name)
        memcpy(name, charset.p, charset.n);
    xmlCharEncodingHandlerPtr handler = name[0] ? xmlFindCharEncodingHandler(name) : NULL;
    // NOENT only lets '&' be itself in attributes: there are no entities.
    xmlCtxtUseOptions(x->parser, XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_RECOVER |
                                     (handler ? XML_PARSE_IGNORE_ENC : 0));
    if (handler)
        xmlSwitchToEncoding(x->parser, handler);
    *out = x;
    return 0;
}

void sitemap_xml_free(struct sitemap_xml *x)
{
    if (!x)
        return;
    xmlFreeDoc(x->parser->myDoc);
    xmlFreeParserCtxt(x->parser);
    buffer_fini(&x->url);
    buffer_fini(&x->modified);
    free(x);
}

int sitemap_xml_feed(struct sitemap_xml *x, struct span piece, bool last)
{
    enum { STEP = 64 << 10 };
    while (x->result == 0 && (piece.n || last)) {
        size_t n = piece.n < STEP ? piece.n : STEP;
        bool end = last && n == piece.n;
        xmlParseChunk(x->parser, piece.p, (int)n, end);
        piece.p += n;
        piece.n -= n;
        if (end)
            break;
    }
    if (last && x->result == 0 && x->kind == SITEMAP_UNKNOWN)
        x->kind = SITEMAP_NONE;
    return x->result;
}

enum sitemap_kind sitemap_xml_kind(const struct sitemap_xml *x)
{
    return x->kind;
}

bool sitemap_xml_broken(const struct sitemap_xml *x)
{
    return x->broken;
}
