// SPDX-License-Identifier: MIT
#include "state_fixture.h"
#include "store/state_frontier.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char dir[64], file[96];
char why[STATE_WHY];

int make_dir(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/test-state-XXXXXX");
    if (!mkdtemp(dir))
        return -1;
    rmdir(dir); // state_open makes it
    snprintf(file, sizeof file, "%s/data.mdb", dir);
    return 0;
}

int remove_dir(void **state)
{
    (void)state;
    char lock[96];
    snprintf(lock, sizeof lock, "%s/lock.mdb", dir);
    unlink(file);
    unlink(lock);
    rmdir(dir);
    return 0;
}

struct state *opened(enum state_mode mode)
{
    struct state *s = NULL;
    int r = state_open(&s, dir, mode, 1234, why);
    if (r < 0)
        print_message("%s\n", why);
    assert_int_equal(r, 0);
    return s;
}

struct state *begun(enum state_mode mode)
{
    struct state *s = opened(mode);
    assert_int_equal(state_begin(s), 0);
    return s;
}

void append(struct state *s, uint64_t host, uint16_t depth, uint64_t number, const char *item)
{
    struct state_place at = { .host = host, .depth = depth, .number = number };
    assert_int_equal(state_frontier_put(s, &at, span_of(item)), 0);
}
