// SPDX-License-Identifier: MIT
// trawl status: what a state directory holds, while its run goes on or after.
#include "cmd/command.h"
#include "crawl/stats_pack.h"
#include "ledger/claim.h"
#include "ledger/order.h"
#include "status/show.h"
#include "status/survey.h"
#include "store/state_meta.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { STATUS_PIECE = 64 << 10 };

// Where a list of URLs goes.
struct status_list {
    struct buffer out;
    int error; // of writing
};

static int status_flush(struct status_list *l)
{
    int r = l->out.failed ? -ENOMEM : files_write_all(STDOUT_FILENO, l->out.p, l->out.n);
    buffer_clear(&l->out);
    if (r < 0)
        l->error = r;
    return r;
}

static int status_list_url(void *arg, struct span url)
{
    struct status_list *l = arg;
    buffer_add(&l->out, url.p, url.n);
    buffer_add_byte(&l->out, '\n');
    return l->out.n >= STATUS_PIECE || l->out.failed ? status_flush(l) : 0;
}

static int status_refuse(const char *dir, int error)
{
    log_error("%s: %s", dir, state_error_text(error));
    return STATUS_BROKEN;
}

static int status_list(struct state *state, const char *dir, bool pending)
{
    struct status_list l = { 0 };
    int r = state_begin(state);
    if (r == 0)
        r = pending ? survey_pending(state, status_list_url, &l)
                    : survey_failed(state, status_list_url, &l);
    if (r == 0)
        r = status_flush(&l);
    state_abort(state);
    buffer_fini(&l.out);
    if (l.error == -EPIPE)
        return STATUS_OUTPUT_GONE;
    return r < 0 ? status_refuse(dir, r) : STATUS_OK;
}

// The command line that the state was begun with, as it may be shown. Good until the transaction
// ends; empty when it cannot be read.
static void status_command(struct state *state, struct buffer *out)
{
    struct span bytes;
    struct order order;
    if (state_meta_get(state, ORDER_NAME, &bytes) == 1 && order_read(&order, bytes) == 0)
        buffer_add(out, order.shown.p, order.shown.n);
}

static int status_show(struct state *state, const char *dir, bool json)
{
    struct survey survey;
    struct crawl_stats *stats = calloc(1, sizeof *stats);
    struct show show = { .dir = dir, .survey = &survey };
    struct buffer out = { 0 }, command = { 0 };
    int r = stats ? survey_take(&survey, state, clock_wall()) : -ENOMEM;
    if (r < 0) {
        free(stats);
        return status_refuse(dir, r);
    }
    if (survey.committed &&
        (survey.ledger.stats.n == 0 || stats_unpack(stats, survey.ledger.stats) == 0))
        show.stats = stats;
    status_command(state, &command);
    show.command = command.n ? buffer_string(&command) : NULL;
    claim_look(dir, &show.owner, &show.owner_since);
    (json ? show_json : show_text)(&out, &show);
    int status = command_write(&out);
    buffer_fini(&out);
    buffer_fini(&command);
    survey_fini(&survey);
    free(stats);
    return status;
}

int cmd_status(struct arguments *a)
{
    char why[STATE_WHY];
    struct state *state;
    const char *dir = a->operands.count ? a->operands.item[0] : NULL;
    if (!dir || a->operands.count > 1) {
        log_error("status of what? write trawl status DIR, with the DIR of --state");
        return STATUS_USAGE;
    }
    if (a->status_failed && a->status_pending) {
        log_error("--failed and --pending are two lists: ask for one at a time");
        return STATUS_USAGE;
    }
    if (state_open(&state, dir, STATE_READ, clock_wall(), why) < 0) {
        log_error("%s", why);
        return STATUS_BROKEN;
    }
    int status = a->status_failed || a->status_pending ? status_list(state, dir, a->status_pending)
                                                       : status_show(state, dir, a->json);
    state_close(state);
    return status;
}
