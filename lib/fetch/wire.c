// SPDX-License-Identifier: MIT
#include "fetch/wire.h"

void wire_begin(struct wire *w)
{
    buffer_clear(&w->sent);
    buffer_clear(&w->received);
    w->body_sent = 0;
    w->whole = false;
}

void wire_fini(struct wire *w)
{
    buffer_fini(&w->sent);
    buffer_fini(&w->received);
}

void wire_take_line(struct wire *w, struct span line, bool anew)
{
    if (anew)
        buffer_clear(&w->received);
    buffer_add(&w->received, line.p, line.n);
}

// A head may come in pieces. What follows a whole one is another request.
static void wire_take_sent(struct wire *w, const char *p, size_t n)
{
    if (w->whole)
        wire_begin(w);
    buffer_add(&w->sent, p, n);
    w->whole = w->sent.n >= 4 && memcmp(w->sent.p + w->sent.n - 4, "\r\n\r\n", 4) == 0;
}

int wire_listen(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
    (void)easy;
    struct wire *w = arg;
    if (type == CURLINFO_HEADER_OUT)
        wire_take_sent(w, p, n);
    else if (type == CURLINFO_DATA_OUT)
        w->body_sent += n;
    return 0;
}

// libcurl has no other way to show what it sends.
CURLcode wire_set(struct wire *w, CURL *easy)
{
    CURLcode r = curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, w ? wire_listen : NULL);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_DEBUGDATA, w);
    if (!r)
        r = curl_easy_setopt(easy, CURLOPT_VERBOSE, w ? 1L : 0L);
    return r;
}
