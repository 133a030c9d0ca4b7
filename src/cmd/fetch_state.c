// SPDX-License-Identifier: MIT
// --state: a run that can be gone on with.
#include "cmd/fetch_state.h"
#include "cmd/command.h"
#include "cmd/reader.h"
#include "data/map.h"
#include "ledger/claim.h"
#include "ledger/ledger.h"
#include "ledger/order.h"
#include "store/state.h"
#include "store/state_meta.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define FETCH_STATE_PATIENCE (10 * CLOCK_S)
#define FETCH_STATE_INTERVAL (1 * CLOCK_S)

static int out_of_memory(void)
{
    log_error("out of memory");
    return STATUS_BROKEN;
}

int fetch_state_read_interval(const struct option *o, void *at, const char *text, char *why)
{
    struct arguments_state *s = at;
    int r = reader_time(o, &s->interval, text, why);
    s->interval_said = r == 0;
    return r;
}

int fetch_state_check(struct arguments *a)
{
    struct crawl_settings *s = &a->crawl;
    if (!s->state_dir && a->state.interval_said) {
        log_error("--commit-interval: needs --state DIR");
        return STATUS_USAGE;
    }
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

// What is the user's to mend, and what is not.
static int status_of(int error)
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
        return status_of(r);
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

// Compares with what the state was begun with; or notes it down, when this is its beginning.
static int agree(struct arguments *a, struct state *s, const struct order *now)
{
    const char *dir = a->crawl.state_dir;
    struct span bytes;
    struct order was;
    int r = state_begin(s);
    if (r == 0)
        r = state_meta_get(s, ORDER_NAME, &bytes);
    if (r == 1) {
        r = order_read(&was, bytes);
        struct span other = r == 0 ? order_difference(&was, now) : (struct span){ 0 };
        bool command = r == 0 && !span_equal(was.command, now->command);
        int status = command ? refuse_command(dir, &was) : other.p ? refuse_another(dir, other) : 0;
        state_abort(s);
        if (status)
            return status;
        a->crawl.begun = true;
    } else if (r == 0) {
        struct buffer b = { 0 };
        order_write(&b, now);
        r = b.failed ? -ENOMEM : state_meta_put(s, ORDER_NAME, buffer_span(&b));
        buffer_fini(&b);
        if (r == 0)
            r = state_commit(s);
        else
            state_abort(s);
    }
    if (r < 0) {
        state_abort(s);
        log_error("'%s': %s", dir, state_error_text(r));
        return status_of(r);
    }
    return STATUS_OK;
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
    struct span bytes;
    struct ledger l;
    if (state_begin(s) < 0)
        return; // the run says what is wrong
    if (state_meta_get(s, "ledger", &bytes) == 1 && ledger_read(&l, bytes) == 0) {
        a->state.save_since = l.save_since;
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
        return status_of(r);
    }
    state_map_secret(a->crawl.state, secret);
    map_use_secret(secret);
    a->crawl.worker.save_tag = state_hash(a->crawl.state, span_of("bodies")) | 1;
    recall_beginning(a);
    int status = look_at_order(a, a->crawl.state);
    if (status != STATUS_OK) {
        state_close(a->crawl.state);
        a->crawl.state = NULL;
    }
    return status;
}

// ---- and again

static int unpack_arguments(const struct order *o, struct arguments_list *out, struct buffer *kept)
{
    struct span rest = o->arguments, one;
    size_t at = 0;
    while (order_next(&rest, &one)) {
        buffer_add(kept, one.p, one.n);
        buffer_add_byte(kept, '\0');
    }
    while (!kept->failed && at < kept->n) {
        if (arguments_list_add(out, kept->p + at) < 0)
            return -ENOMEM;
        at += strlen(kept->p + at) + 1;
    }
    return kept->failed ? -ENOMEM : 0;
}

static int recall(struct state *s, unsigned *command, struct arguments_list *out,
                  struct buffer *kept, struct buffer *cwd)
{
    struct span bytes;
    struct order o;
    int r = state_begin(s);
    if (r == 0)
        r = state_meta_get(s, ORDER_NAME, &bytes);
    if (r == 0)
        r = -ENOENT;
    if (r == 1)
        r = order_read(&o, bytes);
    *command = 0;
    for (unsigned k = 0; r == 0 && k < command_count; k++)
        if (span_is(o.command, command_table[k].name))
            *command = command_table[k].bit;
    if (r == 0)
        r = *command ? unpack_arguments(&o, out, kept) : -EPROTO;
    if (r == 0) {
        buffer_add(cwd, o.cwd.p, o.cwd.n);
        r = buffer_string(cwd) ? 0 : -ENOMEM;
    }
    state_abort(s);
    return r;
}

int fetch_state_recall(const char *dir, unsigned *command, struct arguments_list *out,
                       struct buffer *kept, struct buffer *cwd)
{
    char why[STATE_WHY];
    struct state *s;
    int r = state_open(&s, dir, STATE_READ, 0, why);
    if (r < 0) {
        log_error("%s", why);
        return status_of(r);
    }
    r = recall(s, command, out, kept, cwd);
    state_close(s);
    if (r == -ENOENT)
        log_error("'%s' holds no state: nothing was begun there", dir);
    else if (r < 0)
        log_error("'%s': %s", dir, state_error_text(r));
    return r < 0 ? status_of(r) : STATUS_OK;
}
