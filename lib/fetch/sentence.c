// SPDX-License-Identifier: MIT
#include "fetch/sentence.h"
#include "fetch/request.h"
#include "fetch/tls_flood.h"
#include "fetch/transfer.h"
#include "fetch/wire.h"
#include <string.h>

// Parts of the sentences that failure.c tells causes by, or that name one better than the words for
// libcurl's code do. The trace has much else, about connections above all.
static const char *const sentence_parts[] = {
    "Recv failure",    "Send failure",   "chunked-enc", "Too large",     "SSL_",
    "unexpected eof",  "nghttp2_",       "returned -",  "timed out",     "Empty reply",
    "transfer closed", "Failed sending", "died, tried", TLS_FLOOD_WORDS,
};

static bool sentence_tells(const char *text)
{
    for (size_t i = 0; i < sizeof sentence_parts / sizeof sentence_parts[0]; i++) {
        if (strstr(text, sentence_parts[i]))
            return true;
    }
    return false;
}

static int sentence_listen(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
    struct transfer *t = arg;
    char text[sizeof t->text];
    if (t->request && t->request->wire)
        wire_listen(easy, type, p, n, t->request->wire);
    if (type != CURLINFO_TEXT || *t->text)
        return 0;
    n = n < sizeof text ? n : sizeof text - 1;
    memcpy(text, p, n);
    text[n] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (sentence_tells(text))
        memcpy(t->text, text, sizeof text);
    return 0;
}

void sentence_anew(struct transfer *t)
{
    *t->text = '\0';
    t->soiled = true;
    curl_easy_setopt(t->easy, CURLOPT_DEBUGFUNCTION, sentence_listen); // these cannot fail
    curl_easy_setopt(t->easy, CURLOPT_DEBUGDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
}
