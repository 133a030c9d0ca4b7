// SPDX-License-Identifier: MIT
#include "page/bars.h"
#include "page/html.h"
#include "page/mark.h"
#include <stdio.h>

enum {
    BARS_WIDTH = 480,
    BARS_LEFT = 146,  // names end here
    BARS_RIGHT = 362, // the longest bar ends here, its value behind it
    BARS_TOP = 6,
    BARS_ROW = 25,
    BARS_HEADING = 27,
    BARS_THICK = 15,
    BARS_NAME_LONG = 17, // characters that fit
};

static double bars_x(const struct bars *p, double v)
{
    return axis_place(&p->axis, v);
}

static void bars_text(struct buffer *b, const char *class, double x, double y, const char *text)
{
    buffer_add_format(b, "<text class=\"%s\"", class);
    html_at(b, "x", x);
    html_at(b, "y", y);
    buffer_add_byte(b, '>');
    html_text(b, text);
    html_add(b, "</text>");
}

void bars_begin(struct buffer *b, struct bars *p)
{
    int height = BARS_TOP + (int)p->rows * BARS_ROW + (int)p->headings * BARS_HEADING + 6;
    p->axis.from = BARS_LEFT;
    p->axis.to = BARS_RIGHT;
    p->y = BARS_TOP;
    html_add(b, "<figure class=\"plot\">");
    html_element(b, "figcaption", p->title);
    // A list of graphics: whoever does not see them hears name and value of each.
    buffer_add_format(
        b, "<svg class=\"bars\" viewBox=\"0 0 %d %d\" role=\"list\" aria-labelledby=\"%s-t\">",
        BARS_WIDTH, height, p->id);
    buffer_add_format(b, "<title id=\"%s-t\">", p->id);
    html_text(b, p->title);
    html_add(b, "</title>\n");
}

void bars_heading(struct buffer *b, struct bars *p, const char *text)
{
    bars_text(b, "axis", 2, p->y + BARS_HEADING - 9, text);
    p->y += BARS_HEADING;
}

static void bars_rect(struct buffer *b, const char *fill, double x, double y, double width)
{
    buffer_add_format(b, "<rect class=\"%s\"", fill);
    html_at(b, "x", x);
    html_at(b, "y", y);
    html_at(b, "width", width > 0 ? width : 0);
    buffer_add_format(b, " height=\"%d\"/>", BARS_THICK);
}

static void bars_whisker(struct buffer *b, const struct bars *p, const struct bars_row *row)
{
    if (row->most <= row->least)
        return;
    html_add(b, "<path class=\"range\" d=\"M");
    html_number(b, bars_x(p, row->least));
    buffer_add_byte(b, ' ');
    html_number(b, p->y + BARS_THICK / 2.0 + 2);
    html_add(b, "H");
    html_number(b, bars_x(p, row->most));
    html_add(b, "\"/>");
}

static void bars_name(struct buffer *b, const struct bars *p, const struct bars_row *row)
{
    char name[BARS_NAME_LONG + 4];
    bool cut = strlen(row->name) > BARS_NAME_LONG;
    snprintf(name, sizeof name, "%.*s%s", cut ? BARS_NAME_LONG - 1 : BARS_NAME_LONG, row->name,
             cut ? "\342\200\246" : "");
    mark_write(b, row->style, 8, p->y + BARS_THICK / 2.0 + 2);
    bars_text(b, "name", 18, p->y + BARS_THICK - 1, name);
}

static void bars_explain(struct buffer *b, const struct bars_row *row)
{
    if (row->explain) {
        html_text(b, row->explain);
        return;
    }
    html_text(b, row->name);
    html_add(b, ": ");
    html_text(b, row->text);
}

void bars_row(struct buffer *b, struct bars *p, const struct bars_row *row)
{
    char class[16], stripes[24];
    double begin = BARS_LEFT, middle = bars_x(p, row->value);
    double end = row->more > 0 ? bars_x(p, row->value + row->more) : middle;
    double text = row->most > row->least ? bars_x(p, row->most) : end;
    snprintf(class, sizeof class, "m c%u", row->style % MARK_STYLES);
    snprintf(stripes, sizeof stripes, "s%u c%u", row->style % MARK_STYLES,
             row->style % MARK_STYLES);
    html_add(b, "<g role=\"listitem\"><title>");
    bars_explain(b, row);
    html_add(b, "</title>");
    bars_name(b, p, row);
    if (row->value > 0)
        bars_rect(b, class, begin, p->y + 2, middle - begin);
    if (row->more > 0)
        bars_rect(b, stripes, middle, p->y + 2, end - middle);
    bars_whisker(b, p, row);
    bars_text(b, "value", (text > end ? text : end) + 6, p->y + BARS_THICK - 1, row->text);
    html_add(b, "</g>\n");
    p->y += BARS_ROW;
}

void bars_end(struct buffer *b, struct bars *p)
{
    buffer_add_format(b, "<path class=\"tick\" d=\"M%d %dV", BARS_LEFT, BARS_TOP);
    html_number(b, p->y);
    html_add(b, "\"/></svg>");
    if (p->note)
        html_element(b, "p class=\"note\"", p->note);
    html_add(b, "</figure>\n");
}
