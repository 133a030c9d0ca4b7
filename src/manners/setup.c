// SPDX-License-Identifier: MIT
#include "manners/setup.h"
#include "manners/host_rules.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "web/domain.h"
#include "web/robots.h"
#include <errno.h>
#include <stdlib.h>

// What is not given; the table of options says the same.
enum {
    MAX_DELAY_S = 60,
    FACTOR = 5,
    MAX_CRAWL_DELAY_S = 30,
    GIVE_UP_S = 60,
    GIVE_UP_CRAWL_S = 3600
};

static int64_t or_else(struct manners_given g, int64_t otherwise)
{
    return g.given ? g.value : otherwise;
}

// An option that would do nothing is a mistake of somebody's.
static bool is_needed(struct manners_given g, const char *option, bool used, const char *cure)
{
    if (!g.given || used)
        return true;
    log_error("%s: has no effect so: %s", option, cure);
    return false;
}

static bool all_needed(const struct manners_setup *m, const struct manners *to)
{
    static const char adapt[] = "add --adapt, or leave it out";
    static const char robots[] = "add --robots obey, or leave it out";
    struct manners_given agent = { .given = m->robots_agent };
    bool rules = m->host_rules; // which may have robots=obey
    return is_needed(m->min_delay, "--min-delay", to->adapt, adapt) &&
           is_needed(m->max_delay, "--max-delay", to->adapt, adapt) &&
           is_needed(m->delay_factor, "--delay-factor", to->adapt, adapt) &&
           is_needed(m->max_crawl_delay, "--max-crawl-delay", to->robots || rules, robots) &&
           is_needed(agent, "--robots-agent", to->robots || rules, robots) &&
           is_needed(m->give_up, "--host-give-up", to->robots || to->adapt || rules,
                     "add --robots obey or --adapt, or leave it out");
}

static int settle_delays(const struct manners_setup *m, struct crawl_settings *s)
{
    struct manners *to = &s->manners;
    to->adaptation.most = or_else(m->max_delay, MAX_DELAY_S * CLOCK_S);
    to->adaptation.factor = (unsigned)or_else(m->delay_factor, FACTOR);
    to->least_delay = or_else(m->min_delay, s->host_delay);
    if (!to->adapt)
        return 0;
    if (s->host_delay > to->adaptation.most) {
        log_error("--host-delay: is longer than --max-delay: raise that, or lower this");
        return -EINVAL;
    }
    if (to->least_delay > to->adaptation.most) {
        log_error("--min-delay: is longer than --max-delay: raise that, or lower this");
        return -EINVAL;
    }
    return 0;
}

static bool is_contact(const char *text)
{
    for (const char *p = text; *p; p++)
        if (*p <= ' ' || *p > '~' || *p == '(' || *p == ')' || *p == '\\')
            return false;
    return strstr(text, "://") || strchr(text, '@');
}

// The user agent says who can be asked about it (RFC 9110 §10.1.5): "trawl/1.0 (+https://...)".
static int settle_agent(struct manners_setup *m, struct crawl_settings *s, bool crawl)
{
    struct fetch_settings *fetch = &s->worker.fetch;
    const char *agent = fetch->user_agent;
    struct buffer text = { 0 };
    if (m->contact && !is_contact(m->contact)) {
        log_error("--contact: '%s' is neither a URL nor a mail address: write "
                  "https://example.org/bot or bot@example.org",
                  m->contact);
        return -EINVAL;
    }
    if (m->contact && !agent) {
        log_error("--contact: there is no user agent to put it in: leave one of it and -A '' out");
        return -EINVAL;
    }
    if (crawl && !m->contact && !(agent && is_contact(agent) /* it may stand there */))
        log_warning("nobody whose server is crawled can ask you to stop: say who you are with "
                    "--contact URL or --contact MAIL");
    if (!m->contact)
        return 0;
    buffer_add_format(&text, "%s (+%s)", agent, m->contact);
    if (!buffer_string(&text))
        return -ENOMEM;
    m->agent = text.p;
    fetch->user_agent = m->agent;
    return 0;
}

static int settle_robots(const struct manners_setup *m, struct crawl_settings *s, bool crawl)
{
    struct manners *to = &s->manners;
    to->most_crawl_delay = or_else(m->max_crawl_delay, MAX_CRAWL_DELAY_S * CLOCK_S);
    to->give_up = or_else(m->give_up, (crawl ? GIVE_UP_CRAWL_S : GIVE_UP_S) * CLOCK_S);
    s->agent =
        robots_token(span_of(m->robots_agent ? m->robots_agent : s->worker.fetch.user_agent));
    if (m->robots_agent && s->agent.n != strlen(m->robots_agent)) {
        log_error("--robots-agent: '%s' is no product token: write a name of letters, '-' and '_'",
                  m->robots_agent);
        return -EINVAL;
    }
    return 0;
}

static int open_lists(struct manners_setup *m, struct manners *to)
{
    int e = m->host_rules ? host_rules_read(&m->rules, m->host_rules) : 0;
    if (m->host_rules)
        to->rules = &m->rules;
    if (e == 0 && to->group == MANNERS_DOMAIN) {
        e = domain_list_new(&m->domains);
        if (e == -ENOENT)
            log_error("--politeness-group domain: there is no Public Suffix List: install the "
                      "package publicsuffix");
        to->domains = m->domains;
    }
    return e;
}

int manners_setup(struct manners_setup *m, struct crawl_settings *s, bool crawl)
{
    int e = all_needed(m, &s->manners) ? settle_delays(m, s) : -EINVAL;
    if (e == 0)
        e = settle_robots(m, s, crawl);
    if (e == 0)
        e = open_lists(m, &s->manners);
    return e == 0 ? settle_agent(m, s, crawl) : e;
}

void manners_setup_fini(struct manners_setup *m)
{
    rules_fini(&m->rules);
    domain_list_free(m->domains);
    free(m->agent);
    *m = (struct manners_setup){ 0 };
}
