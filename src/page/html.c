// SPDX-License-Identifier: MIT
#include "page/html.h"
#include "data/utf8.h"
#include <math.h>
#include <stdio.h>

static void html_point(struct buffer *b, uint32_t c)
{
    char bytes[4];
    switch (c) {
    case '&':
        html_add(b, "&amp;");
        return;
    case '<':
        html_add(b, "&lt;");
        return;
    case '>':
        html_add(b, "&gt;");
        return;
    case '"':
        html_add(b, "&quot;");
        return;
    case '\'':
        html_add(b, "&#39;");
        return;
    }
    // Neither may stand in a document: control characters, and code points that are none.
    if ((c < ' ' && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) || (c & 0xFFFE) == 0xFFFE ||
        (c >= 0xFDD0 && c <= 0xFDEF))
        c = UTF8_REPLACEMENT;
    buffer_add(b, bytes, utf8_put(bytes, c));
}

void html_text(struct buffer *b, const char *s)
{
    for (const char *end = s + strlen(s); s < end;)
        html_point(b, utf8_next(&s, end, NULL));
}

void html_element(struct buffer *b, const char *tag, const char *text)
{
    size_t name = strcspn(tag, " ");
    buffer_add_format(b, "<%s>", tag);
    html_text(b, text);
    buffer_add_format(b, "</%.*s>", (int)name, tag);
}

void html_number(struct buffer *b, double v)
{
    char text[40];
    if (!isfinite(v) || fabs(v) > 1e6) {
        buffer_add_byte(b, '0');
        return;
    }
    int n = snprintf(text, sizeof text, "%.2f", v);
    while (n > 0 && text[n - 1] == '0')
        n--;
    if (n > 0 && text[n - 1] == '.')
        n--;
    buffer_add(b, text, (size_t)n);
}

void html_at(struct buffer *b, const char *name, double v)
{
    buffer_add_format(b, " %s=\"", name);
    html_number(b, v);
    buffer_add_byte(b, '"');
}
