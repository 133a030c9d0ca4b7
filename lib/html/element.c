// SPDX-License-Identifier: MIT
#include "html/element.h"

#define BIT(attribute) (1U << ATTRIBUTE_##attribute)

static const struct element_row {
    const char name[ELEMENT_NAME_MOST + 1];
    uint32_t wants;
    enum element_text text;
} element_rows[] = {
    [ELEMENT_NONE] = { "", 0, ELEMENT_MARKUP },
    [ELEMENT_A] = { "a", BIT(HREF) | BIT(REL) | BIT(XLINK_HREF), ELEMENT_MARKUP },
    [ELEMENT_AREA] = { "area", BIT(HREF) | BIT(REL), ELEMENT_MARKUP },
    [ELEMENT_AUDIO] = { "audio", BIT(SRC), ELEMENT_MARKUP },
    [ELEMENT_BASE] = { "base", BIT(HREF), ELEMENT_MARKUP },
    [ELEMENT_BODY] = { "body", 0, ELEMENT_MARKUP },
    [ELEMENT_EMBED] = { "embed", BIT(SRC), ELEMENT_MARKUP },
    [ELEMENT_FORM] = { "form", BIT(ACTION) | BIT(METHOD) | BIT(REL), ELEMENT_MARKUP },
    [ELEMENT_FRAME] = { "frame", BIT(SRC), ELEMENT_MARKUP },
    [ELEMENT_HEAD] = { "head", 0, ELEMENT_MARKUP },
    [ELEMENT_IFRAME] = { "iframe", BIT(SRC), ELEMENT_RAW },
    [ELEMENT_IMAGE] = { "image", BIT(HREF) | BIT(XLINK_HREF) | BIT(SRC), ELEMENT_MARKUP },
    [ELEMENT_IMG] = { "img", BIT(SRC) | BIT(SRCSET), ELEMENT_MARKUP },
    [ELEMENT_INPUT] = { "input", BIT(SRC) | BIT(TYPE), ELEMENT_MARKUP },
    [ELEMENT_LINK] = { "link", BIT(HREF) | BIT(REL) | BIT(IMAGESRCSET), ELEMENT_MARKUP },
    [ELEMENT_MATH] = { "math", 0, ELEMENT_MARKUP },
    [ELEMENT_META] = { "meta", BIT(HTTP_EQUIV) | BIT(CONTENT) | BIT(NAME) | BIT(CHARSET),
                       ELEMENT_MARKUP },
    [ELEMENT_OBJECT] = { "object", BIT(DATA), ELEMENT_MARKUP },
    [ELEMENT_PLAINTEXT] = { "plaintext", 0, ELEMENT_REST },
    [ELEMENT_SCRIPT] = { "script", BIT(SRC), ELEMENT_CODE },
    [ELEMENT_SOURCE] = { "source", BIT(SRC) | BIT(SRCSET), ELEMENT_MARKUP },
    [ELEMENT_STYLE] = { "style", 0, ELEMENT_RAW },
    [ELEMENT_SVG] = { "svg", 0, ELEMENT_MARKUP },
    [ELEMENT_TEXTAREA] = { "textarea", 0, ELEMENT_RAW },
    [ELEMENT_TITLE] = { "title", 0, ELEMENT_RAW },
    [ELEMENT_TRACK] = { "track", BIT(SRC), ELEMENT_MARKUP },
    [ELEMENT_VIDEO] = { "video", BIT(SRC) | BIT(POSTER), ELEMENT_MARKUP },
    [ELEMENT_XMP] = { "xmp", 0, ELEMENT_RAW },
};

static bool element_is(struct span name, const char *other)
{
    return memcmp(name.p, other, name.n) == 0 && other[name.n] == '\0';
}

// The first of `candidates` that has this name; 0 when none has.
static enum element element_among(struct span name, const uint8_t *candidates)
{
    for (; *candidates; candidates++)
        if (element_is(name, element_rows[*candidates].name))
            return (enum element) * candidates;
    return ELEMENT_NONE;
}

enum element element_find(struct span name)
{
    // By length, the frequent first.
    static const uint8_t lengths[ELEMENT_NAME_MOST + 1][12] = {
        [1] = { ELEMENT_A },
        [3] = { ELEMENT_IMG, ELEMENT_SVG, ELEMENT_XMP },
        [4] = { ELEMENT_LINK, ELEMENT_META, ELEMENT_HEAD, ELEMENT_BODY, ELEMENT_BASE, ELEMENT_FORM,
                ELEMENT_AREA, ELEMENT_MATH },
        [5] = { ELEMENT_INPUT, ELEMENT_TITLE, ELEMENT_STYLE, ELEMENT_EMBED, ELEMENT_FRAME,
                ELEMENT_VIDEO, ELEMENT_AUDIO, ELEMENT_TRACK, ELEMENT_IMAGE },
        [6] = { ELEMENT_SCRIPT, ELEMENT_SOURCE, ELEMENT_IFRAME, ELEMENT_OBJECT },
        [8] = { ELEMENT_TEXTAREA },
        [9] = { ELEMENT_PLAINTEXT },
    };
    if (name.n > ELEMENT_NAME_MOST)
        return ELEMENT_NONE;
    return element_among(name, lengths[name.n]);
}

enum attribute element_find_attribute(struct span name)
{
    static const char names[][ELEMENT_NAME_MOST + 1] = {
        [ATTRIBUTE_ACTION] = "action",
        [ATTRIBUTE_CHARSET] = "charset",
        [ATTRIBUTE_CONTENT] = "content",
        [ATTRIBUTE_DATA] = "data",
        [ATTRIBUTE_HREF] = "href",
        [ATTRIBUTE_HTTP_EQUIV] = "http-equiv",
        [ATTRIBUTE_IMAGESRCSET] = "imagesrcset",
        [ATTRIBUTE_METHOD] = "method",
        [ATTRIBUTE_NAME] = "name",
        [ATTRIBUTE_POSTER] = "poster",
        [ATTRIBUTE_REL] = "rel",
        [ATTRIBUTE_SRC] = "src",
        [ATTRIBUTE_SRCSET] = "srcset",
        [ATTRIBUTE_TYPE] = "type",
        [ATTRIBUTE_XLINK_HREF] = "xlink:href",
    };
    if (name.n == 0 || name.n > ELEMENT_NAME_MOST)
        return ATTRIBUTES;
    for (unsigned k = 0; k < ATTRIBUTES; k++)
        if (names[k][0] == *name.p && element_is(name, names[k]))
            return (enum attribute)k;
    return ATTRIBUTES;
}

uint32_t element_wants(enum element e)
{
    return element_rows[e].wants;
}

enum element_text element_text(enum element e)
{
    return element_rows[e].text;
}

const char *element_name(enum element e)
{
    return element_rows[e].name;
}
