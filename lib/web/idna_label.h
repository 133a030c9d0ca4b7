// SPDX-License-Identifier: MIT
#ifndef WEB_IDNA_LABEL_H
#define WEB_IDNA_LABEL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether `c` makes a domain name a bidi one (RFC 5893 §1.4): of class R, AL or AN.
bool idna_label_is_rtl(uint32_t c);

// Checks a label of Unicode characters, already mapped and normalised, by the validity criteria of
// UTS #46 §4.1 with CheckJoiners and, in a bidi domain name, CheckBidi (`bidi`); hyphens may be
// anywhere. Errors: -EINVAL, -ENOMEM.
int idna_label_check(const uint32_t *cp, size_t n, bool bidi);
#endif
