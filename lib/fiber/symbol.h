// SPDX-License-Identifier: MIT
#ifndef FIBER_SYMBOL_H
#define FIBER_SYMBOL_H
#include <stddef.h>

// Names for addresses of code: static functions of the program as well, which the C library's own
// (backtrace_symbols) does not know, read from its symbol table.

struct symbol {
    const char *name;   // valid until symbol_close; NULL: not known
    const char *module; // file name of the program or library, without its folders; NULL: not known
    size_t offset; // of the address, from the start of `name`, or of `module` when there is no name
};

struct symbol_table; // the program's own file, mapped

// Opens the running program's symbol table. NULL, which every function takes, when it cannot be
// read: then only exported names are found.
struct symbol_table *symbol_open(void);
void symbol_close(struct symbol_table *t);

// What lies at `address`.
struct symbol symbol_at(const struct symbol_table *t, const void *address);
#endif
