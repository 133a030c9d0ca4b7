// SPDX-License-Identifier: MIT
// --state: a run that can be gone on with.
#include "cmd/fetch_state.h"
#include "cmd/command.h"
#include "options/options.h"
#include "data/map.h"
#include "ledger/claim.h"
#include "ledger/ledger.h"
#include "ledger/order.h"
#include "ledger/renew.h"
#include "store/state.h"
#include "store/state_meta.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FETCH_STATE_PATIENCE (10 * CLOCK_S)
#define FETCH_STATE_INTERVAL (1 * CLOCK_S)

static int out_of_memory(void)
{
    log_error("out of memory");
    return STATUS_BROKEN;
}

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
    return s->spool ? STATUS_OK : out_of_memory();
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

// ---- what was ordered

// A typed option, as an element to be sorted.
struct typed {
    struct span name, value;
    size_t order;
};

static int compare_typed(const void *a, const void *b)
{
    const struct typed *x = a, *y = b;
    size_t n = x->name.n < y->name.n ? x->name.n : y->name.n;
    int c = memcmp(x->name.p, y->name.p, n);
    if (c == 0)
        c = x->name.n < y->name.n ? -1 : x->name.n > y->name.n;
    return c ? c : x->order < y->order ? -1 : x->order > y->order;
}

// A name is of the directory that it was typed in.
static void pack_value(struct buffer *out, const struct typed *t, const char *cwd)
{
    const struct option *o = options_find(~0u, t->name.p, t->name.n);
    bool is_name = o && o->argument && t->value.n > 0 && t->value.p[0] != '/' &&
                   !span_is(t->value, "-") &&
                   (strcmp(o->argument, "FILE") == 0 || strcmp(o->argument, "DIR") == 0 ||
                    strcmp(o->argument, "PREFIX") == 0);
    struct buffer whole = { 0 };
    if (is_name)
        buffer_add_format(&whole, "%s/", cwd);
    buffer_add(&whole, t->value.p, t->value.n);
    out->failed |= whole.failed;
    pack_span(out, whole.n ? buffer_span(&whole) : span_of(""));
    buffer_fini(&whole);
}

static int pack_options(struct buffer *out, const struct arguments *a, const char *cwd)
{
    struct span rest = buffer_span(&a->state.typed), one;
    size_t n = 0, room = 0;
    struct typed *t;
    while (order_next(&rest, &one))
        room++;
    t = calloc(room / 2 + 1, sizeof *t);
    if (!t)
        return -ENOMEM;
    rest = buffer_span(&a->state.typed);
    for (; order_next(&rest, &t[n].name) && order_next(&rest, &t[n].value); n++)
        t[n].order = n;
    qsort(t, n, sizeof *t, compare_typed);
    for (size_t k = 0; k < n; k++) {
        pack_span(out, t[k].name);
        pack_value(out, &t[k], cwd);
    }
    free(t);
    for (size_t k = 0; k < a->operands.count; k++) {
        pack_span(out, span_of("URL"));
        pack_span(out, span_of(a->operands.item[k]));
    }
    return out->failed ? -ENOMEM : 0;
}

// The command line as others may see it: what was secret in it is wiped by now.
static void show_command(struct buffer *out)
{
    char text[1024];
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    long n = fd < 0 ? 0 : files_read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    for (long i = 0; i < n; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    while (n > 0 && text[n - 1] == ' ')
        n--;
    buffer_add(out, text, n > 0 ? (size_t)n : 0);
}

static const char *name_of(unsigned bit)
{
    for (unsigned k = 0; k < command_count; k++)
        if (command_table[k].bit == bit)
            return command_table[k].name;
    return "";
}

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

// ---- a refresh

// 1 when there is one; the caller ends it.
static int read_ledger(struct state *s, struct ledger *out)
{
    struct span bytes = { 0 };
    int r = state_meta_get(s, "ledger", &bytes);
    if (r == 1)
        r = ledger_read(out, bytes);
    else
        return r;
    return r < 0 ? r : 1;
}

// Whether a refresh begins with this command; when one is wanted and it does not, what happens
// instead is said. `*begun`: it has begun before, and done nothing yet. Errors: 1, 0, or those of
// lib/store/state.h.
static int wants_refresh(const struct arguments *a, struct state *s, bool *begun)
{
    struct ledger l = { 0 };
    *begun = false;
    if (!a->state.refresh)
        return 0;
    int r = read_ledger(s, &l);
    bool may = r == 1 && (renew_may(&l) || renew_is_new(&l));
    if (r >= 0 && !may && l.refresh == 0)
        log_note("'%s' is not finished: this goes on with it; --refresh asks again once it is",
                 a->crawl.state_dir);
    *begun = may && renew_is_new(&l);
    ledger_fini(&l);
    return r < 0 ? r : may;
}

// What is asked for, and where a crawl goes; not where it comes from, nor where it is put.
static bool must_stay(struct span name)
{
    const struct option *o = options_find(~0u, name.p, name.n);
    return o && o->group != GROUP_LISTS;
}

// Of a refresh that has done nothing yet: the records of the run before may be in the file.
static bool must_stay_when_begun(struct span name)
{
    return must_stay(name) || span_is(name, "output");
}

// The first option that must be what it was and is not. Absent: there is none. Sets `*failed` when
// there is no memory to tell.
static struct span difference_of_refresh(const struct order *was, const struct order *now,
                                         bool begun, bool *failed)
{
    struct buffer before = { 0 }, after = { 0 };
    struct span name = { NULL, 0 };
    order_keep(&before, was->options, begun ? must_stay_when_begun : must_stay);
    order_keep(&after, now->options, begun ? must_stay_when_begun : must_stay);
    *failed = before.failed || after.failed;
    struct order a = { .options = buffer_span(&before) }, b = { .options = buffer_span(&after) };
    if (!*failed)
        name = order_difference(&a, &b);
    if (name.p) // the row's, for the buffers go
        name = span_of(options_find(~0u, name.p, name.n)->name);
    buffer_fini(&before);
    buffer_fini(&after);
    return name;
}

// Whether the records go behind those of the run before: 1, or 0: the file is another, or begins
// anew. Errors, said: -ESTALE it has become shorter, and nobody knows what it is; -ENOMEM.
static int look_at_records(const struct arguments *a, const struct ledger *l,
                           const struct order *was)
{
    struct stat st, former;
    const char *path = a->crawl.output;
    struct span before = order_value(was->options, "output");
    char *was_path = before.p ? strndup(before.p, before.n) : strdup("");
    bool same = was_path && stat(path, &st) == 0 && stat(was_path, &former) == 0 &&
                st.st_ino == former.st_ino && st.st_dev == former.st_dev;
    if (!was_path)
        return -ENOMEM;
    free(was_path);
    if (!same || st.st_size == 0)
        return 0;
    if ((uint64_t)st.st_size >= l->records)
        return 1;
    log_error("'%s' is shorter than the run before has left it: put it back as it was, or give "
              "another -o",
              path);
    return -ESTALE;
}

// Whether there is a list to begin with: who has mistyped its name should find the state as it was.
static bool has_list(const struct arguments *a)
{
    const char *path = a->crawl.input;
    if (!path || strcmp(path, "-") == 0 || access(path, R_OK) == 0)
        return true;
    log_error("%s: cannot be read: %s", path, strerror(errno));
    return false;
}

// Makes the state one of a refresh that has done nothing yet. Returns as fetch_state_claim.
static int begin_refresh(const struct arguments *a, struct state *s, const struct order *was)
{
    struct ledger l = { 0 };
    if (!has_list(a))
        return STATUS_USAGE;
    int r = read_ledger(s, &l);
    int records = r == 1 ? look_at_records(a, &l, was) : 0;
    struct renewal renewal = { .go_on = records == 1, .explore = a->crawl.explore.on };
    if (r == 1 && records >= 0)
        r = renew_state(s, &l, &renewal);
    ledger_fini(&l);
    if (records < 0)
        return records == -ENOMEM ? out_of_memory() : STATUS_USAGE;
    if (r < 0)
        log_error("'%s': %s", a->crawl.state_dir, state_error_text(r));
    return r < 0 ? STATUS_BROKEN : STATUS_OK;
}

// ---- the same command

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
    int wanted = wants_refresh(a, s, &begun);
    if (wanted < 0) {
        log_error("'%s': %s", dir, state_error_text(wanted));
        return fetch_state_status(wanted);
    }
    struct span other =
        wanted ? difference_of_refresh(was, now, begun, &failed) : order_difference(was, now);
    if (failed)
        return out_of_memory();
    if (other.p)
        return refuse_another(dir, other);
    *begins = wanted;
    return wanted ? begin_refresh(a, s, was) : STATUS_OK;
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
    struct buffer options = { 0 }, shown = { 0 };
    char cwd[PATH_MAX];
    if (!getcwd(cwd, sizeof cwd))
        strcpy(cwd, ".");
    int r = pack_options(&options, a, cwd), status;
    show_command(&shown);
    struct order now = { .command = span_of(name_of(a->state.command)),
                         .cwd = span_of(cwd),
                         .shown = buffer_span(&shown),
                         .arguments = buffer_span(&a->state.arguments),
                         .options = options.n ? buffer_span(&options) : span_of("") };
    if (!now.arguments.p)
        now.arguments = span_of("");
    status = r < 0 || shown.failed ? out_of_memory() : agree(a, s, &now);
    buffer_fini(&options);
    buffer_fini(&shown);
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
