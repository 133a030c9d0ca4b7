// SPDX-License-Identifier: MIT
#ifndef WEB_IDNA_H
#define WEB_IDNA_H
#include "data/buffer.h"

// The most code points in a domain name that is not plain ASCII. No name that DNS can hold comes
// near; punycode costs the square of the length.
enum { IDNA_MOST = 512 };

// Appends the ASCII form of `domain`, which is UTF-8 (what is not becomes U+FFFD, which no name may
// have): the URL standard's "domain to ASCII", that is UTS #46 non-transitional with CheckBidi and
// CheckJoiners, without CheckHyphens, VerifyDnsLength and UseSTD3ASCIIRules. A domain that is all
// ASCII is only put in lower case, as the standard wants. Errors: -EINVAL (characters that IDNA
// does not allow, a label that is no valid punycode, too long), -ENOMEM.
int idna_to_ascii(struct buffer *out, struct span domain);
#endif
