// SPDX-License-Identifier: MIT
#include "page/lines.h"
#include "page/html.h"
#include "page/mark.h"
#include <stdio.h>
#include <stdlib.h>

//      0      LEFT                    RIGHT         WIDTH
//      .        |                       |              .   0
//      . y name |-----------------------| name         .   TOP
//      . labels |                       | name         .
//      .        '-----------------------'              .   BOTTOM
//      .           labels        x name                .   HEIGHT
enum {
    LINES_WIDTH = 480,
    LINES_HEIGHT = 300,
    LINES_LEFT = 66,
    LINES_RIGHT = 364,
    LINES_TOP = 30,
    LINES_BOTTOM = 246,
    LINES_NAMES = 64,     // at most; the others have the legend
    LINES_NAME_HIGH = 15, // a line of names
    LINES_NAME_LONG = 14, // characters that fit
};

// A name at the end of its line, moved until none covers another.
struct lines_name {
    const struct lines_series *series;
    double y, at;
};

static double lines_x(const struct lines *p, double v)
{
    return axis_place(&p->x, v);
}

static double lines_y(const struct lines *p, double v)
{
    return axis_place(&p->y, v);
}

static void lines_text(struct buffer *b, const char *class, double x, double y, const char *text)
{
    buffer_add_format(b, "<text class=\"%s\"", class);
    html_at(b, "x", x);
    html_at(b, "y", y);
    buffer_add_byte(b, '>');
    html_text(b, text);
    html_add(b, "</text>\n");
}

// ---- For those who do not see it

static void lines_say_point(struct buffer *b, const struct lines *p, const struct lines_point *at)
{
    char x[AXIS_LABEL], y[AXIS_LABEL];
    html_text(b, p->x_show(x, at->x));
    html_add(b, ": ");
    html_text(b, p->y_show(y, at->y));
    if (at->most > at->least) {
        html_add(b, " (");
        html_text(b, p->y_show(y, at->least));
        html_add(b, " to ");
        html_text(b, p->y_show(y, at->most));
        buffer_add_byte(b, ')');
    }
}

static void lines_describe(struct buffer *b, const struct lines *p)
{
    buffer_add_format(b, "<title id=\"%s-t\">", p->id);
    html_text(b, p->title);
    buffer_add_format(b, "</title>\n<desc id=\"%s-d\">", p->id);
    html_text(b, p->y_name);
    html_add(b, " by ");
    html_text(b, p->x_name);
    html_add(b, ".");
    for (unsigned i = 0; i < p->n; i++) {
        const struct lines_series *s = &p->series[i];
        buffer_add_byte(b, '\n');
        html_text(b, s->name);
        for (unsigned k = 0; k < s->points; k++) {
            html_add(b, k ? "; " : ", ");
            lines_say_point(b, p, &s->point[k]);
        }
        html_add(b, ".");
    }
    html_add(b, "</desc>\n");
}

// ---- Axes

static void lines_axes(struct buffer *b, const struct lines *p)
{
    char label[AXIS_LABEL];
    for (unsigned i = 0; i < p->y.ticks; i++) {
        double y = lines_y(p, p->y.tick[i]);
        html_add(b, "<path class=\"grid\" d=\"M");
        html_number(b, LINES_LEFT);
        buffer_add_byte(b, ' ');
        html_number(b, y);
        html_add(b, "H");
        html_number(b, LINES_RIGHT);
        html_add(b, "\"/>");
        lines_text(b, "end", LINES_LEFT - 7, y + 4, p->y_show(label, p->y.tick[i]));
    }
    for (unsigned i = 0; i < p->x.ticks; i++) {
        double x = lines_x(p, p->x.tick[i]);
        html_add(b, "<path class=\"tick\" d=\"M");
        html_number(b, x);
        buffer_add_format(b, " %dv5\"/>", LINES_BOTTOM);
        lines_text(b, "mid", x, LINES_BOTTOM + 20, p->x_show(label, p->x.tick[i]));
    }
    buffer_add_format(b, "<path class=\"tick\" d=\"M%d %dH%d\"/>\n", LINES_LEFT, LINES_BOTTOM,
                      LINES_RIGHT);
    lines_text(b, "axis", 2, LINES_TOP - 14, p->y_name);
    lines_text(b, "axis mid", 0.5 * (LINES_LEFT + LINES_RIGHT), LINES_BOTTOM + 42, p->x_name);
}

// ---- Lines

static void lines_path(struct buffer *b, const struct lines *p, const struct lines_series *s)
{
    char class[MARK_CLASS];
    buffer_add_format(b, "<path class=\"l %s\" stroke-dasharray=\"%s\" d=\"",
                      mark_class(class, s->style), mark_dash(s->style));
    for (unsigned i = 0; i < s->points; i++) {
        buffer_add_byte(b, i ? 'L' : 'M');
        html_number(b, lines_x(p, s->point[i].x));
        buffer_add_byte(b, ' ');
        html_number(b, lines_y(p, s->point[i].y));
    }
    html_add(b, "\"/>\n");
}

static void lines_whisker(struct buffer *b, const struct lines *p, const struct lines_series *s,
                          const struct lines_point *at)
{
    char class[MARK_CLASS];
    if (at->most <= at->least)
        return;
    buffer_add_format(b, "<path class=\"w %s\" d=\"M", mark_class(class, s->style));
    html_number(b, lines_x(p, at->x));
    buffer_add_byte(b, ' ');
    html_number(b, lines_y(p, at->least));
    buffer_add_byte(b, 'V');
    html_number(b, lines_y(p, at->most));
    html_add(b, "\"/>");
}

static void lines_marks(struct buffer *b, const struct lines *p, const struct lines_series *s)
{
    for (unsigned i = s->marks || s->points == 0 ? 0 : s->points - 1; i < s->points; i++) {
        const struct lines_point *at = &s->point[i];
        html_add(b, "<g><title>");
        html_text(b, s->name);
        html_add(b, ", ");
        lines_say_point(b, p, at);
        html_add(b, "</title>");
        lines_whisker(b, p, s, at);
        mark_write(b, s->style, lines_x(p, at->x), lines_y(p, at->y));
        html_add(b, "</g>\n");
    }
}

// ---- Names

static int lines_compare(const void *a, const void *b)
{
    const struct lines_name *x = a, *y = b;
    return (x->y > y->y) - (x->y < y->y);
}

// Downwards each makes room for the next; what runs over the end is pushed back up.
static void lines_part(struct lines_name *name, unsigned n)
{
    double limit = LINES_BOTTOM + 4;
    for (unsigned i = 0; i < n; i++) {
        name[i].at = name[i].y;
        if (i && name[i].at < name[i - 1].at + LINES_NAME_HIGH)
            name[i].at = name[i - 1].at + LINES_NAME_HIGH;
    }
    for (unsigned i = n; i-- > 0;) {
        if (name[i].at > limit)
            name[i].at = limit;
        limit -= LINES_NAME_HIGH;
    }
}

static void lines_name(struct buffer *b, const struct lines *p, const struct lines_name *name)
{
    const struct lines_series *s = name->series;
    char text[LINES_NAME_LONG + 4], class[MARK_CLASS];
    double x = lines_x(p, s->point[s->points - 1].x);
    bool cut = strlen(s->name) > LINES_NAME_LONG;
    snprintf(text, sizeof text, "%.*s%s", cut ? LINES_NAME_LONG - 1 : LINES_NAME_LONG, s->name,
             cut ? "\342\200\246" : "");
    buffer_add_format(b, "<path class=\"lead %s\" d=\"M", mark_class(class, s->style));
    html_number(b, x + 6);
    buffer_add_byte(b, ' ');
    html_number(b, name->y);
    html_add(b, "H"); // one that ends early goes on as a level to compare with
    html_number(b, x > LINES_RIGHT - 10 ? x + 6 : LINES_RIGHT - 4);
    html_add(b, "L");
    html_number(b, LINES_RIGHT + 8);
    buffer_add_byte(b, ' ');
    html_number(b, name->at);
    html_add(b, "\"/>");
    mark_write(b, s->style, LINES_RIGHT + 14, name->at);
    lines_text(b, "name", LINES_RIGHT + 22, name->at + 4, text);
}

static void lines_names(struct buffer *b, const struct lines *p)
{
    struct lines_name name[LINES_NAMES];
    unsigned n = 0;
    for (unsigned i = 0; i < p->n && n < LINES_NAMES; i++) {
        const struct lines_series *s = &p->series[i];
        if (s->points)
            name[n++] = (struct lines_name){ s, lines_y(p, s->point[s->points - 1].y), 0 };
    }
    qsort(name, n, sizeof *name, lines_compare);
    lines_part(name, n);
    html_add(b, "<g class=\"names\">");
    for (unsigned i = 0; i < n; i++)
        lines_name(b, p, &name[i]);
    html_add(b, "</g>\n");
}

// Takes the place of the names on a narrow screen, where they would be too small to read.
static void lines_legend(struct buffer *b, const struct lines *p)
{
    html_add(b, "<p class=\"legend narrow\">\n");
    for (unsigned i = 0; i < p->n; i++)
        if (p->series[i].points)
            mark_legend(b, p->series[i].style, p->series[i].name);
    html_add(b, "</p>\n");
}

void lines_write(struct buffer *b, struct lines *p)
{
    p->x.from = LINES_LEFT + 10;
    p->x.to = LINES_RIGHT - 10;
    p->y.from = LINES_BOTTOM;
    p->y.to = LINES_TOP;
    if (p->x_mark)
        axis_ticks(&p->x, p->x_mark, p->x_marks, 34);
    html_add(b, "<figure class=\"plot\">");
    html_element(b, "figcaption", p->title);
    lines_legend(b, p);
    buffer_add_format(
        b,
        "<svg class=\"lines\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\">\n",
        LINES_WIDTH, LINES_HEIGHT, p->id, p->id);
    lines_describe(b, p);
    lines_axes(b, p);
    for (unsigned i = 0; i < p->n; i++)
        lines_path(b, p, &p->series[i]);
    lines_names(b, p);
    for (unsigned i = 0; i < p->n; i++)
        lines_marks(b, p, &p->series[i]);
    html_add(b, "</svg>");
    if (p->note)
        html_element(b, "p class=\"note\"", p->note);
    html_add(b, "</figure>\n");
}
