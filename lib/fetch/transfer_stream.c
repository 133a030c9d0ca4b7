// SPDX-License-Identifier: MIT
#include "fetch/transfer_stream.h"
#include "fetch/request.h"
#include "fetch/tls.h"
#include "fetch/tls_flood.h"
#include "fetch/transfer.h"
#include <dlfcn.h>
#include <nghttp2/nghttp2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

enum {
    STREAM_SINCE = 0x080100, // from here on libcurl says itself how a stream ended
    STREAM_LOOK = 1 << 16    // streams of a connection that are looked at, the last ones
};

// ---- what libnghttp2 defines, and libcurl has it call

typedef void stream_frame_setter(nghttp2_session_callbacks *, nghttp2_on_frame_recv_callback);
typedef void stream_chunk_setter(nghttp2_session_callbacks *, nghttp2_on_data_chunk_recv_callback);
typedef void stream_close_setter(nghttp2_session_callbacks *, nghttp2_on_stream_close_callback);
typedef int stream_sender(nghttp2_session *);

static stream_frame_setter *stream_set_frame;
static stream_chunk_setter *stream_set_chunk;
static stream_close_setter *stream_set_close;
static stream_sender *stream_send;

// The same for every connection of every thread.
static _Atomic nghttp2_on_frame_recv_callback stream_their_frame;
static _Atomic nghttp2_on_data_chunk_recv_callback stream_their_chunk;
static _Atomic nghttp2_on_stream_close_callback stream_their_close;

// Found before main() starts: dlsym is not for hot paths, nor for two threads at once.
__attribute__((constructor)) static void stream_find(void)
{
    stream_set_frame = (stream_frame_setter *)dlsym(
        RTLD_NEXT, "nghttp2_session_callbacks_set_on_frame_recv_callback");
    stream_set_chunk = (stream_chunk_setter *)dlsym(
        RTLD_NEXT, "nghttp2_session_callbacks_set_on_data_chunk_recv_callback");
    stream_set_close = (stream_close_setter *)dlsym(
        RTLD_NEXT, "nghttp2_session_callbacks_set_on_stream_close_callback");
    stream_send = (stream_sender *)dlsym(RTLD_NEXT, "nghttp2_session_send");
}

static int stream_place; // where a connection keeps its socket, plus one
static pthread_once_t stream_place_once = PTHREAD_ONCE_INIT;

static void stream_make_place(void)
{
    stream_place = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static bool stream_is_heard(void)
{
    return atomic_load_explicit(&stream_their_frame, memory_order_relaxed) != NULL;
}

// ---- what comes

// Whose stream this is: libcurl keeps the handle with it. NULL: nobody's any more.
static struct transfer_stream *stream_of(nghttp2_session *session, int32_t id)
{
    CURL *easy = id ? nghttp2_session_get_stream_user_data(session, id) : NULL;
    struct transfer *t = NULL;
    if (!easy || curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t) || !t)
        return NULL;
    struct transfer_stream *s = &t->stream;
    if (!s->heard)
        return NULL;
    if (s->id == 0)
        s->id = id;
    return s->id == id ? s : NULL;
}

static int stream_on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *arg)
{
    struct transfer_stream *s = stream_of(session, frame->hd.stream_id);
    if (s && frame->hd.type == NGHTTP2_RST_STREAM)
        s->reset = true;
    if (s && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
        frame->hd.flags & NGHTTP2_FLAG_END_STREAM)
        s->ended = true;
    if (s && frame->hd.type == NGHTTP2_HEADERS) {
        s->begun = true;
        tls_flood_progress(s->tls);
    }
    return atomic_load_explicit(&stream_their_frame, memory_order_relaxed)(session, frame, arg);
}

static int stream_on_chunk(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *p,
                           size_t n, void *arg)
{
    struct transfer_stream *s = stream_of(session, id);
    if (s)
        s->size += n;
    if (s && n > 0)
        tls_flood_progress(s->tls);
    return atomic_load_explicit(&stream_their_chunk, memory_order_relaxed)(session, flags, id, p, n,
                                                                           arg);
}

static int stream_on_close(nghttp2_session *session, int32_t id, uint32_t code, void *arg)
{
    struct transfer_stream *s = stream_of(session, id);
    if (s) {
        s->closed = true;
        s->code = code;
    }
    return atomic_load_explicit(&stream_their_close, memory_order_relaxed)(session, id, code, arg);
}

// ---- in front of libnghttp2's

static bool stream_is_wanted;
static pthread_once_t stream_wanted_once = PTHREAD_ONCE_INIT;

// curl_version_info() writes into buffers of its own, so it is not for several threads at once.
static void stream_look_at_libcurl(void)
{
    stream_is_wanted = curl_version_info(CURLVERSION_NOW)->version_num < STREAM_SINCE;
}

void nghttp2_session_callbacks_set_on_frame_recv_callback(nghttp2_session_callbacks *all,
                                                          nghttp2_on_frame_recv_callback f)
{
    pthread_once(&stream_wanted_once, stream_look_at_libcurl);
    if (stream_is_wanted) {
        atomic_store_explicit(&stream_their_frame, f, memory_order_relaxed);
        f = stream_on_frame;
    }
    stream_set_frame(all, f);
}

void nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
    nghttp2_session_callbacks *all, nghttp2_on_data_chunk_recv_callback f)
{
    if (stream_is_heard()) {
        atomic_store_explicit(&stream_their_chunk, f, memory_order_relaxed);
        f = stream_on_chunk;
    }
    stream_set_chunk(all, f);
}

void nghttp2_session_callbacks_set_on_stream_close_callback(nghttp2_session_callbacks *all,
                                                            nghttp2_on_stream_close_callback f)
{
    if (stream_is_heard()) {
        atomic_store_explicit(&stream_their_close, f, memory_order_relaxed);
        f = stream_on_close;
    }
    stream_set_close(all, f);
}

// Libnghttp2 has ended the session, for what came made no sense, and reads no more. Libcurl would
// leave the exchanges of that connection as they are until something comes on it or their time is
// over: so something comes, its end.
static void stream_wake(nghttp2_session *session)
{
    uint32_t id = nghttp2_session_get_next_stream_id(session);
    for (uint32_t i = 0; i < STREAM_LOOK && id > 2; i++) {
        id -= 2;
        struct transfer_stream *s = stream_of(session, (int32_t)id);
        if (!s)
            continue;
        int fd = (int)(intptr_t)SSL_get_ex_data(s->tls, stream_place) - 1;
        if (fd >= 0)
            shutdown(fd, SHUT_RD);
        return;
    }
}

int nghttp2_session_send(nghttp2_session *session)
{
    int r = stream_send(session);
    if (r == 0 && stream_is_heard() && !nghttp2_session_want_read(session))
        stream_wake(session);
    return r;
}

// ---- what came of it

void transfer_stream_begin(struct transfer *t, int fd)
{
    const unsigned char *protocol;
    unsigned n = 0;
    t->stream = (struct transfer_stream){ 0 };
    SSL *tls = t->settings->http2 && stream_is_heard() ? tls_of(t->easy) : NULL;
    if (!tls)
        return;
    SSL_get0_alpn_selected(tls, &protocol, &n);
    t->stream.tls = tls;
    pthread_once(&stream_place_once, stream_make_place);
    if (fd >= 0) // libcurl does not tell OpenSSL
        SSL_set_ex_data(tls, stream_place, (void *)(intptr_t)(fd + 1));
    t->stream.heard = n == 2 && protocol[0] == 'h' && protocol[1] == '2';
    if (t->stream.heard)
        tls_flood_tell(tls);
}

enum transfer_stream_end transfer_stream_end(const struct transfer_stream *s)
{
    if (!s->heard)
        return STREAM_UNKNOWN;
    if (s->ended)
        return STREAM_WHOLE;
    if (s->closed && s->code == NGHTTP2_REFUSED_STREAM) // libnghttp2's for GOAWAY, too
        return s->begun ? STREAM_RESET : STREAM_REFUSED;
    if (s->reset)
        return STREAM_RESET;
    // What libcurl gives up for reasons of its own it closes with STREAM_CLOSED.
    return s->closed && s->code != NGHTTP2_STREAM_CLOSED ? STREAM_BROKEN : STREAM_OPEN;
}

const char *transfer_stream_why(enum transfer_stream_end end)
{
    switch (end) {
    case STREAM_RESET:
        return "the server gave the stream up";
    case STREAM_REFUSED:
        return "the server did not take the request";
    case STREAM_OPEN:
    case STREAM_BROKEN:
        return "what the server sent is not HTTP/2";
    case STREAM_WHOLE:
        return "the connection came to an end before all of the answer was taken";
    case STREAM_UNKNOWN:
        break;
    }
    return NULL;
}
