// SPDX-License-Identifier: MIT
#ifndef WEB_IDNA_MAP_H
#define WEB_IDNA_MAP_H
#include <stddef.h>
#include <stdint.h>

// The most code points that one is mapped to (U+FDFA).
enum { IDNA_MAP_MOST = 18 };

// What UTS #46 §5 makes of `c` (non-transitional, UseSTD3ASCIIRules off): `out` gets what it is
// mapped to, and that many code points is returned: 1 and `c` itself when it is valid, 0 when it is
// ignored. Errors: -EINVAL (disallowed), -ENOMEM.
int idna_map(uint32_t c, uint32_t out[IDNA_MAP_MOST]);
#endif
