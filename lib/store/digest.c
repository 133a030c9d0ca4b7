// SPDX-License-Identifier: MIT
#include "store/digest.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <strings.h>

static const struct digest_row {
    const char *name, *also; // as it is labelled, and as some do
    unsigned size;
    bool base32; // how we write it
    const EVP_MD *(*algorithm)(void);
} digest_rows[DIGEST_KINDS] = {
    [DIGEST_SHA1] = { "sha1", "sha-1", 20, true, EVP_sha1 },
    [DIGEST_SHA256] = { "sha256", "sha-256", 32, false, EVP_sha256 },
    [DIGEST_MD5] = { "md5", "md5", 16, false, EVP_md5 },
    [DIGEST_SHA512] = { "sha512", "sha-512", 64, false, EVP_sha512 },
};

unsigned digest_size(enum digest_kind kind)
{
    return digest_rows[kind].size;
}

int digest_kind_of(struct span name)
{
    for (int k = DIGEST_SHA1; k <= DIGEST_SHA256; k++)
        if (span_is(name, digest_rows[k].name))
            return k;
    return -1;
}

// ---- text

// Of bytes whose number is a multiple of five, as that of SHA-1's is: no padding.
static size_t digest_base32(const uint8_t *p, unsigned n, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *at = out;
    for (unsigned i = 0; i < n; i += 5) {
        uint64_t five = (uint64_t)p[i] << 32 | (uint64_t)p[i + 1] << 24 | (uint64_t)p[i + 2] << 16 |
                        (uint64_t)p[i + 3] << 8 | p[i + 4];
        for (int shift = 35; shift >= 0; shift -= 5)
            *at++ = letters[five >> shift & 31];
    }
    return (size_t)(at - out);
}

static size_t digest_base16(const uint8_t *p, unsigned n, char *out)
{
    static const char letters[] = "0123456789abcdef";
    for (unsigned i = 0; i < n; i++) {
        out[2 * i] = letters[p[i] >> 4];
        out[2 * i + 1] = letters[p[i] & 15];
    }
    return 2 * (size_t)n;
}

size_t digest_text(const struct digest *d, char out[DIGEST_TEXT_ROOM])
{
    const struct digest_row *row = &digest_rows[d->kind];
    size_t n = strlen(row->name);
    memcpy(out, row->name, n);
    out[n++] = ':';
    n += (row->base32 ? digest_base32 : digest_base16)(d->bytes, row->size, out + n);
    out[n] = '\0';
    return n;
}

static int digest_letter(char c, bool base32)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (!base32)
        return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

// Reads what has `each` bits a letter; the bits that are left over must be zeros.
static bool digest_read(struct span value, unsigned each, uint8_t *out, unsigned size)
{
    unsigned bits = 0, held = 0, n = 0;
    for (size_t i = 0; i < value.n; i++) {
        int letter = digest_letter(value.p[i], each == 5);
        if (letter < 0)
            return false;
        held = (held << each | (unsigned)letter) & 0xffff;
        bits += each;
        if (bits < 8)
            continue;
        bits -= 8;
        if (n == size)
            return false;
        out[n++] = (uint8_t)(held >> bits);
    }
    return n == size && bits < each && !(held & ((1u << bits) - 1));
}

static int digest_find(struct span label)
{
    for (int k = 0; k < DIGEST_KINDS; k++) {
        const char *names[] = { digest_rows[k].name, digest_rows[k].also };
        for (unsigned i = 0; i < 2; i++)
            if (label.n == strlen(names[i]) && strncasecmp(label.p, names[i], label.n) == 0)
                return k;
    }
    return -1;
}

int digest_parse(struct digest *out, struct span text)
{
    const char *colon = text.n ? memchr(text.p, ':', text.n) : NULL;
    if (!colon)
        return -EINVAL;
    int kind = digest_find((struct span){ text.p, (size_t)(colon - text.p) });
    if (kind < 0)
        return -EPROTONOSUPPORT;
    struct digest d = { .kind = (enum digest_kind)kind };
    struct span value = { colon + 1, (size_t)(text.p + text.n - colon - 1) };
    unsigned size = digest_size(d.kind);
    bool padded = value.n && value.p[value.n - 1] == '=';
    while (value.n && value.p[value.n - 1] == '=')
        value.n--;
    if (!padded && value.n == 2 * (size_t)size ? !digest_read(value, 4, d.bytes, size)
                                               : !digest_read(value, 5, d.bytes, size))
        return -EINVAL;
    *out = d;
    return 0;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return a->kind == b->kind && memcmp(a->bytes, b->bytes, digest_size(a->kind)) == 0;
}

// ---- taking one

int digest_begin(struct digest_sum *s, enum digest_kind kind)
{
    // With no type given, a context that has one begins anew without looking the algorithm up.
    const EVP_MD *type = s->context && s->made == kind ? NULL : digest_rows[kind].algorithm();
    if (!s->context && !(s->context = EVP_MD_CTX_new()))
        return -ENOMEM;
    s->kind = s->made = kind;
    s->failed = !EVP_DigestInit_ex(s->context, type, NULL);
    if (!s->failed)
        return 0;
    digest_fini(s);
    return -ENOMEM;
}

void digest_add(struct digest_sum *s, struct span data)
{
    if (data.n && !EVP_DigestUpdate(s->context, data.p, data.n))
        s->failed = true;
}

int digest_end(struct digest_sum *s, struct digest *out)
{
    unsigned n = 0;
    uint8_t bytes[EVP_MAX_MD_SIZE];
    if (s->failed || !EVP_DigestFinal_ex(s->context, bytes, &n) || n != digest_size(s->kind))
        return -EIO;
    out->kind = s->kind;
    memcpy(out->bytes, bytes, n);
    return 0;
}

void digest_fini(struct digest_sum *s)
{
    EVP_MD_CTX_free(s->context);
    *s = (struct digest_sum){ 0 };
}

int digest_of(struct digest_sum *s, enum digest_kind kind, struct span data, struct digest *out)
{
    int e = digest_begin(s, kind);
    if (e < 0)
        return e;
    digest_add(s, data);
    return digest_end(s, out);
}
