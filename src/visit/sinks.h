// SPDX-License-Identifier: MIT
#ifndef VISIT_SINKS_H
#define VISIT_SINKS_H
#include "visit/outcome.h"
#include "visit/sink_decode.h"
#include "visit/sink_digest.h"
#include "visit/sink_flow.h"
#include "visit/sink_links.h"
#include "visit/sink_robots.h"
#include "visit/sink_save.h"
#include "visit/sink_sitemap.h"

// How far the end of a body has come: which step is next.
enum sinks_step { SINKS_KEEP, SINKS_DROP, SINKS_DROPPED };

// Where the body of one visit goes. The sinks that its job asks for are linked to a chain, and the
// exchange pushes what arrives in at its head:
//
//     fetch ─► (as it came) ─► decode ─► (decoded) ─► links ─► digest ─► save
//
// With a flow (flow.h) one more sink counts what arrives, before all of these.
//
// When the body is saved, another end of that sink stands at the head and collects, and everything
// behind it runs where it may block (sink_save.h).
//
// A sink stands in the part of the chain whose bytes it wants, and passes them on; the last one
// needs not. A job that asks for none of them has its bytes counted by the exchange and nothing
// else: then its body is not decoded, and a content coding that is broken is not noticed, for
// decoding a page costs about as much as fetching it.
//
// In place, used again from visit to visit; zeroed, it is ready for use.
struct sinks {
    struct sink *first; // given to the exchange
    enum sinks_step step;
    struct sink_flow flow;
    struct sink_decode decode;
    struct sink_digest digest;
    // Owned; made when first needed, for most runs never need them.
    struct sink_save *save;
    struct sink_links *links;
    struct sink_robots *robots;
    struct sink_sitemap *sitemap;
    bool decodes, digests, saves, finds; // which of them are in the chain
    bool rules, lists;                   // of a robots.txt, of a sitemap
    bool sated; // they have had enough, though the exchange went on for others; said before the end
    struct buffer findings; // of this body, since sinks_end
};

// Links the chain for a job with these flags, whose body has `most` bytes at most (0: no bound).
// `saving` is looked at with JOB_SAVE only, `finding` with JOB_LINKS, its agent with JOB_ROBOTS,
// its URL with JOB_SITEMAP; of these three a job has one. Errors: -ENOMEM; -EOPNOTSUPP: there is
// nowhere to save.
int sinks_begin(struct sinks *s, uint32_t flags, uint64_t most,
                const struct sink_save_setup *saving, const struct sink_links_setup *finding);

// Puts the sink that counts before those that sinks_begin has linked.
void sinks_count(struct sinks *s, struct flow *flow);

// The exchange is over, with `code` (0 or a negative errno): what is still to be written is
// written, and a body that came whole gets its name; otherwise nothing of it is left. Called again
// and again (see errand.h): returns whether there is a wait, in `e`, before the next call.
bool sinks_finish(struct sinks *s, const struct response *r, int code, struct errand *e);

// Ends every sink, and puts what they found out into `o` and, when it was an error, into `r`. An
// error of the exchange itself is kept. `message`, a sentence too long for `r`, is set when there
// is one; borrowed until the next body.
void sinks_end(struct sinks *s, struct response *r, struct outcome *o, struct span *message);

// Gives back what is kept for the next body, as far as it is more than `most` bytes.
void sinks_trim(struct sinks *s, size_t most);

void sinks_fini(struct sinks *s);
#endif
