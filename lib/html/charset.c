// SPDX-License-Identifier: MIT
#include "html/charset.h"
#include "data/utf8.h"
#include "web/percent.h"
#include <errno.h>
#include <strings.h>

static const struct charset_label {
    char label[20];
    uint8_t charset;
} charset_labels[] = {
// clang-format off
#include "html/charset_table.def"
    // clang-format on
};

// What iconv calls them. Absent: our own.
static const char *const charset_iconv[CHARSETS] = {
    [CHARSET_IBM866] = "IBM866",
    [CHARSET_ISO_8859_2] = "ISO-8859-2",
    [CHARSET_ISO_8859_3] = "ISO-8859-3",
    [CHARSET_ISO_8859_4] = "ISO-8859-4",
    [CHARSET_ISO_8859_5] = "ISO-8859-5",
    [CHARSET_ISO_8859_6] = "ISO-8859-6",
    [CHARSET_ISO_8859_7] = "ISO-8859-7",
    [CHARSET_ISO_8859_8] = "ISO-8859-8",
    [CHARSET_ISO_8859_8_I] = "ISO-8859-8",
    [CHARSET_ISO_8859_10] = "ISO-8859-10",
    [CHARSET_ISO_8859_13] = "ISO-8859-13",
    [CHARSET_ISO_8859_14] = "ISO-8859-14",
    [CHARSET_ISO_8859_15] = "ISO-8859-15",
    [CHARSET_ISO_8859_16] = "ISO-8859-16",
    [CHARSET_KOI8_R] = "KOI8-R",
    [CHARSET_KOI8_U] = "KOI8-U",
    [CHARSET_MACINTOSH] = "MACINTOSH",
    [CHARSET_WINDOWS_874] = "CP874",
    [CHARSET_WINDOWS_1250] = "CP1250",
    [CHARSET_WINDOWS_1251] = "CP1251",
    [CHARSET_WINDOWS_1253] = "CP1253",
    [CHARSET_WINDOWS_1254] = "CP1254",
    [CHARSET_WINDOWS_1255] = "CP1255",
    [CHARSET_WINDOWS_1256] = "CP1256",
    [CHARSET_WINDOWS_1257] = "CP1257",
    [CHARSET_WINDOWS_1258] = "CP1258",
    [CHARSET_X_MAC_CYRILLIC] = "MAC-CYRILLIC",
    [CHARSET_GBK] = "GB18030",
    [CHARSET_GB18030] = "GB18030",
    [CHARSET_BIG5] = "BIG5-HKSCS",
    [CHARSET_EUC_JP] = "EUC-JP-MS",
    [CHARSET_ISO_2022_JP] = "ISO-2022-JP",
    [CHARSET_SHIFT_JIS] = "CP932",
    [CHARSET_EUC_KR] = "CP949",
    [CHARSET_UTF_16BE] = "UTF-16BE",
    [CHARSET_UTF_16LE] = "UTF-16LE",
};

// Two are not encoded into as they are decoded from (Encoding standard §10.1, §11.1): a GBK page is
// sent nothing of four bytes, a Big5 page nothing of Hong Kong's.
static const char *charset_iconv_to(enum charset c)
{
    return c == CHARSET_GBK ? "GBK" : charset_iconv[c];
}

static bool charset_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static struct span charset_trim(struct span s)
{
    while (s.n && charset_is_space(*s.p)) {
        s.p++;
        s.n--;
    }
    while (s.n && charset_is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

enum charset charset_find(struct span label)
{
    size_t low = 0, high = sizeof charset_labels / sizeof *charset_labels;
    char key[sizeof charset_labels->label];
    label = charset_trim(label);
    if (label.n == 0 || label.n >= sizeof key)
        return CHARSET_UNKNOWN;
    for (size_t k = 0; k < label.n; k++)
        key[k] = label.p[k] >= 'A' && label.p[k] <= 'Z' ? (char)(label.p[k] | 32) : label.p[k];
    key[label.n] = '\0';
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(key, charset_labels[middle].label);
        if (order == 0)
            return (enum charset)charset_labels[middle].charset;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return CHARSET_UNKNOWN;
}

// Takes one ";name=value" off `rest`, which begins behind a semicolon.
static bool charset_parameter(struct span *rest, struct span *name, struct span *value)
{
    if (rest->n == 0)
        return false;
    size_t n = 0;
    bool quoted = false;
    for (; n < rest->n && (quoted || rest->p[n] != ';'); n++)
        quoted ^= rest->p[n] == '"';
    struct span one = { rest->p, n };
    rest->p += n < rest->n ? n + 1 : n;
    rest->n -= n < rest->n ? n + 1 : n;
    const char *equals = memchr(one.p, '=', one.n);
    size_t before = equals ? (size_t)(equals - one.p) : one.n;
    *name = charset_trim((struct span){ one.p, before });
    *value = equals ? charset_trim((struct span){ equals + 1, one.n - before - 1 })
                    : (struct span){ one.p + one.n, 0 };
    return true;
}

enum charset charset_of_type(struct span content_type)
{
    struct span name, value;
    const char *semicolon = content_type.n ? memchr(content_type.p, ';', content_type.n) : NULL;
    if (!semicolon)
        return CHARSET_UNKNOWN;
    struct span rest = { semicolon + 1, content_type.n - (size_t)(semicolon - content_type.p) - 1 };
    while (charset_parameter(&rest, &name, &value)) {
        if (name.n != 7 || strncasecmp(name.p, "charset", 7) != 0)
            continue;
        if (value.n >= 2 && (*value.p == '"' || *value.p == '\'') &&
            value.p[value.n - 1] == *value.p)
            value = (struct span){ value.p + 1, value.n - 2 };
        enum charset c = charset_find(value);
        if (c != CHARSET_UNKNOWN)
            return c;
    }
    return CHARSET_UNKNOWN;
}

enum charset charset_of_mark(struct span head, size_t *length)
{
    static const struct {
        const char *mark;
        uint8_t n, charset;
    } marks[] = {
        { "\xef\xbb\xbf", 3, CHARSET_UTF_8 },
        { "\xfe\xff", 2, CHARSET_UTF_16BE },
        { "\xff\xfe", 2, CHARSET_UTF_16LE },
    };
    *length = 0;
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++)
        if (head.n >= marks[k].n && memcmp(head.p, marks[k].mark, marks[k].n) == 0) {
            *length = marks[k].n;
            return (enum charset)marks[k].charset;
        }
    return CHARSET_UNKNOWN;
}

bool charset_is_opaque(enum charset c)
{
    return c == CHARSET_UTF_16BE || c == CHARSET_UTF_16LE || c == CHARSET_ISO_2022_JP;
}

bool charset_query_is_utf8(enum charset c)
{
    return c == CHARSET_UTF_8 || c == CHARSET_UTF_16BE || c == CHARSET_UTF_16LE ||
           c == CHARSET_REPLACEMENT;
}

static const uint16_t charset_1252[32] = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
};

uint32_t charset_windows_1252(uint8_t byte)
{
    return byte >= 0x80 && byte < 0xA0 ? charset_1252[byte - 0x80] : byte;
}

// The byte of a code point; -1 when there is none.
static int charset_to_1252(uint32_t c)
{
    if (c < 0x80 || (c >= 0xA0 && c <= 0xFF))
        return (int)c;
    for (int k = 0; k < 32; k++)
        if (charset_1252[k] == c)
            return 0x80 + k;
    return -1;
}

static void charset_close(iconv_t *t)
{
    if (*t && *t != (iconv_t)-1)
        iconv_close(*t);
    *t = NULL;
}

void charset_use(struct charset_coder *k, enum charset c)
{
    k->partials = 0;
    if (k->charset != c) {
        charset_close(&k->decoder);
        charset_close(&k->encoder);
        k->charset = c;
    } else if (k->decoder && k->decoder != (iconv_t)-1) {
        iconv(k->decoder, NULL, NULL, NULL, NULL);
    }
}

void charset_fini(struct charset_coder *k)
{
    charset_use(k, CHARSET_UNKNOWN);
}

// Whether iconv is what this encoding is read with, having been opened.
static bool charset_has_decoder(struct charset_coder *k)
{
    if (!charset_iconv[k->charset])
        return false;
    if (!k->decoder)
        k->decoder = iconv_open("UTF-8", charset_iconv[k->charset]);
    return k->decoder != (iconv_t)-1;
}

static bool charset_has_encoder(struct charset_coder *k)
{
    if (!charset_iconv[k->charset])
        return false;
    if (!k->encoder)
        k->encoder = iconv_open(charset_iconv_to(k->charset), "UTF-8");
    return k->encoder != (iconv_t)-1;
}

static void charset_decode_1252(struct span text, struct buffer *out)
{
    for (size_t i = 0; i < text.n; i++) {
        char bytes[4];
        buffer_add(out, bytes, utf8_put(bytes, charset_windows_1252((uint8_t)text.p[i])));
    }
}

// Converts as far as it goes. Returns what is left: the beginning of a character.
static struct span charset_convert(iconv_t t, struct span text, struct buffer *out)
{
    char *from = (char *)(uintptr_t)text.p;
    size_t left = text.n;
    while (left > 0) {
        size_t room = left * 3 + 16;
        char *to = buffer_reserve(out, room), *at = to;
        if (!to)
            break;
        size_t r = iconv(t, &from, &left, &at, &room);
        out->n += (size_t)(at - to);
        if (r != (size_t)-1 || errno == E2BIG)
            continue;
        if (errno == EINVAL)
            break;
        buffer_add_string(out, "\xef\xbf\xbd");
        from++;
        left--;
    }
    return (struct span){ from, left };
}

void charset_decode(struct charset_coder *k, struct span text, struct buffer *out)
{
    if (k->charset == CHARSET_UTF_8 || (k->charset == CHARSET_UNKNOWN && utf8_valid(text))) {
        buffer_add(out, text.p, text.n);
    } else if (charset_has_decoder(k)) {
        iconv(k->decoder, NULL, NULL, NULL, NULL);
        if (charset_convert(k->decoder, text, out).n > 0)
            buffer_add_string(out, "\xef\xbf\xbd");
    } else {
        charset_decode_1252(text, out);
    }
}

// The character that the last part left unfinished.
static void charset_finish_partial(struct charset_coder *k, struct span *part, struct buffer *out)
{
    while (k->partials > 0 && part->n > 0) {
        k->partial[k->partials++] = *part->p++;
        part->n--;
        struct span rest =
            charset_convert(k->decoder, (struct span){ k->partial, k->partials }, out);
        if (rest.n < k->partials || rest.n == sizeof k->partial) {
            memmove(k->partial, rest.p, rest.n);
            k->partials = rest.n < sizeof k->partial ? (uint8_t)rest.n : 0;
        }
    }
}

void charset_stream(struct charset_coder *k, struct span part, struct buffer *out)
{
    if (k->charset == CHARSET_REPLACEMENT)
        return;
    if (!charset_has_decoder(k)) {
        charset_decode(k, part, out);
        return;
    }
    charset_finish_partial(k, &part, out);
    struct span rest = charset_convert(k->decoder, part, out);
    if (rest.n > 0 && rest.n < sizeof k->partial) {
        memcpy(k->partial, rest.p, rest.n);
        k->partials = (uint8_t)rest.n;
    }
}

static void charset_put_percent(struct buffer *out, const char *p, size_t n)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (percent_plain(PERCENT_QUERY, c)) {
            buffer_add_byte(out, p[i]);
        } else {
            char escape[3] = { '%', hex[c >> 4], hex[c & 15] };
            buffer_add(out, escape, sizeof escape);
        }
    }
}

// One character. Returns whether the encoding has it.
static bool charset_encode_one(struct charset_coder *k, const char *p, size_t n, uint32_t c,
                               struct buffer *out)
{
    char bytes[16], *to = bytes, *from = (char *)(uintptr_t)p;
    size_t room = sizeof bytes;
    if (!charset_has_encoder(k)) {
        int byte = charset_to_1252(c);
        bytes[0] = (char)byte;
        if (byte >= 0)
            charset_put_percent(out, bytes, 1);
        return byte >= 0;
    }
    if (iconv(k->encoder, &from, &n, &to, &room) != 0)
        return false;
    charset_put_percent(out, bytes, (size_t)(to - bytes));
    return true;
}

static void charset_end_encoding(struct charset_coder *k, struct buffer *out)
{
    char bytes[16], *to = bytes;
    size_t room = sizeof bytes;
    if (!charset_has_encoder(k))
        return;
    iconv(k->encoder, NULL, NULL, &to, &room);
    charset_put_percent(out, bytes, (size_t)(to - bytes));
}

void charset_encode_query(struct charset_coder *k, struct span query, struct buffer *out)
{
    const char *p = query.p, *end = p + query.n;
    if (charset_query_is_utf8(k->charset)) {
        percent_encode(out, query, PERCENT_QUERY);
        return;
    }
    while (p < end) {
        const char *from = p;
        uint32_t c = utf8_next(&p, end, NULL);
        if (!charset_encode_one(k, from, (size_t)(p - from), c, out)) {
            buffer_add_string(out, "%26%23");
            buffer_add_uint(out, c);
            buffer_add_string(out, "%3B");
        }
    }
    charset_end_encoding(k, out);
}
