// SPDX-License-Identifier: MIT
#ifndef HTML_CHARSET_H
#define HTML_CHARSET_H
#include "data/buffer.h"
#include <iconv.h>
#include <stdint.h>

// The encodings of the WHATWG Encoding standard, of which pages are made. UTF-8 and windows-1252
// are our own; the tables of the others are iconv's, and where iconv does not have one it is read
// as windows-1252.
enum charset {
    CHARSET_UNKNOWN, // nobody said: UTF-8 where the bytes are, else windows-1252
    CHARSET_UTF_8,
    CHARSET_WINDOWS_1252, // also all that calls itself ISO-8859-1 or ASCII
    CHARSET_IBM866,
    CHARSET_ISO_8859_2,
    CHARSET_ISO_8859_3,
    CHARSET_ISO_8859_4,
    CHARSET_ISO_8859_5,
    CHARSET_ISO_8859_6,
    CHARSET_ISO_8859_7,
    CHARSET_ISO_8859_8,
    CHARSET_ISO_8859_8_I,
    CHARSET_ISO_8859_10,
    CHARSET_ISO_8859_13,
    CHARSET_ISO_8859_14,
    CHARSET_ISO_8859_15,
    CHARSET_ISO_8859_16,
    CHARSET_KOI8_R,
    CHARSET_KOI8_U,
    CHARSET_MACINTOSH,
    CHARSET_WINDOWS_874,
    CHARSET_WINDOWS_1250,
    CHARSET_WINDOWS_1251,
    CHARSET_WINDOWS_1253,
    CHARSET_WINDOWS_1254,
    CHARSET_WINDOWS_1255,
    CHARSET_WINDOWS_1256,
    CHARSET_WINDOWS_1257,
    CHARSET_WINDOWS_1258,
    CHARSET_X_MAC_CYRILLIC,
    CHARSET_GBK,
    CHARSET_GB18030,
    CHARSET_BIG5,
    CHARSET_EUC_JP,
    CHARSET_ISO_2022_JP,
    CHARSET_SHIFT_JIS,
    CHARSET_EUC_KR,
    CHARSET_UTF_16BE,
    CHARSET_UTF_16LE,
    CHARSET_X_USER_DEFINED, // read as windows-1252
    CHARSET_REPLACEMENT,    // one that can hide markup: such a page is read as empty
    CHARSETS
};

// The encoding that `label` means, in any case and with white space around it; CHARSET_UNKNOWN when
// it means none.
enum charset charset_find(struct span label);

// The same of the charset parameter of a Content-Type.
enum charset charset_of_type(struct span content_type);

// The same of the byte order mark that `head` begins with, whose length goes to `length`.
enum charset charset_of_mark(struct span head, size_t *length);

// Whether text in it must be decoded as a whole, for its bytes may look like markup and not be it.
// Everywhere else what looks like ASCII is ASCII, wherever a tag or a value may begin or end.
bool charset_is_opaque(enum charset c);

// The code point of a byte in windows-1252.
uint32_t charset_windows_1252(uint8_t byte);

// A decoder and an encoder, kept from one text to the next. { 0 } is ready for use.
struct charset_coder {
    enum charset charset;
    iconv_t decoder, encoder; // NULL: not opened yet; (iconv_t)-1: there is none
    char partial[8];          // of a stream: the beginning of a character
    uint8_t partials;
};

// Takes up `c`. What was left of a stream is forgotten.
void charset_use(struct charset_coder *k, enum charset c);
void charset_fini(struct charset_coder *k);

// Appends a whole text as UTF-8; what is none of its encoding becomes U+FFFD. UTF-8 is copied as it
// is.
void charset_decode(struct charset_coder *k, struct span text, struct buffer *out);

// The same for the next part of a stream; what a character lacks at its end is waited for.
void charset_stream(struct charset_coder *k, struct span part, struct buffer *out);

// Appends the query of a URL (in UTF-8, without its '?') as it goes into the URL of a link in a
// page of this encoding: encoded, and percent-encoded (URL standard §1.3, "percent-encode after
// encoding"). What the encoding does not have becomes "%26%23NUMBER%3B".
void charset_encode_query(struct charset_coder *k, struct span query, struct buffer *out);

// Whether a query would go in as UTF-8, whatever it is.
bool charset_query_is_utf8(enum charset c);
#endif
