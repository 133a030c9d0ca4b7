// SPDX-License-Identifier: MIT
#include "web/idna_label.h"
#include "web/idna_map.h"
#include <errno.h>
#include <unictype.h>

enum { ZWNJ = 0x200C, ZWJ = 0x200D, VIRAMA = UC_CCC_VR };

static unsigned bidi_bit(uint32_t c)
{
    return 1u << uc_bidi_class(c);
}

enum {
    L = 1 << UC_BIDI_L,
    R = 1 << UC_BIDI_R,
    AL = 1 << UC_BIDI_AL,
    AN = 1 << UC_BIDI_AN,
    EN = 1 << UC_BIDI_EN,
    NSM = 1 << UC_BIDI_NSM,
    NEUTRAL = 1 << UC_BIDI_ES | 1 << UC_BIDI_CS | 1 << UC_BIDI_ET | 1 << UC_BIDI_ON |
              1 << UC_BIDI_BN | NSM,
};

bool idna_label_is_rtl(uint32_t c)
{
    return c >= 0x80 && bidi_bit(c) & (R | AL | AN);
}

// RFC 5893 §2, its six conditions.
static bool idna_label_bidi(const uint32_t *cp, size_t n)
{
    unsigned first = bidi_bit(cp[0]), seen = 0;
    bool rtl = first & (R | AL);
    if (!rtl && first != L)
        return false;
    for (size_t i = 0; i < n; i++)
        seen |= bidi_bit(cp[i]);
    while (bidi_bit(cp[n - 1]) == NSM) // ends: the first is no NSM
        n--;
    unsigned last = bidi_bit(cp[n - 1]);
    if (!rtl)
        return !(seen & ~(unsigned)(L | EN | NEUTRAL)) && last & (L | EN);
    if (seen & ~(unsigned)(R | AL | AN | EN | NEUTRAL) || (seen & EN && seen & AN))
        return false;
    return last & (R | AL | EN | AN);
}

// RFC 5892 appendix A.1 and A.2: what may stand around the joiner at `at`.
static bool idna_label_joiner(const uint32_t *cp, size_t n, size_t at)
{
    if (at > 0 && uc_combining_class(cp[at - 1]) == VIRAMA)
        return true;
    if (cp[at] == ZWJ)
        return false;
    size_t before = at, after = at + 1;
    while (before > 0 && uc_joining_type(cp[before - 1]) == UC_JOINING_TYPE_T)
        before--;
    while (after < n && uc_joining_type(cp[after]) == UC_JOINING_TYPE_T)
        after++;
    if (before == 0 || after == n)
        return false;
    int left = uc_joining_type(cp[before - 1]), right = uc_joining_type(cp[after]);
    return (left == UC_JOINING_TYPE_L || left == UC_JOINING_TYPE_D) &&
           (right == UC_JOINING_TYPE_R || right == UC_JOINING_TYPE_D);
}

int idna_label_check(const uint32_t *cp, size_t n, bool bidi)
{
    if (n == 0)
        return 0;
    if (n >= 4 && cp[0] == 'x' && cp[1] == 'n' && cp[2] == '-' && cp[3] == '-')
        return -EINVAL;
    if (uc_is_general_category(cp[0], UC_MARK))
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        uint32_t mapped[IDNA_MAP_MOST];
        int count = idna_map(cp[i], mapped);
        if (count < 0)
            return count;
        if (cp[i] == '.' || count != 1 || mapped[0] != cp[i])
            return -EINVAL;
        if ((cp[i] == ZWNJ || cp[i] == ZWJ) && !idna_label_joiner(cp, n, i))
            return -EINVAL;
    }
    return bidi && !idna_label_bidi(cp, n) ? -EINVAL : 0;
}
