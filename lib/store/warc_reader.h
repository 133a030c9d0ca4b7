// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_READER_H
#define STORE_WARC_READER_H
#include "store/warc_head.h"

// Reads a WARC file record by record, in memory that does not depend on what is in it: compressed,
// a gzip member a record as it should be, or otherwise, or not at all. From anybody.
//
//      while ((r = warc_reader_next(reader, &found)) > 0) {
//          while ((n = warc_reader_read(reader, block, sizeof block)) > 0)
//              ...
//          r = warc_reader_finish(reader);
//          ...
//      }
struct warc_reader;

struct warc_found {
    struct warc_head head; // views of the reader's, valid until the next record
    struct span text;      // the head itself
    uint64_t offset;       // of its member, or of itself where nothing is compressed
};

// Reads from `fd`, which is at the file's beginning and stays the caller's. Errors: -ENOMEM.
int warc_reader_new(struct warc_reader **out, int fd);
void warc_reader_free(struct warc_reader *r);

// Goes on to the next record; the last one is finished first. Returns 1; 0 at the end; -ENODATA:
// the file ends within a record; -EUCLEAN: it is damaged; -ENOMEM; the errors of read(2).
int warc_reader_next(struct warc_reader *r, struct warc_found *out);

// Some more of the record's block. Returns how many bytes, 0 at its end, or an error as above.
long warc_reader_read(struct warc_reader *r, void *out, size_t n);

// Passes over what is left of the record, and looks whether it, and its member, end as they should.
// Returns 0 or an error as above.
int warc_reader_finish(struct warc_reader *r);

// After damage: looks for where another member begins. Returns 1 when there is one, from which
// warc_reader_next goes on; 0 when there is none, or nothing is compressed; errors of read(2).
int warc_reader_recover(struct warc_reader *r);

// The sentence for the last -ENODATA or -EUCLEAN: a literal.
const char *warc_reader_why(const struct warc_reader *r);

// Where the last record ends that was read to its end, and its member with it: in the file. And
// where the one begins that is being read, or was when something went wrong.
uint64_t warc_reader_end(const struct warc_reader *r);
uint64_t warc_reader_offset(const struct warc_reader *r);

// How many bytes of the file have been read.
uint64_t warc_reader_position(const struct warc_reader *r);

// Whether there were members with more than one record, or not with one as a whole: such a file
// cannot be read from an offset.
bool warc_reader_is_crowded(const struct warc_reader *r);

bool warc_reader_is_compressed(const struct warc_reader *r);
#endif
