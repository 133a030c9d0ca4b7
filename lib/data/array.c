// SPDX-License-Identifier: MIT
#include "data/array.h"
#include <stdlib.h>

void *array_grow(void *at, size_t *room, size_t first, size_t size)
{
    size_t more = *room ? 2 * *room : first;
    void *to = reallocarray(at, more, size);
    if (to)
        *room = more;
    return to;
}
