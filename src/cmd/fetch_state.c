// SPDX-License-Identifier: MIT
// --state: a run that can be gone on with.
#include "cmd/fetch_state.h"
#include "cmd/command.h"
#include "cmd/fetch_order.h"
#include "cmd/fetch_refresh.h"
#include "data/map.h"
#include "ledger/claim.h"
#include "ledger/ledger.h"
#include "store/state.h"
#include "store/state_meta.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>

#define FETCH_STATE_PATIENCE (10 * CLOCK_S)
#define FETCH_STATE_INTERVAL (1 * CLOCK_S)

static int check_refresh(const struct arguments *a)
{
    if (!a->state.refresh)
        return STATUS_OK;
    if (!a->crawl.state_dir)
        log_error("--refresh: needs --state DIR, with the DIR of the run that is to be refreshed");
    else if (a->crawl.skip_existing)
        log_error("--refresh and --skip-existing: what is saved cannot be asked for again and left "
                  "alone: leave one out");
    else
        return STATUS_OK;
    return STATUS_USAGE;
}

int fetch_state_check(struct arguments *a)
{
    struct crawl_settings *s = &a->crawl;
    if (!s->state_dir && a->state.interval_said) {
        log_error("--commit-interval: needs --state DIR");
        return STATUS_USAGE;
    }
    if (check_refresh(a) != STATUS_OK)
        return STATUS_USAGE;
    if (!s->state_dir)
        return STATUS_OK;
    s->commit_interval = a->state.interval_said ? a->state.interval : FETCH_STATE_INTERVAL;
    if (!s->output || strcmp(s->output, "-") == 0) {
        log_error("--state: needs -o FILE, for only a file can be cut back to what was committed");
        return STATUS_USAGE;
    }
    s->digest = true;
    s->recalled = a->state.recalled;
    buffer_add_format(&a->state.spool, "%s/input", s->state_dir);
    s->spool = buffer_string(&a->state.spool);
    return s->spool ? STATUS_OK : command_no_memory();
}

int fetch_state_status(int error)
{
    return error == -EUCLEAN || error == -EIO || error == -ENOMEM || error == -ENOSPC
               ? STATUS_BROKEN
               : STATUS_USAGE;
}

int fetch_state_claim(struct arguments *a)
{
    char why[CLAIM_WHY];
    a->state.lock = -1;
    if (!a->crawl.state_dir)
        return STATUS_OK;
    int r = claim_take(a->crawl.state_dir, FETCH_STATE_PATIENCE, why);
    if (r < 0) {
        log_error("%s", why);
        return fetch_state_status(r);
    }
    a->state.lock = r;
    return STATUS_OK;
}

void fetch_state_close(struct arguments *a)
{
    if (a->crawl.state_dir)
        claim_drop(a->state.lock);
    a->state.lock = -1;
}

// ---- the same command

static int refuse_another(const char *dir, struct span option)
{
    if (span_is(option, "URL"))
        log_error(
            "'%s' was begun with other URLs: trawl resume %s goes on with it, another --state "
            "begins anew",
            dir, dir);
    else
        log_error("'%s' was begun with another --%.*s: trawl resume %s goes on with it as it was, "
                  "another --state begins anew",
                  dir, (int)option.n, option.p, dir);
    return STATUS_USAGE;
}

static int refuse_command(const char *dir, const struct order *was)
{
    log_error(
        "'%s' was begun by trawl %.*s: trawl resume %s goes on with it, another --state begins "
        "anew",
        dir, (int)was->command.n, was->command.p, dir);
    return STATUS_USAGE;
}

static int note_order(struct state *s, const struct order *now)
{
    struct buffer b = { 0 };
    order_write(&b, now);
    int r = b.failed ? -ENOMEM : state_meta_put(s, ORDER_NAME, buffer_span(&b));
    buffer_fini(&b);
    return r == 0 ? state_commit(s) : r;
}

// What the state was begun with against what is ordered now. Returns a status; `*begins`: a refresh
// does, and this is its order.
static int look_at_difference(struct arguments *a, struct state *s, const struct order *was,
                              const struct order *now, bool *begins)
{
    const char *dir = a->crawl.state_dir;
    bool failed = false, begun;
    if (!span_equal(was->command, now->command))
        return refuse_command(dir, was);
    int wanted = fetch_refresh_wanted(a, s, &begun);
    if (wanted < 0) {
        log_error("'%s': %s", dir, state_error_text(wanted));
        return fetch_state_status(wanted);
    }
    struct span other =
        wanted ? fetch_refresh_difference(was, now, begun, &failed) : order_difference(was, now);
    if (failed)
        return command_no_memory();
    if (other.p)
        return refuse_another(dir, other);
    *begins = wanted;
    return wanted ? fetch_refresh_begin(a, s, was) : STATUS_OK;
}

// Compares with what the state was begun with; or notes it down, when this is its beginning, or
// that of a refresh.
static int agree(struct arguments *a, struct state *s, const struct order *now)
{
    const char *dir = a->crawl.state_dir;
    struct span bytes = { 0 };
    struct order was;
    bool begins = false;
    int status = STATUS_OK, r = state_begin(s);
    if (r == 0)
        r = state_meta_get(s, ORDER_NAME, &bytes);
    bool begun = r == 1;
    if (begun)
        r = order_read(&was, bytes);
    if (begun && r == 0)
        status = look_at_difference(a, s, &was, now, &begins);
    if (r == 0 && status == STATUS_OK && (!begun || begins))
        r = note_order(s, now);
    a->crawl.begun = begun;
    state_abort(s);
    if (r < 0) {
        log_error("'%s': %s", dir, state_error_text(r));
        return fetch_state_status(r);
    }
    return status;
}

static int look_at_order(struct arguments *a, struct state *s)
{
    struct fetch_order now;
    int r = fetch_order_make(&now, a);
    int status = r < 0 ? command_no_memory() : agree(a, s, &now.order);
    fetch_order_fini(&now);
    return status;
}

// What a run that goes on keeps of its beginning.
static void recall_beginning(struct arguments *a)
{
    struct state *s = a->crawl.state;
    struct span bytes = { 0 };
    struct ledger l;
    if (state_begin(s) < 0)
        return; // the run says what is wrong
    if (state_meta_get(s, "ledger", &bytes) == 1 && ledger_read(&l, bytes) == 0) {
        a->state.save_since = l.save_since;
        a->crawl.refresh = l.refresh;
        ledger_fini(&l);
    }
    if (state_meta_get(s, "part", &bytes) == 1) {
        struct unpack u = unpack_of(bytes);
        a->crawl.warc_before = unpack_int(&u);
    }
    state_abort(s);
}

int fetch_state_open(struct arguments *a)
{
    char why[STATE_WHY];
    uint64_t secret[2];
    const char *dir = a->crawl.state_dir;
    if (!dir)
        return STATUS_OK;
    int r = state_open(&a->crawl.state, dir, STATE_WRITE, clock_wall(), why);
    if (r < 0) {
        log_error("%s", why);
        return fetch_state_status(r);
    }
    state_map_secret(a->crawl.state, secret);
    map_use_secret(secret);
    a->crawl.worker.save_tag = state_hash(a->crawl.state, span_of("bodies")) | 1;
    int status = look_at_order(a, a->crawl.state);
    recall_beginning(a);
    if (status != STATUS_OK) {
        state_close(a->crawl.state);
        a->crawl.state = NULL;
    }
    return status;
}
