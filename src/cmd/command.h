// SPDX-License-Identifier: MIT
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H
#include "data/buffer.h"
#include "options/arguments.h"

// How the program ends.
enum command_status {
    STATUS_OK = 0,          // everything asked for was done
    STATUS_BROKEN = 1,      // our own machinery failed
    STATUS_USAGE = 2,       // we were asked for something that cannot be
    STATUS_FAILED_URLS = 3, // the run is complete, but some URLs failed
    STATUS_SIGNAL = 128,    // plus the signal that ended the run: 130, 143
    STATUS_OUTPUT_GONE = 141,
};

// Things that a command knows, listed by --help and the manual behind the options.
struct command_list {
    const char *heading;
    // Gives the `i`th: what it is called (`room` bytes are in `term`) and what it is, half a
    // sentence; false behind the last.
    bool (*row)(unsigned i, char *term, size_t room, const char **text);
};

// One command: a row of the table in command.c, from which help, manual and completion are made,
// too.
struct command {
    const char *name;
    unsigned bit;         // its enum options_command
    const char *synopsis; // what follows the name: "[OPTIONS] [URL...]"
    const char *help;     // half a sentence
    const char *examples; // command lines, each ended by a newline; --help starts with them
    const char *manual;   // paragraphs of trawl(1), an empty line between
    const char *words;    // what completion offers as first operand, apart by spaces; NULL: files
    bool operands;        // whether it takes any
    const struct command_list *lists; // ends with a heading of NULL; NULL: none
    int (*run)(
        struct arguments *a); // does it and returns the exit status, having said what was wrong
};

extern const struct command command_table[];
extern const unsigned command_count;

// The command of this name; NULL when there is none.
const struct command *command_find(const char *name);

// Says that there is no memory, and returns STATUS_BROKEN.
int command_no_memory(void);

// Writes a text to standard output and returns the exit status: a text that could not be had or
// written is STATUS_BROKEN, said on the log; STATUS_OUTPUT_GONE when its reader went away.
int command_write(const struct buffer *text);

// The same with what `write` appends.
int command_show(void (*write)(struct buffer *out));

// One file each: fetch.c, crawl.c, serve.c, demo.c, inspect.c, bench.c. They run on the main
// thread, before anything else has been started: no loop, no thread, no libcurl.
int cmd_fetch(struct arguments *a);
int cmd_crawl(struct arguments *a);
int cmd_resume(struct arguments *a);
int cmd_status(struct arguments *a);
int cmd_serve(struct arguments *a);
int cmd_demo(struct arguments *a);
int cmd_inspect(struct arguments *a);
int cmd_bench(struct arguments *a);

// What `trawl serve` answers to.
extern const struct command_list cmd_serve_lists[];
#endif
