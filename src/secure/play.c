// SPDX-License-Identifier: MIT
#include "secure/play.h"
#include "secure/certificates.h"
#include "secure/frames.h"
#include "secure/line.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PLAY_REQUEST = 16384,       // bytes of a request, at most
    PLAY_LONGEST_S = 3600,      // seconds that are waited for a peer to leave
    PLAY_ROUNDS = 1 << 24,      // of what goes on without end
    PLAY_FLOOD = 1 << 16,       // bytes of it that are made at once
    PLAY_NOT_INSIDE = -ENOTCONN // a step that is only for within TLS
};
#define PLAY_MOST (UINT64_C(64) << 30) // bytes that are sent in vain: more than anybody takes

struct play_connection {
    struct play *play;
    const struct hostile_secure *row;
    struct line line;
    struct frames frames; // of HTTP/2, when that is what the peer speaks
    int fd;
    bool inside; // TLS is spoken
};

// ---- the handshake

// The server name of a ClientHello (RFC 6066 §3), up to its first dot; empty: none.
static struct span play_name(SSL *ssl)
{
    const unsigned char *p;
    size_t n;
    if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &n) || n < 5 || p[2] != 0)
        return (struct span){ "", 0 };
    size_t length = (size_t)(p[3] << 8 | p[4]);
    const char *name = (const char *)p + 5;
    if (length > n - 5)
        length = n - 5;
    const char *dot = memchr(name, '.', length);
    return (struct span){ name, dot ? (size_t)(dot - name) : length };
}

static int play_version(const struct hostile_secure *row)
{
    switch (row->version) {
    case 10:
        return TLS1_VERSION;
    case 11:
        return TLS1_1_VERSION;
    case 12:
        return TLS1_2_VERSION;
    case 13:
        return TLS1_3_VERSION;
    default:
        return 0;
    }
}

static int play_hello(SSL *ssl, int *alert, void *arg)
{
    (void)arg;
    struct play_connection *c = SSL_get_app_data(ssl);
    int version;
    if (c->row)
        return SSL_CLIENT_HELLO_SUCCESS; // a second one
    c->row = hostile_secure_find(play_name(ssl));
    if (!c->row)
        c->row = hostile_secure_at(0);
    if (c->row->stage == HOSTILE_INSTEAD)
        return SSL_CLIENT_HELLO_RETRY;
    if (c->row->stage == HOSTILE_WITHIN)
        c->line.most = c->row->cut;
    version = play_version(c->row);
    if (certificates_show(c->play->certificates, ssl, c->row->certificate) == 0 &&
        SSL_set_min_proto_version(ssl, version) && SSL_set_max_proto_version(ssl, version))
        return SSL_CLIENT_HELLO_SUCCESS;
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
}

// What is agreed on, whether it was offered or not.
static int play_agree(SSL *ssl, const unsigned char **out, unsigned char *n,
                      const unsigned char *in, unsigned in_n, void *arg)
{
    (void)in, (void)in_n, (void)arg;
    const struct play_connection *c = SSL_get_app_data(ssl);
    if (!c->row->alpn)
        return SSL_TLSEXT_ERR_NOACK;
    *out = (const unsigned char *)c->row->alpn;
    *n = (unsigned char)strlen(c->row->alpn);
    return SSL_TLSEXT_ERR_OK;
}

// ---- the request

// Whether a client has asked for something; over HTTP/2 that opens a stream.
static bool play_asked(const struct play_connection *c, const char *p, size_t n)
{
    if (n >= 4 && memcmp(p, "PRI ", 4) == 0)
        return c->frames.last > 0;
    return memmem(p, n, "\r\n\r\n", 4) != NULL;
}

static int play_read_request(struct play_connection *c)
{
    char *bytes = malloc(PLAY_REQUEST);
    size_t n = 0;
    int r = bytes ? 1 : -ENOMEM;
    while (r > 0 && !play_asked(c, bytes, n)) {
        r = n < PLAY_REQUEST ? line_read(&c->line, bytes + n, (int)(PLAY_REQUEST - n)) : -EMSGSIZE;
        if (r > 0) {
            frames_take(&c->frames, bytes + n, (size_t)r);
            n += (size_t)r;
        }
    }
    free(bytes);
    return r > 0 ? 0 : r < 0 ? r : -ECONNRESET;
}

// ---- the steps

static int play_say(struct play_connection *c, const char *p, size_t n)
{
    return c->inside ? line_write(&c->line, p, n) : line_send(&c->line, p, n);
}

// The bytes again and again, many at a time: what takes long is to be the peer's work.
static int play_flood(struct play_connection *c, const struct hostile_step *s, bool raw)
{
    size_t n = 0;
    int r = 0;
    char *many = malloc(PLAY_FLOOD);
    if (!many)
        return -ENOMEM;
    for (; n + s->n <= PLAY_FLOOD; n += s->n)
        memcpy(many + n, s->p, s->n);
    for (uint64_t sent = 0; r == 0 && sent < PLAY_MOST; sent += n)
        r = raw ? line_send(&c->line, many, n) : play_say(c, many, n);
    free(many);
    return r;
}

static int play_say_times(struct play_connection *c, const struct hostile_step *s)
{
    int r = 0;
    for (unsigned i = 0; i < s->times && r == 0 && s->n > 0; i++)
        r = play_say(c, s->p, s->n);
    return r;
}

static int play_raw(struct play_connection *c, const struct hostile_step *s)
{
    int r = 0;
    if (s->times == 0)
        return play_flood(c, s, true);
    for (unsigned i = 0; i < s->times && r == 0; i++)
        r = line_send(&c->line, s->p, s->n);
    return r;
}

static int play_drip(struct play_connection *c, const struct hostile_step *s)
{
    int r = 0;
    for (size_t at = 0; r == 0; at = (at + 1) % s->n) {
        r = play_say(c, s->p + at, 1);
        if (r == 0)
            r = line_wait(&c->line, s->times * CLOCK_MS);
    }
    return r;
}

// One more message of the handshake, on a connection that has had its.
static int play_handshake(struct play_connection *c, enum hostile_verb verb)
{
    SSL *ssl = c->line.ssl;
    if (verb == HOSTILE_UPDATE)
        return SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) && SSL_do_handshake(ssl) == 1
                   ? line_flush(&c->line)
                   : -EPROTO;
    if (verb == HOSTILE_TICKET)
        return SSL_new_session_ticket(ssl) && SSL_do_handshake(ssl) == 1 ? line_flush(&c->line)
                                                                         : -EPROTO;
    return SSL_renegotiate(ssl) ? line_shake(&c->line) : -EPROTO;
}

static int play_handshakes(struct play_connection *c, const struct hostile_step *s)
{
    int r = 0;
    for (unsigned i = 0; r == 0 && i < (s->times ? s->times : PLAY_ROUNDS); i++)
        r = play_handshake(c, s->verb);
    return r;
}

static int play_reset_stream(struct play_connection *c, uint32_t stream, unsigned code)
{
    const unsigned char frame[] = { 0,
                                    0,
                                    4,
                                    3,
                                    0,
                                    (unsigned char)(stream >> 24),
                                    (unsigned char)(stream >> 16),
                                    (unsigned char)(stream >> 8),
                                    (unsigned char)stream,
                                    0,
                                    0,
                                    0,
                                    (unsigned char)code };
    return line_write(&c->line, frame, sizeof frame);
}

static int play_refuse(struct play_connection *c, unsigned code)
{
    unsigned char bytes[4096];
    uint32_t done = 0;
    for (;;) {
        for (; done < c->frames.last; done += done ? 2 : 1) {
            int r = play_reset_stream(c, done ? done + 2 : 1, code);
            if (r < 0)
                return r;
        }
        int n = line_read(&c->line, bytes, sizeof bytes);
        if (n <= 0)
            return n < 0 ? n : -ECONNRESET;
        frames_take(&c->frames, bytes, (size_t)n);
    }
}

static int play_step(struct play_connection *c, const struct hostile_step *s)
{
    switch (s->verb) {
    case HOSTILE_SAY:
        return play_say_times(c, s);
    case HOSTILE_FOREVER:
        return play_flood(c, s, false);
    case HOSTILE_DRIP:
        return play_drip(c, s);
    case HOSTILE_WAIT:
        return line_wait(&c->line, s->times * CLOCK_MS);
    case HOSTILE_HANG:
        return line_wait(&c->line, PLAY_LONGEST_S * CLOCK_S);
    case HOSTILE_RESET:
        line_reset(&c->line);
        return -ECONNRESET;
    case HOSTILE_RAW:
        return play_raw(c, s);
    case HOSTILE_NOTIFY:
        SSL_shutdown(c->line.ssl);
        return line_flush(&c->line);
    case HOSTILE_UPDATE:
    case HOSTILE_TICKET:
    case HOSTILE_RENEW:
        return play_handshakes(c, s);
    case HOSTILE_REFUSE:
        return play_refuse(c, s->times);
    case HOSTILE_END:
    case HOSTILE_KEEP:
    case HOSTILE_ORIGIN:
    case HOSTILE_NEXT:
    case HOSTILE_ROUTE:
        break;
    }
    return PLAY_NOT_INSIDE;
}

// Up to where the row's steps begin.
static int play_begin(struct play_connection *c)
{
    int r = line_shake(&c->line);
    enum hostile_stage stage = c->row ? c->row->stage : HOSTILE_INSIDE;
    if (r == 1 || (stage == HOSTILE_WITHIN && (r == -EPIPE || r == 0))) {
        c->line.most = SIZE_MAX;
        return 0;
    }
    c->inside = true;
    return r == 0 && stage == HOSTILE_INSIDE ? play_read_request(c) : r;
}

static int play_serve(void *arg)
{
    struct play_connection *c = arg;
    if (line_init(&c->line, c->play->context, c->fd, c->play->patience) == 0) {
        SSL_set_app_data(c->line.ssl, c);
        int r = play_begin(c);
        c->play->requests += r == 0;
        for (unsigned i = 0; r == 0 && i < HOSTILE_STEPS && c->row->row.step[i].verb; i++)
            r = play_step(c, &c->row->row.step[i]);
        if (r == 0)
            line_end(&c->line);
        line_fini(&c->line);
    }
    close(c->fd);
    free(c);
    return 0;
}

int play_take(struct play *p, struct nursery *fibers, int fd)
{
    struct play_connection *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->play = p;
    c->fd = fd;
    int r = nursery_spawn(fibers, "tls connection", play_serve, c);
    if (r < 0)
        free(c);
    return r;
}

int play_open(struct play *p, const char *suffix, const char *file, int64_t patience)
{
    *p = (struct play){ .context = SSL_CTX_new(TLS_server_method()), .patience = patience };
    if (!p->context) {
        log_error("OpenSSL cannot be used");
        return -ENOMEM;
    }
    SSL_CTX_set_security_level(p->context, 0); // old versions and weak keys, too
    SSL_CTX_set_min_proto_version(p->context, 0);
    SSL_CTX_set_client_hello_cb(p->context, play_hello, NULL);
    SSL_CTX_set_alpn_select_cb(p->context, play_agree, NULL);
    SSL_CTX_set_session_cache_mode(p->context, SSL_SESS_CACHE_OFF);
    int r = certificates_open(&p->certificates, suffix, file);
    if (r < 0)
        play_close(p);
    return r;
}

void play_close(struct play *p)
{
    certificates_close(p->certificates);
    SSL_CTX_free(p->context);
    *p = (struct play){ 0 };
}
