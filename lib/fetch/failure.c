// SPDX-License-Identifier: MIT
#include "fetch/failure.h"
#include "fetch/tls_flood.h"
#include "sys/shortage.h"
#include <errno.h>
#include <string.h>

static bool failure_says(const struct failure *f, const char *what)
{
    return strstr(f->text, what) != NULL;
}

// Besides those asked for here: sentences that name a cause better than the code's own words do.
bool failure_is_told_by(const char *text)
{
    static const char *const parts[] = {
        "Recv failure",    "Send failure",   "chunked-enc", "Too large",     "SSL_",
        "unexpected eof",  "nghttp2_",       "returned -",  "timed out",     "Empty reply",
        "transfer closed", "Failed sending", "died, tried", TLS_FLOOD_WORDS,
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strstr(text, parts[i]))
            return true;
    }
    return false;
}

static enum fetch_error failure_of_connect(const struct failure *f)
{
    if (f->os_error == ETIMEDOUT)
        return FETCH_CONNECT_TIMEOUT;
    if (f->over_proxy)
        return FETCH_PROXY_FAILED;
    return f->os_error == ECONNREFUSED ? FETCH_CONNECT_REFUSED : FETCH_CONNECT_FAILED;
}

static enum fetch_error failure_of_timeout(const struct failure *f)
{
    return f->asked || f->max_time_out ? FETCH_TIMEOUT : FETCH_CONNECT_TIMEOUT;
}

static enum fetch_error failure_of_end(const struct failure *f)
{
    return f->head_begun ? FETCH_TRUNCATED : FETCH_EMPTY_REPLY;
}

// The connection broke: by a reset, by its end, or because what came over it made no sense.
static enum fetch_error failure_of_receive(const struct failure *f)
{
    if (!f->asked && f->over_proxy)
        return FETCH_PROXY_FAILED;
    if (failure_says(f, "chunked-enc") || failure_says(f, TLS_FLOOD_WORDS))
        return FETCH_PROTOCOL;
    if (failure_says(f, "Too large response headers"))
        return FETCH_TOO_LARGE;
    // The peer closed without close_notify, which is where truncation could hide.
    if (failure_says(f, "unexpected eof") || failure_says(f, "SSL_ERROR_SYSCALL, errno 0"))
        return failure_of_end(f);
    if (failure_says(f, "SSL_") && f->os_error == 0)
        return FETCH_TLS_FAILED;
    return FETCH_RESET;
}

static enum fetch_error failure_of_handshake(const struct failure *f)
{
    if (failure_says(f, "reset by peer"))
        return FETCH_RESET;
    return failure_says(f, "malloc failure") ? FETCH_NO_RESOURCES : FETCH_TLS_FAILED; // OpenSSL's
}

bool failure_is_shortage(const struct failure *f)
{
    return shortage_is(f->os_error, f->family) || f->no_memory ||
           f->code == CURLE_SETOPT_OPTION_SYNTAX;
}

bool failure_is_of_stream(CURLcode code)
{
    switch (code) {
    case CURLE_OK:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return true;
    default:
        return false;
    }
}

// Over HTTP/2 how the stream stands says more than libcurl's codes, which are the same for a server
// that refuses and one that talks nonsense.
static enum fetch_error failure_of_stream(const struct failure *f)
{
    if (f->stream == STREAM_RESET || f->stream == STREAM_REFUSED)
        return FETCH_RESET;
    if (f->stream == STREAM_BROKEN)
        return FETCH_PROTOCOL;
    if (failure_says(f, "returned -902")) // libcurl's bound of a head, or of trailers
        return FETCH_TOO_LARGE;
    if (failure_says(f, "nghttp2_session_mem_recv"))
        return FETCH_PROTOCOL;
    if (f->code == CURLE_PARTIAL_FILE)
        return failure_of_end(f);
    if (f->code == CURLE_SEND_ERROR || f->code == CURLE_RECV_ERROR)
        return failure_of_receive(f);
    // Libnghttp2 has ended the session, perhaps before libcurl had handed over what was there.
    return f->stream == STREAM_WHOLE ? FETCH_TRUNCATED : FETCH_PROTOCOL;
}

enum fetch_error failure_word(const struct failure *f)
{
    if (failure_is_shortage(f))
        return FETCH_NO_RESOURCES;
    if (f->stream != STREAM_UNKNOWN && failure_is_of_stream(f->code))
        return failure_of_stream(f);
    switch (f->code) {
    case CURLE_COULDNT_CONNECT:
        return failure_of_connect(f);
    case CURLE_INTERFACE_FAILED:
        return FETCH_CONNECT_FAILED;
    case CURLE_OPERATION_TIMEDOUT:
        return failure_of_timeout(f);
    case CURLE_PARTIAL_FILE: // over HTTP/2 also before a head
    case CURLE_GOT_NOTHING:  // also after 1xx
        return failure_of_end(f);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2_STREAM:
        return failure_of_receive(f);
    case CURLE_SSL_CONNECT_ERROR:
        return failure_of_handshake(f);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        return FETCH_TLS_CERTIFICATE;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_USE_SSL_FAILED:
        return FETCH_TLS_FAILED;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: // "Received HTTP/0.9 when not allowed"
    case CURLE_HTTP2:
    case CURLE_TOO_MANY_REDIRECTS: // of an authentication that goes round in circles
        return FETCH_PROTOCOL;
    case CURLE_BAD_CONTENT_ENCODING:
        return FETCH_DECODE;
    case CURLE_FILESIZE_EXCEEDED:
        return FETCH_TOO_LARGE;
    case CURLE_PROXY:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return FETCH_PROXY_FAILED;
    case CURLE_URL_MALFORMAT:
        return FETCH_BAD_URL;
    case CURLE_BAD_FUNCTION_ARGUMENT: // a line of a head that libcurl cannot take apart
        return f->asked ? FETCH_PROTOCOL : FETCH_INTERNAL;
    case CURLE_SETOPT_OPTION_SYNTAX: // what it is told of addresses (pins.h) is right: no memory
        return FETCH_NO_RESOURCES;
    case CURLE_OUT_OF_MEMORY:
        // A line of a head beyond libcurl's 100 KB is told as running out of memory.
        return f->asked && !f->head_done && !f->no_memory ? FETCH_TOO_LARGE : FETCH_NO_RESOURCES;
    default:
        return FETCH_INTERNAL;
    }
}
