// SPDX-License-Identifier: MIT
#include "serve/web.h"
#include "serve/words.h"
#include <strings.h>

enum {
    WEB_CHILDREN = 12, // of a page
    WEB_COUSINS = 8,   // of a host
    WEB_MEDIAN = 4000, // bytes of a page; the mean is 5 KB
    WEB_SLOW_LEAST = 2000,
};

// What a number is drawn for.
enum web_draw {
    DRAW_HOST_FAULT,
    DRAW_ROBOTS,
    DRAW_FAULT,
    DRAW_KIND,
    DRAW_SIZE,
    DRAW_DELAY,
    DRAW_LINKS,
    DRAW_DATE,
    DRAW_WORDS,
    DRAW_LINK = 64
};

static uint64_t web_scramble(uint64_t x) // the finaliser of splitmix64
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t web_mix(uint64_t seed, uint64_t host, uint64_t page, uint64_t what)
{
    uint64_t x = web_scramble(seed + UINT64_C(0x9e3779b97f4a7c15));
    x = web_scramble(x ^ (host << 32 ^ page));
    return web_scramble(x + what * UINT64_C(0x9e3779b97f4a7c15));
}

// Whether a thing whose share is `millionths` befalls the holder of `draw`.
static bool web_befalls(uint64_t draw, uint32_t millionths)
{
    return draw % 1000000 < millionths;
}

enum web_fault web_host_fault(const struct web *w, uint32_t host)
{
    static const enum web_fault faults[] = { WEB_SERVER_ERROR, WEB_RESET, WEB_SLOW, WEB_LOST };
    uint64_t draw = web_mix(w->seed, host, 0, DRAW_HOST_FAULT);
    if (host == 0 || (uint64_t)host * WEB_COUSINS + 1 < w->hosts || !web_befalls(draw, w->errors))
        return WEB_FINE;
    return faults[draw / 1000000 % (sizeof faults / sizeof *faults)];
}

struct web_robots web_robots(const struct web *w, uint32_t host)
{
    uint64_t draw = web_mix(w->seed, host, 0, DRAW_ROBOTS);
    struct web_robots robots = { .missing = draw % 16 == 1 };
    if (draw % 16 == 2)
        robots.crawl_delay = 1;
    return robots;
}

// 2^(z) of a z that is nearly normal (the sum of twelve even draws), in 1/65536: what sizes and
// delays are multiplied with. Between two powers of two it goes straight.
static uint64_t web_factor(const struct web *w, uint32_t host, uint32_t page, enum web_draw what)
{
    int32_t z = -6 * 65536;
    for (uint64_t i = 0; i < 3; i++)
        for (uint64_t draw = web_mix(w->seed, host, page, what + 16 * i), k = 0; k < 4;
             k++, draw >>= 16)
            z += (int32_t)(draw & 0xffff);
    int32_t whole = z >= 0 ? z / 65536 : -((65535 - z) / 65536);
    uint64_t straight = 65536 + (uint64_t)(z - whole * 65536);
    return whole >= 0 ? straight << whole : straight >> -whole;
}

// Who has no pages below it in the tree of its host, and so may be anything but sound.
static bool web_is_leaf(const struct web *w, uint32_t page)
{
    return page > 0 && (uint64_t)page * WEB_CHILDREN + 1 >= w->pages;
}

static enum web_fault web_page_fault(const struct web *w, uint32_t host, uint32_t page)
{
    static const enum web_fault faults[] = { WEB_NOT_FOUND,   WEB_SERVER_ERROR, WEB_RESET,
                                             WEB_UNAVAILABLE, WEB_TRUNCATED,    WEB_SLOW };
    uint64_t draw = web_mix(w->seed, host, page, DRAW_FAULT);
    if (!web_is_leaf(w, page) || !web_befalls(draw, w->errors))
        return WEB_FINE;
    return faults[draw / 1000000 % (sizeof faults / sizeof *faults)];
}

static bool web_is_private(const struct web *w, uint32_t host, uint32_t page)
{
    return web_is_leaf(w, page) && web_mix(w->seed, host, page, DRAW_KIND) % 32 == 0;
}

static bool web_is_redirect(const struct web *w, uint32_t host, uint32_t page)
{
    return web_is_leaf(w, page) && web_mix(w->seed, host, page, DRAW_KIND) % 32 == 1;
}

uint32_t web_slow_ms(const struct web *w)
{
    return w->delay_ms > WEB_SLOW_LEAST / 20 ? w->delay_ms * 20 : WEB_SLOW_LEAST;
}

static uint32_t web_delay(const struct web *w, uint32_t host, uint32_t page)
{
    if (w->delay_ms == 0)
        return 0;
    return (uint32_t)(w->delay_ms * web_factor(w, host, page, DRAW_DELAY) >> 16);
}

// How many of the `most` children of number `k` there are in a tree of `all`.
static uint32_t web_below(uint32_t k, uint32_t most, uint32_t all)
{
    uint64_t first = (uint64_t)k * most + 1;
    return first >= all ? 0 : all - first < most ? (uint32_t)(all - first) : most;
}

void web_page(const struct web *w, uint32_t host, uint32_t page, struct web_page *out)
{
    struct web_page p = { .fault = web_page_fault(w, host, page) };
    p.private = web_is_private(w, host, page);
    p.redirect = web_is_redirect(w, host, page);
    p.size = (uint32_t)(WEB_MEDIAN * web_factor(w, host, page, DRAW_SIZE) >> 16);
    p.delay_ms = web_delay(w, host, page);
    if (p.fault == WEB_SLOW)
        p.delay_ms += web_slow_ms(w);
    p.children = web_below(page, WEB_CHILDREN, w->pages);
    p.first_child = page * WEB_CHILDREN + 1;
    if (page == 0)
        p.cousins = web_below(host, WEB_COUSINS, w->hosts);
    p.first_cousin = host * WEB_COUSINS + 1;
    uint64_t draw = web_mix(w->seed, host, page, DRAW_LINKS);
    uint32_t links = 20 + (uint32_t)(draw % 25), fit = p.size / 96;
    uint32_t least = p.children + p.cousins + 3;
    links = links < fit ? links : fit;
    p.links = links > least ? links : least;
    p.target =
        page == 0 ? 0 : (page - 1) / WEB_CHILDREN; // has pages below it, so it is no redirect
    p.modified = 1600000000 + (int64_t)(web_mix(w->seed, host, page, DRAW_DATE) % 100000000);
    *out = p;
}

void web_link(const struct web *w, uint32_t host, uint32_t page, const struct web_page *p,
              uint32_t i, struct web_link *out)
{
    uint64_t draw = web_mix(w->seed, host, page, DRAW_LINK + (uint64_t)i);
    struct web_link link = { .host = host };
    link.form = draw % 8 < WEB_LINK_FORMS ? (enum web_link_form)(draw % 8) : WEB_LINK_PATH;
    link.fragment = (draw >> 3) % 16 == 0;
    draw >>= 8;
    if (i < p->children) {
        link.page = p->first_child + i;
    } else if (i < p->children + p->cousins) {
        link.host = p->first_cousin + (i - p->children);
    } else if (w->hosts > 1 && draw % 4 == 0) {
        draw >>= 2;
        link.host = (uint32_t)((host + 1 + draw % (w->hosts - 1)) % w->hosts);
        draw >>= 23;
        link.page = draw % 2 ? (uint32_t)((draw >> 1) % w->pages) : 0;
    } else {
        link.page = (uint32_t)((draw >> 2) % w->pages);
    }
    *out = link;
}

// Writes digits and a NUL at `to` and returns where the NUL is. A page has thirty links, and printf
// was most of their cost.
static char *web_digits(char *to, uint32_t v)
{
    char digits[10];
    int n = 0;
    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) > 0);
    while (n > 0)
        *to++ = digits[--n];
    *to = '\0';
    return to;
}

size_t web_path(const struct web *w, uint32_t host, uint32_t page, char out[WEB_PATH_ROOM])
{
    char *to = stpcpy(out, "/");
    if (page > 0) {
        uint64_t draw = web_mix(w->seed, host, page, DRAW_WORDS);
        to = stpcpy(to, web_is_private(w, host, page) ? "private" : words_noun(draw % 8 + host));
        to = stpcpy(stpcpy(to, "/"), words_adjective(draw >> 8));
        to = stpcpy(stpcpy(to, "-"), words_noun(draw >> 24));
        to = web_digits(stpcpy(to, "-"), page);
        to = stpcpy(to, ".html");
    }
    return (size_t)(to - out);
}

bool web_find_page(const struct web *w, uint32_t host, struct span path, uint32_t *page)
{
    char right[WEB_PATH_ROOM];
    uint64_t number = 0, unit = 1;
    if (path.n > 5 && memcmp(path.p + path.n - 5, ".html", 5) == 0)
        for (const char *p = path.p + path.n - 6; p > path.p && *p >= '0' && *p <= '9';
             p--, unit *= 10) {
            if (unit > WEB_PAGES_MAX)
                return false;
            number += (uint64_t)(*p - '0') * unit;
        }
    if (number >= w->pages)
        return false;
    size_t n = web_path(w, host, (uint32_t)number, right);
    if (!span_equal(path, (struct span){ right, n }))
        return false;
    *page = (uint32_t)number;
    return true;
}

size_t web_name(const struct web *w, uint32_t host, char out[WEB_NAME_ROOM])
{
    char *to = web_digits(stpcpy(out, "h"), host);
    return (size_t)(stpcpy(stpcpy(to, "."), w->suffix) - out);
}

size_t web_authority(const struct web *w, uint32_t host, char out[WEB_NAME_ROOM])
{
    size_t n = web_name(w, host, out);
    return w->port == 80 ? n : (size_t)(web_digits(stpcpy(out + n, ":"), w->port) - out);
}

bool web_under_suffix(const char *suffix, struct span name, struct span *label)
{
    const char *colon = name.n ? memchr(name.p, ':', name.n) : NULL;
    if (colon)
        name.n = (size_t)(colon - name.p);
    if (name.n > 0 && name.p[name.n - 1] == '.')
        name.n--;
    size_t n = strlen(suffix);
    if (name.n < n || strncasecmp(name.p + name.n - n, suffix, n) != 0)
        return false;
    if (name.n == n) {
        *label = (struct span){ NULL, 0 };
        return true;
    }
    if (name.p[name.n - n - 1] != '.')
        return false;
    *label = (struct span){ name.p, name.n - n - 1 };
    return true;
}

bool web_host_number(struct span label, uint32_t *host)
{
    uint32_t number = 0;
    if (label.n < 2 || label.n > 9 || (label.p[0] | 0x20) != 'h' ||
        (label.p[1] == '0' && label.n > 2))
        return false;
    for (size_t i = 1; i < label.n; i++) {
        unsigned digit = (unsigned)(unsigned char)label.p[i] - '0';
        if (digit > 9)
            return false;
        number = number * 10 + digit;
    }
    *host = number;
    return true;
}
