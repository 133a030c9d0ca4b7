// SPDX-License-Identifier: MIT
#ifndef DEMO_DEMO_LIST_H
#define DEMO_DEMO_LIST_H
#include <stdint.h>

// Opens a copy in memory of urls/demo.txt, in which `port` stands in the place of DEMO_PORT, and
// leaves in `out`
// (`room` bytes) a path at which it can be read as long as the descriptor is open. The list is
// looked for beside the program (in the build tree) and then where it was installed; the path it
// was found at goes to `found`, room bytes. Blocks. Returns the descriptor, or a negative errno
// (said on the log).
int demo_list_open(uint16_t port, char *out, char *found, unsigned room);

// Opens an empty file in memory and leaves a path to it in `out`. Returns the descriptor, or a
// negative errno (said on the log).
int demo_list_scratch(char *out, unsigned room);
#endif
