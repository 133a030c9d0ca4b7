// SPDX-License-Identifier: MIT
#ifndef VISIT_VISIT_ARCHIVE_H
#define VISIT_VISIT_ARCHIVE_H
#include <stdbool.h>

// A visit's part of the archive: that the exchange is kept as it comes, appended when it is over,
// and where it stands told in the outcome.
struct errand;
struct outcome_parts;
struct visit;

// Has the exchange that is about to begin kept, if the job wants it: its heads by the request, its
// body by a sink before those that are linked. Errors: -ENOMEM; -EOPNOTSUPP: there is no archive.
int visit_archive_begin(struct visit *v);

// The exchange is over: what got a response is appended. Called as visit_finish.
bool visit_archive_finish(struct visit *v, struct errand *e);

// Says in the outcome what came of it, and in the response when it could not be archived.
void visit_archive_report(struct visit *v, struct outcome_parts *parts);

// Gives back what is kept, as visit_trim; all of it.
void visit_archive_trim(struct visit *v, unsigned long most);
void visit_archive_fini(struct visit *v);
#endif
