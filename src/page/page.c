// SPDX-License-Identifier: MIT
#include "page/page.h"
#include "page/html.h"
#include "page/mark.h"
#include "page/sections.h"
#include "page/style.h"

static void page_title(struct buffer *b, const struct bench_result *r)
{
    html_add(b, "<title>trawl bench");
    for (unsigned i = 0; i < r->engines; i++) {
        html_add(b, i ? ", " : ": ");
        html_text(b, r->engine[i]);
    }
    html_add(b, "</title>\n");
}

// The policy forbids everything but this style sheet: should a text from outside ever get past the
// escaping, it still loads and runs nothing. The empty icon keeps browsers from asking for one.
static void page_head(struct buffer *b, const struct bench_result *r)
{
    html_add(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'; img-src data:\">\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                "<link rel=\"icon\" href=\"data:,\">\n");
    page_title(b, r);
    html_add(b, "<style>\n");
    html_add(b, style_sheet);
    html_add(b, "</style>\n</head>\n");
}

void page_write(struct buffer *b, const struct bench_result *r)
{
    page_head(b, r);
    html_add(b, "<body>\n");
    mark_stripes(b);
    section_head(b, r);
    html_add(b, "<main>\n");
    for (enum bench_workload w = 0; w < BENCH_WORKLOADS; w++)
        section_workload(b, r, w);
    section_micro(b, r);
    section_facts(b, r);
    html_add(b, "</main>\n<footer>Made by ");
    html_text(b, r->machine.version[0] ? r->machine.version : "trawl bench");
    html_add(b, ". Everything is in this file.</footer>\n</body>\n</html>\n");
}
