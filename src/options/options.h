// SPDX-License-Identifier: MIT
#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H
#include "options/arguments.h"
#include <stdint.h>

// The one table of options. It drives parsing, --help, trawl(1) and the shell's completion, so none
// of them can know an option that another does not. To add one, add a row to table.def (or to the
// .def of your command, included by table.c), with a reader of reader.h or one of your own.
enum options_command {
    COMMAND_FETCH = 1 << 0,
    COMMAND_SERVE = 1 << 1,
    COMMAND_DEMO = 1 << 2,
    COMMAND_INSPECT = 1 << 3,
    COMMAND_BENCH = 1 << 4,
    COMMAND_CRAWL = 1 << 5,
    COMMAND_RESUME = 1 << 6,
    COMMAND_STATUS = 1 << 7,
    COMMAND_ALL = (1 << 8) - 1,
};

// Where --help and the manual list an option. The headings are in options_groups, in this order.
enum options_group {
    GROUP_LISTS,  // what goes in and comes out
    GROUP_MATRIX, // what `bench` compares, and how
    GROUP_PACE,
    GROUP_MANNERS, // how hosts are treated
    GROUP_SCOPE,   // where a crawl goes
    GROUP_REQUEST, // what is asked for
    GROUP_EXCHANGE,
    GROUP_NAMES,  // resolving, addresses, certificates
    GROUP_ORIGIN, // what `serve` serves
    GROUP_GENERAL,
    GROUP_COUNT,
};

// Room for any sentence about what is wrong, in bytes.
enum { OPTIONS_WHY = 320 };

struct option;

// Reads `text` into `at`, which is the arguments plus the row's offset. `text` is what was typed;
// for an option without an argument "yes", and "no" for --no-NAME. Borrows `text` for the run.
// Errors: -ENOMEM; -EINVAL with the rest of a sentence in `why` (OPTIONS_WHY bytes) that follows
// the option and its value and ends with the cure: "is no time: write 1.5s, 500ms or 2m".
typedef int options_reader(const struct option *o, void *at, const char *text, char *why);

struct option {
    const char *name;     // without the dashes
    char letter;          // 0: none
    bool negatable;       // also as --no-NAME; only without an argument
    const char *argument; // as --help shows it: "N", "FILE", "TIME"; NULL: takes none
    const char *words;    // what completion offers, apart by spaces; NULL: files after FILE and DIR
    unsigned commands;    // enum options_command, ored. Two rows may share a name when no command
                          // has both: so a default can differ from command to command
    enum options_group group;
    bool changes; // may be another when a run is gone on with, though its group is of those that
                  // may not: what goes in and out, what is asked for, where a crawl goes
    const char *help;   // half a sentence for --help, without a full stop
    const char *value;  // the default as it would be typed: `read` reads it. NULL: nothing is read
    const char *unset;  // what --help shows for a default that nobody could type; NULL: none shown
    const char *manual; // the paragraph of trawl(1): what it does, why the default is what it is
    options_reader *read;
    size_t offset;        // in struct arguments
    uint64_t least, most; // for reader_count
};

extern const struct option options_table[];
extern const unsigned options_count;
extern const char *const options_groups[GROUP_COUNT];

// The row of `command` with this long name (`n` bytes, without dashes) or this letter; NULL when
// there is none.
const struct option *options_find(unsigned command, const char *name, size_t n);
const struct option *options_find_letter(unsigned command, char letter);

// Fills `out` with the defaults of `command` and then with what `argv` says (argc strings, the
// command's own name not among them). Options may stand after operands; "--" ends them; "-" is an
// operand. What `out` held before is not looked at; it borrows from argv and is ended by
// arguments_fini, whatever was returned. Errors: -EINVAL with a whole sentence in `why`
// (OPTIONS_WHY bytes), -ENOMEM.
int options_parse(struct arguments *out, unsigned command, int argc, char *const *argv, char *why);
#endif
