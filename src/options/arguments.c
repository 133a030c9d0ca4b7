// SPDX-License-Identifier: MIT
#include "options/arguments.h"
#include "web/netrc.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int arguments_list_add(struct arguments_list *list, const char *item)
{
    // Doubles at each power of two, so the room need not be kept.
    size_t used = list->count + 1;
    if ((used & (used - 1)) == 0) {
        const char **p = reallocarray(list->item, used * 2, sizeof *p);
        if (!p)
            return -ENOMEM;
        list->item = p;
    }
    list->item[list->count++] = item;
    list->item[list->count] = NULL;
    return 0;
}

void arguments_fini(struct arguments *a)
{
    free(a->operands.item);
    free(a->resolve.item);
    free(a->data.item);
    free(a->headers.item);
    free(a->cookies.item);
    free(a->explore.hosts.item);
    free(a->explore.accept.item);
    free(a->explore.reject.item);
    free(a->explore.types.item);
    free(a->explore.sitemaps.item);
    buffer_fini(&a->explore.joined);
    buffer_fini(&a->state.arguments);
    buffer_fini(&a->state.typed);
    buffer_fini(&a->state.spool);
    buffer_fini(&a->ask_headers);
    buffer_fini(&a->ask_body);
    proxy_place_fini(&a->http_proxy);
    proxy_place_fini(&a->https_proxy);
    free(a->login);
    netrc_free(a->netrc);
    manners_setup_fini(&a->manners);
    memset(a, 0, sizeof *a);
}
