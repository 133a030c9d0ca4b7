// SPDX-License-Identifier: MIT
#include "web/idna_map.h"
#include "data/utf8.h"
#include "web/punycode.h"
#include <errno.h>
#include <idn2.h>
#include <stdlib.h>

// Where the standard says something else than libidn2. Up to Unicode 15, UTS #46 disallowed what
// IDNA2003 had treated otherwise; since Unicode 16 these are mapped or ignored like their kin. The
// four deviation characters are listed because libidn2 is asked in its transitional mode: the other
// one applies IDNA2008 on top, which has no symbols or emoji.
static const struct idna_patch {
    uint32_t first, last;
    enum { KEEP, DROP, SHIFT } does;
    int32_t by; // SHIFT: what is added
} idna_patches[] = {
    { 0x00DF, 0x00DF, KEEP, 0 },
    { 0x03C2, 0x03C2, KEEP, 0 },
    { 0x04C0, 0x04C0, SHIFT, 0x04CF - 0x04C0 },
    { 0x10A0, 0x10C5, SHIFT, 0x2D00 - 0x10A0 },
    { 0x115F, 0x1160, DROP, 0 },
    { 0x17B4, 0x17B5, DROP, 0 },
    { 0x1806, 0x1806, KEEP, 0 },
    { 0x180E, 0x180E, DROP, 0 },
    { 0x1E9E, 0x1E9E, SHIFT, 0x00DF - 0x1E9E },
    { 0x200C, 0x200D, KEEP, 0 },
    { 0x2061, 0x2063, DROP, 0 },
    { 0x206A, 0x206F, DROP, 0 },
    { 0x2132, 0x2132, SHIFT, 0x214E - 0x2132 },
    { 0x2183, 0x2183, SHIFT, 1 },
    { 0x3002, 0x3002, SHIFT, '.' - 0x3002 },
    { 0x3164, 0x3164, DROP, 0 },
    { 0xFF0E, 0xFF0E, SHIFT, '.' - 0xFF0E },
    { 0xFF61, 0xFF61, SHIFT, '.' - 0xFF61 },
    { 0xFFA0, 0xFFA0, DROP, 0 },
    { 0x1D173, 0x1D17A, DROP, 0 },
    { 0x2F868, 0x2F868, SHIFT, 0x36FC - 0x2F868 },
    { 0x2F874, 0x2F874, SHIFT, 0x5F53 - 0x2F874 },
    { 0x2F91F, 0x2F91F, SHIFT, 0x243AB - 0x2F91F },
    { 0x2F95F, 0x2F95F, SHIFT, 0x7AEE - 0x2F95F },
    { 0x2F9BF, 0x2F9BF, SHIFT, 0x45D7 - 0x2F9BF },
};

static const struct idna_patch *idna_patch_find(uint32_t c)
{
    for (size_t i = 0; i < sizeof idna_patches / sizeof *idna_patches; i++)
        if (c >= idna_patches[i].first && c <= idna_patches[i].last)
            return &idna_patches[i];
    return NULL;
}

// Takes the mapping of one character out of the name that libidn2 made of it between two zeros.
static int idna_map_unwrap(const char *name, uint32_t out[IDNA_MAP_MOST])
{
    uint32_t cp[IDNA_MAP_MOST + 2];
    size_t n = IDNA_MAP_MOST + 2, length = strlen(name);
    if (strncmp(name, "xn--", 4) == 0) {
        if (punycode_decode((struct span){ name + 4, length - 4 }, cp, &n) < 0)
            return -EINVAL;
    } else {
        if (length > n)
            return -EINVAL;
        for (n = 0; n < length; n++)
            cp[n] = (unsigned char)name[n];
    }
    if (n < 2)
        return -EINVAL;
    memcpy(out, cp + 1, (n - 2) * sizeof *cp);
    return (int)n - 2;
}

// libidn2 has the table but no call that looks up one character, so it is given a name: the
// character between two digits. Nothing composes with a digit, a digit may stand beside anything,
// and the transitional mode looks neither at neighbours nor at direction.
static int idna_map_ask(uint32_t c, uint32_t out[IDNA_MAP_MOST])
{
    char name[8] = "0", *mapped;
    size_t n = 1 + utf8_put(name + 1, c);
    name[n] = '0';
    name[n + 1] = '\0';
    int rc = idn2_lookup_u8((const uint8_t *)name, (uint8_t **)&mapped,
                            IDN2_TRANSITIONAL | IDN2_NO_ALABEL_ROUNDTRIP);
    if (rc != IDN2_OK)
        return rc == IDN2_MALLOC ? -ENOMEM : -EINVAL;
    int count = idna_map_unwrap(mapped, out);
    idn2_free(mapped);
    return count;
}

int idna_map(uint32_t c, uint32_t out[IDNA_MAP_MOST])
{
    if (c < 0x80) {
        out[0] = c >= 'A' && c <= 'Z' ? c + 32 : c;
        return 1;
    }
    const struct idna_patch *patch = idna_patch_find(c);
    if (!patch)
        return idna_map_ask(c, out);
    if (patch->does == DROP)
        return 0;
    out[0] = patch->does == SHIFT ? (uint32_t)((int32_t)c + patch->by) : c;
    return 1;
}
