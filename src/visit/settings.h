// SPDX-License-Identifier: MIT
#ifndef VISIT_SETTINGS_H
#define VISIT_SETTINGS_H
#include "fetch/request.h"
#include "store/digest.h"

struct flow;

// What every worker of every engine needs to know and no job says. Set up before anything starts;
// read-only from then on.
struct visit_settings {
    struct fetch_settings fetch;
    struct flow *flow;    // what all receive together; made before any process; NULL: not counted
    const char *save_dir; // NULL: bodies are not saved
    bool save_clobber;    // files from before this run are replaced
    bool save_by_url;     // names are made of URLs alone, never of Content-Disposition
    bool no_sandbox;      // worker processes keep what they could give up
    int64_t save_since;   // when the run began, by the file system's clock: see save_tidy
    uint64_t save_tag;    // bodies are left for who commits them: see save.h; 0: they are not
    const char *warc_prefix; // of the archive's files (store/warc_name.h); NULL: no archive
    const char *warc_info;   // what each begins with: "name: value" CRLF lines
    int64_t warc_since;      // when the run began, wall ns
    uint64_t warc_max_size;  // bytes; 0: files are not followed by others
    int warc_level;          // see store/gzip.h
    enum digest_kind warc_digest;
    uint64_t memory;          // bytes of bodies that one worker may hold (gear.h); 0: no bound
    unsigned worker;          // of a worker process: its number (gear_number)
    const char *accept_types; // of pages, apart by spaces: "text/html image/*"; NULL: any
    uint32_t follow_tags;     // whose links are found, with JOB_FOLLOW: bits 1 << enum links_tag
    uint32_t work;            // rounds of work.h that each answer costs its worker; 0: none
};
#endif
