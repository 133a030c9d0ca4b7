// SPDX-License-Identifier: MIT
#include "web/idna.h"
#include "data/utf8.h"
#include "web/idna_label.h"
#include "web/idna_map.h"
#include "web/punycode.h"
#include <errno.h>
#include <stdlib.h>
#include <uninorm.h>

// A domain name on its way: its code points, labels divided by '.', each label Unicode.
struct idna {
    uint32_t at[IDNA_MOST];
    size_t n;
    bool bidi;
};

static int idna_append(struct idna *d, const uint32_t *cp, size_t n)
{
    if (n > IDNA_MOST - d->n)
        return -EINVAL;
    memcpy(d->at + d->n, cp, n * sizeof *cp);
    d->n += n;
    return 0;
}

// UTS #46 §4 step 1.
static int idna_map_all(struct idna *d, struct span domain)
{
    const char *p = domain.p, *end = domain.p + domain.n;
    while (p < end) {
        uint32_t mapped[IDNA_MAP_MOST];
        int count = idna_map(utf8_next(&p, end, NULL), mapped);
        int rc = count < 0 ? count : idna_append(d, mapped, (size_t)count);
        if (rc < 0)
            return rc;
    }
    return 0;
}

// Normalises to NFC; `*n` code points come out, owned by the caller (free). NULL: no memory.
static uint32_t *idna_nfc(const uint32_t *cp, size_t *n)
{
    // A size that is never 0, for libunistring answers NULL to nothing as well.
    size_t length = *n;
    if (length == 0)
        return calloc(1, sizeof *cp);
    return u32_normalize(UNINORM_NFC, cp, length, NULL, n);
}

static bool idna_is_ace(const uint32_t *cp, size_t n)
{
    return n >= 4 && cp[0] == 'x' && cp[1] == 'n' && cp[2] == '-' && cp[3] == '-';
}

// Takes a label out of its punycode and appends it. What it says must be in normal form, and must
// have needed punycode.
static int idna_decode(struct idna *d, const uint32_t *cp, size_t n)
{
    char text[IDNA_MOST];
    uint32_t label[IDNA_MOST];
    size_t count = IDNA_MOST, ascii = 0;
    if (n > IDNA_MOST)
        return -EINVAL;
    for (size_t i = 4; i < n; i++) {
        if (cp[i] >= 0x80)
            return -EINVAL;
        text[i - 4] = (char)cp[i];
    }
    if (punycode_decode((struct span){ text, n - 4 }, label, &count) < 0)
        return -EINVAL;
    while (ascii < count && label[ascii] < 0x80)
        ascii++;
    if (ascii == count)
        return -EINVAL;
    size_t normal_count = count;
    uint32_t *normal = idna_nfc(label, &normal_count);
    if (!normal)
        return -ENOMEM;
    bool same = normal_count == count && memcmp(normal, label, count * sizeof *label) == 0;
    free(normal);
    return same ? idna_append(d, label, count) : -EINVAL;
}

static size_t idna_label_end(const uint32_t *cp, size_t from, size_t n)
{
    while (from < n && cp[from] != '.')
        from++;
    return from;
}

// §4 steps 3 and 4: fills `d` with the labels of `cp`, out of their punycode.
static int idna_labels(struct idna *d, const uint32_t *cp, size_t n)
{
    d->n = 0;
    for (size_t from = 0, end; from <= n; from = end + 1) {
        end = idna_label_end(cp, from, n);
        const uint32_t *label = cp + from;
        int rc = idna_is_ace(label, end - from) ? idna_decode(d, label, end - from)
                                                : idna_append(d, label, end - from);
        if (rc == 0 && end < n)
            rc = idna_append(d, &(uint32_t){ '.' }, 1);
        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i < d->n; i++)
        d->bidi |= idna_label_is_rtl(d->at[i]);
    return 0;
}

static int idna_emit(struct buffer *out, const uint32_t *cp, size_t n)
{
    size_t ascii = 0;
    while (ascii < n && cp[ascii] < 0x80)
        ascii++;
    if (ascii < n) {
        buffer_add(out, "xn--", 4);
        return punycode_encode(out, cp, n) < 0 ? -EINVAL : 0;
    }
    for (size_t i = 0; i < n; i++)
        buffer_add_byte(out, (char)cp[i]);
    return 0;
}

static int idna_check_and_emit(const struct idna *d, struct buffer *out)
{
    for (size_t from = 0, end; from <= d->n; from = end + 1) {
        end = idna_label_end(d->at, from, d->n);
        int rc = idna_label_check(d->at + from, end - from, d->bidi);
        if (rc == 0)
            rc = idna_emit(out, d->at + from, end - from);
        if (rc < 0)
            return rc;
        if (end < d->n)
            buffer_add_byte(out, '.');
    }
    return out->failed ? -ENOMEM : 0;
}

static int idna_unicode(struct buffer *out, struct span domain)
{
    struct idna *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    uint32_t *normal = NULL;
    int rc = idna_map_all(d, domain);
    if (rc < 0)
        goto out;
    size_t n = d->n;
    normal = idna_nfc(d->at, &n);
    rc = normal ? idna_labels(d, normal, n) : -ENOMEM;
    if (rc == 0)
        rc = idna_check_and_emit(d, out);
out:
    free(normal);
    free(d);
    return rc;
}

int idna_to_ascii(struct buffer *out, struct span domain)
{
    char *at = buffer_reserve(out, domain.n);
    if (!at)
        return -ENOMEM;
    for (size_t i = 0; i < domain.n; i++) {
        unsigned char c = (unsigned char)domain.p[i];
        if (c >= 0x80)
            return idna_unicode(out, domain);
        at[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    out->n += domain.n;
    return 0;
}
