// SPDX-License-Identifier: MIT
#include "page/mark.h"
#include "page/html.h"
#include <stdio.h>

// Around (0, 0), all of about the same weight for the eye.
static const char *const mark_shape[MARK_STYLES] = {
    "<circle r=\"4.2\"",
    "<path d=\"M-4-4H4V4H-4Z\"",
    "<path d=\"M0-5.2L5 4H-5Z\"",
    "<path d=\"M0-5.6L5.6 0L0 5.6L-5.6 0Z\"",
    "<path d=\"M0 5.2L5-4H-5Z\"",
    "<path d=\"M-4-2L-2-4L0-2L2-4L4-2L2 0L4 2L2 4L0 2L-2 4L-4 2L-2 0Z\"",
    "<path d=\"M-1.6-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5V-1.6H-1.6Z\"",
    "<path d=\"M0-5.4L5.1-1.7L3.2 4.4H-3.2L-5.1-1.7Z\"",
};

static const char *const mark_rhythm[MARK_STYLES] = {
    "", "7 3", "2 3", "9 3 2 3", "5 2", "1 4", "12 4", "4 3 1 3",
};

const char *mark_class(char out[MARK_CLASS], unsigned n)
{
    snprintf(out, MARK_CLASS, "c%u", n % MARK_STYLES);
    return out;
}

void mark_write(struct buffer *b, unsigned n, double x, double y)
{
    char class[MARK_CLASS];
    buffer_add_format(b, "%s class=\"m %s\" transform=\"translate(", mark_shape[n % MARK_STYLES],
                      mark_class(class, n));
    html_number(b, x);
    buffer_add_byte(b, ' ');
    html_number(b, y);
    html_add(b, ")\"/>");
}

const char *mark_dash(unsigned n)
{
    return mark_rhythm[n % MARK_STYLES];
}

void mark_legend(struct buffer *b, unsigned n, const char *name)
{
    char class[MARK_CLASS];
    buffer_add_format(b,
                      "<span class=\"key\"><svg viewBox=\"0 0 36 14\" aria-hidden=\"true\">"
                      "<path class=\"l %s\" d=\"M1 7H35\" stroke-dasharray=\"%s\"/>",
                      mark_class(class, n), mark_dash(n));
    mark_write(b, n, 18, 7);
    html_add(b, "</svg>");
    html_text(b, name);
    html_add(b, "</span>\n");
}

void mark_stripes(struct buffer *b)
{
    html_add(b, "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\n");
    for (unsigned n = 0; n < MARK_STYLES; n++) {
        char class[MARK_CLASS];
        buffer_add_format(b,
                          "<pattern id=\"stripe%u\" width=\"5\" height=\"5\" "
                          "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                          "<rect class=\"pale\" width=\"5\" height=\"5\"/>"
                          "<rect class=\"m %s\" width=\"2\" height=\"5\"/></pattern>\n",
                          n, mark_class(class, n));
    }
    html_add(b, "</defs></svg>\n");
}
