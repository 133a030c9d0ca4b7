// SPDX-License-Identifier: MIT
#ifndef WEB_DOMAIN_H
#define WEB_DOMAIN_H
#include "data/span.h"

// Which names belong to one owner, by the Public Suffix List (https://publicsuffix.org): below a
// public suffix (com, co.uk, github.io) everybody registers a domain of their own. The list is the
// system's when there is one that is newer than libpsl's own.
struct domain_list;

// Errors: -ENOMEM; -ENOENT when neither has a list.
int domain_list_new(struct domain_list **out);
void domain_list_free(struct domain_list *l);

// The registrable domain of `host`, in lower-case ASCII as url_host gives it: the public suffix and
// one label more ("example.co.uk" of "www.example.co.uk"). The whole host when that is an address,
// a single label, or a public suffix itself. A view of `host`.
struct span domain_registrable(const struct domain_list *l, struct span host);

// Whether `host` is a public suffix: no cookie may be for it (RFC 6265 §5.3).
bool domain_is_public(const struct domain_list *l, struct span host);
#endif
