// SPDX-License-Identifier: MIT
#include "fiber/trace.h"
#include "fiber/switch.h"
#include <string.h>

int trace_fiber(const struct fiber *f, void **frames, int n)
{
    if (!f->started || f == fiber_current() || n <= 0)
        return 0;
    n = switch_trace(f->context, frames, n);
    // The innermost frame is the switch's own; the next is fiber_switch, or who called it.
    if (n > 0)
        memmove(frames, frames + 1, (size_t)--n * sizeof frames[0]);
    return n;
}

void trace_print(struct buffer *out, const struct symbol_table *names, void *const *frames, int n)
{
    for (int i = 0; i < n; i++) {
        // A return address may lie behind the end of a function that ends in a call.
        struct symbol s = symbol_at(names, (const char *)frames[i] - 1);
        if (s.name)
            buffer_add_format(out, "    #%d %s+0x%zx (%s)\n", i, s.name, s.offset + 1,
                              s.module ? s.module : "?");
        else if (s.module)
            buffer_add_format(out, "    #%d %s+0x%zx\n", i, s.module, s.offset + 1);
        else
            buffer_add_format(out, "    #%d %p\n", i, frames[i]);
    }
}
