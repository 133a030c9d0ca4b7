// SPDX-License-Identifier: MIT
// What the tags of a page say of links.
#include "html/links_page.h"
#include "html/refresh.h"
#include "html/rel.h"
#include "html/srcset.h"

static bool links_wants(const struct links *l, enum links_tag tag)
{
    return l->options.tags & 1U << tag;
}

static uint32_t links_rel(struct links *l, const struct scan_tag *t)
{
    struct span rel = scan_value(t, ATTRIBUTE_REL);
    return rel.n ? rel_parse(links_decode(l, rel)) : 0;
}

static bool links_is_blank(struct span s)
{
    for (size_t k = 0; k < s.n; k++)
        if ((unsigned char)s.p[k] > ' ')
            return false;
    return true;
}

// One reference of an attribute. Where a page would load something, an empty one loads nothing.
static void links_take(struct links *l, const struct scan_tag *t, enum attribute a,
                       enum links_tag tag, bool nofollow)
{
    bool hyperlink = tag == LINKS_A || tag == LINKS_AREA;
    struct span value = scan_value(t, a);
    if (!value.p || !links_wants(l, tag))
        return;
    value = links_decode(l, value);
    if (hyperlink || !links_is_blank(value))
        links_add(l, value, tag, nofollow);
}

static void links_take_srcset(struct links *l, const struct scan_tag *t, enum attribute a,
                              enum links_tag tag)
{
    struct span value = scan_value(t, a), url;
    if (!value.p || !links_wants(l, tag))
        return;
    struct span rest = links_decode(l, value);
    while (srcset_next(&rest, &url))
        links_add(l, url, tag, false);
}

static void links_take_anchor(struct links *l, const struct scan_tag *t, enum links_tag tag)
{
    enum attribute a = t->has & 1U << ATTRIBUTE_HREF ? ATTRIBUTE_HREF : ATTRIBUTE_XLINK_HREF;
    links_take(l, t, a, tag, links_rel(l, t) & REL_NOFOLLOW);
}

static void links_take_link(struct links *l, const struct scan_tag *t)
{
    uint32_t rel = links_rel(l, t);
    if (rel & REL_HINT)
        return;
    enum links_tag tag = rel & REL_PAGE && !(rel & REL_RESOURCE) ? LINKS_LINK : LINKS_RESOURCE;
    links_take(l, t, ATTRIBUTE_HREF, tag, rel & REL_NOFOLLOW);
    links_take_srcset(l, t, ATTRIBUTE_IMAGESRCSET, LINKS_RESOURCE);
    struct span href = scan_value(t, ATTRIBUTE_HREF);
    if (rel & REL_CANONICAL && href.p)
        links_add(l, links_decode(l, href), LINKS_CANONICAL, false);
}

static void links_take_refresh(struct links *l, const struct scan_tag *t)
{
    struct span url, content = scan_value(t, ATTRIBUTE_CONTENT);
    if (content.p && links_wants(l, LINKS_META) && refresh_parse(links_decode(l, content), &url))
        links_add(l, url, LINKS_META, false);
}

// A meta element may still say the encoding behind the first kilobyte, when nobody else did.
static void links_take_charset(struct links *l, const struct scan_tag *t, bool is_type)
{
    enum charset c = CHARSET_UNKNOWN;
    if (l->charset != CHARSET_UNKNOWN)
        return;
    if (t->has & 1U << ATTRIBUTE_CHARSET)
        c = charset_find(scan_value(t, ATTRIBUTE_CHARSET));
    else if (is_type && t->has & 1U << ATTRIBUTE_CONTENT)
        c = prescan_content(scan_value(t, ATTRIBUTE_CONTENT));
    c = prescan_believed(c);
    if (c == CHARSET_UNKNOWN || charset_is_opaque(c))
        return;
    l->charset = c;
}

static void links_take_name(struct links *l, const struct scan_tag *t)
{
    char name[64];
    struct span given = scan_value(t, ATTRIBUTE_NAME);
    if (!l->listener.meta || given.n == 0 || given.n > sizeof name)
        return;
    if (!span_is_any_case(given, "robots") &&
        !(l->options.agent && span_is_any_case(given, l->options.agent)))
        return;
    memcpy(name, given.p, given.n);
    struct span content = links_decode(l, scan_value(t, ATTRIBUTE_CONTENT));
    l->listener.meta(l->listener.arg, (struct span){ name, given.n }, content);
}

static void links_take_meta(struct links *l, const struct scan_tag *t)
{
    struct span pragma = scan_value(t, ATTRIBUTE_HTTP_EQUIV);
    if (pragma.p && span_is_any_case(pragma, "refresh"))
        links_take_refresh(l, t);
    if (t->written)
        return;
    links_take_charset(l, t, pragma.p && span_is_any_case(pragma, "content-type"));
    links_take_name(l, t);
}

static void links_take_form(struct links *l, const struct scan_tag *t)
{
    struct span method = scan_value(t, ATTRIBUTE_METHOD);
    if (!method.p || !(span_is_any_case(method, "post") || span_is_any_case(method, "dialog")))
        links_take(l, t, ATTRIBUTE_ACTION, LINKS_FORM, links_rel(l, t) & REL_NOFOLLOW);
}

void links_take_tag(void *arg, const struct scan_tag *t)
{
    struct links *l = arg;
    if (t->end) {
        if (t->element == ELEMENT_HEAD)
            links_stop_waiting(l);
        return;
    }
    switch (t->element) {
    case ELEMENT_A:
        links_take_anchor(l, t, LINKS_A);
        break;
    case ELEMENT_AREA:
        links_take_anchor(l, t, LINKS_AREA);
        break;
    case ELEMENT_BASE:
        if (t->has & 1U << ATTRIBUTE_HREF)
            links_set_base(l, scan_value(t, ATTRIBUTE_HREF));
        break;
    case ELEMENT_BODY:
        links_stop_waiting(l);
        break;
    case ELEMENT_FORM:
        links_take_form(l, t);
        break;
    case ELEMENT_FRAME:
        links_take(l, t, ATTRIBUTE_SRC, LINKS_FRAME, false);
        break;
    case ELEMENT_IFRAME:
        links_take(l, t, ATTRIBUTE_SRC, LINKS_IFRAME, false);
        break;
    case ELEMENT_IMAGE:
        links_take(l, t, ATTRIBUTE_HREF, LINKS_IMG, false);
        links_take(l, t, ATTRIBUTE_XLINK_HREF, LINKS_IMG, false);
        links_take(l, t, ATTRIBUTE_SRC, LINKS_IMG, false);
        break;
    case ELEMENT_IMG:
        links_take(l, t, ATTRIBUTE_SRC, LINKS_IMG, false);
        links_take_srcset(l, t, ATTRIBUTE_SRCSET, LINKS_IMG);
        break;
    case ELEMENT_INPUT:
        if (span_is_any_case(scan_value(t, ATTRIBUTE_TYPE), "image"))
            links_take(l, t, ATTRIBUTE_SRC, LINKS_IMG, false);
        break;
    case ELEMENT_LINK:
        links_take_link(l, t);
        break;
    case ELEMENT_META:
        links_take_meta(l, t);
        break;
    case ELEMENT_SCRIPT:
        links_take(l, t, ATTRIBUTE_SRC, LINKS_SCRIPT, false);
        break;
    case ELEMENT_SOURCE:
        links_take(l, t, ATTRIBUTE_SRC, LINKS_SOURCE, false);
        links_take_srcset(l, t, ATTRIBUTE_SRCSET, LINKS_SOURCE);
        break;
    case ELEMENT_AUDIO:
    case ELEMENT_TRACK:
    case ELEMENT_VIDEO:
        links_take(l, t, ATTRIBUTE_SRC, LINKS_MEDIA, false);
        links_take(l, t, ATTRIBUTE_POSTER, LINKS_MEDIA, false);
        break;
    case ELEMENT_EMBED:
        links_take(l, t, ATTRIBUTE_SRC, LINKS_OBJECT, false);
        break;
    case ELEMENT_OBJECT:
        links_take(l, t, ATTRIBUTE_DATA, LINKS_OBJECT, false);
        break;
    default:
        break;
    }
}
