// SPDX-License-Identifier: MIT
#include "secure/line.h"
#include "sched/loop.h"
#include "sys/clock.h"
#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

enum { LINE_TURN = 256 * 1024 }; // bytes until the others have their turn

int line_init(struct line *l, SSL_CTX *context, int fd, int64_t patience)
{
    *l = (struct line){ .ssl = SSL_new(context), .fd = fd, .patience = patience, .most = SIZE_MAX };
    BIO *in = BIO_new(BIO_s_mem());
    l->out = BIO_new(BIO_s_mem());
    if (!l->ssl || !in || !l->out) {
        SSL_free(l->ssl);
        BIO_free(in);
        BIO_free(l->out);
        return -ENOMEM;
    }
    BIO_set_mem_eof_return(in, -1); // nothing there is no end
    SSL_set_bio(l->ssl, in, l->out);
    SSL_set_accept_state(l->ssl);
    watch_init(&l->watch, fd);
    return 0;
}

void line_fini(struct line *l)
{
    watch_fini(&l->watch);
    SSL_free(l->ssl);
    ERR_clear_error();
}

static int64_t line_deadline(const struct line *l)
{
    return clock_after(loop_now(l->watch.loop), l->patience);
}

int line_send(struct line *l, const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0) {
        if (l->busy > LINE_TURN) {
            l->busy = 0;
            int r = watch_writable(&l->watch, line_deadline(l));
            if (r < 0)
                return r;
        }
        ssize_t sent = send(l->fd, p, n, MSG_NOSIGNAL);
        if (sent >= 0) {
            p += sent, n -= (size_t)sent;
            l->busy += (size_t)sent;
        } else if (errno == EAGAIN) {
            l->busy = LINE_TURN + 1;
        } else if (errno != EINTR) {
            return -errno;
        }
    }
    return 0;
}

int line_flush(struct line *l)
{
    char *p;
    long n = BIO_get_mem_data(l->out, &p);
    if (n <= 0)
        return 0;
    size_t fits = (size_t)n < l->most ? (size_t)n : l->most;
    int r = line_send(l, p, fits);
    l->most -= l->most == SIZE_MAX ? 0 : fits;
    (void)BIO_reset(l->out);
    return r == 0 && fits < (size_t)n ? -EPIPE : r;
}

// Brings more of what the peer sends to OpenSSL. Returns how much, 0 at the end.
static int line_pull(struct line *l)
{
    char bytes[4096];
    for (;;) {
        ssize_t n = recv(l->fd, bytes, sizeof bytes, 0);
        if (n >= 0)
            return n == 0 || BIO_write(SSL_get_rbio(l->ssl), bytes, (int)n) == (int)n ? (int)n
                                                                                      : -ENOMEM;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return -errno;
        int r = watch_readable(&l->watch, line_deadline(l));
        if (r < 0)
            return r;
    }
}

// What to do after a call of OpenSSL's gave `result`: 0: call it again.
static int line_next(struct line *l, int result)
{
    int what = SSL_get_error(l->ssl, result), r = line_flush(l);
    ERR_clear_error();
    if (r < 0)
        return r;
    if (what == SSL_ERROR_WANT_CLIENT_HELLO_CB)
        return 1;
    if (what != SSL_ERROR_WANT_READ)
        return -EPROTO;
    r = line_pull(l);
    return r == 0 ? -ECONNRESET : r < 0 ? r : 0;
}

int line_shake(struct line *l)
{
    for (;;) {
        ERR_clear_error();
        int done = SSL_do_handshake(l->ssl);
        if (done == 1)
            return line_flush(l);
        int r = line_next(l, done);
        if (r != 0)
            return r;
    }
}

int line_read(struct line *l, void *p, int n)
{
    for (;;) {
        ERR_clear_error();
        int got = SSL_read(l->ssl, p, n);
        if (got > 0)
            return got;
        int r = line_next(l, got);
        if (r != 0)
            return r;
    }
}

int line_write(struct line *l, const void *bytes, size_t n)
{
    enum { LINE_PIECE = 16384 };
    const char *p = bytes;
    while (n > 0) {
        size_t piece = n < LINE_PIECE ? n : LINE_PIECE;
        ERR_clear_error();
        if (SSL_write(l->ssl, p, (int)piece) <= 0)
            return -EPROTO;
        int r = line_flush(l);
        if (r < 0)
            return r;
        p += piece, n -= piece;
    }
    return 0;
}

int line_wait(struct line *l, int64_t ns)
{
    char bytes[4096];
    int64_t end = clock_after(loop_now(l->watch.loop), ns);
    for (;;) {
        int r = watch_readable(&l->watch, end);
        if (r < 0)
            return r == -ETIMEDOUT ? 0 : r;
        ssize_t n = recv(l->fd, bytes, sizeof bytes, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return -ECONNRESET;
    }
}

void line_end(struct line *l)
{
    if (shutdown(l->fd, SHUT_WR) == 0)
        line_wait(l, 20 * CLOCK_S); // it may be busy
}

void line_reset(struct line *l)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(l->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}
