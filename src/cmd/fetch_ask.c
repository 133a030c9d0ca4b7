// SPDX-License-Identifier: MIT
// What the options of `fetch` ask for, beyond a GET.
#include "cmd/fetch_ask.h"
#include "cmd/command.h"
#include "sys/files.h"
#include "sys/log.h"
#include "web/netrc.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

// Whether the list of URLs comes from standard input: by name, or for want of any other.
static bool list_is_standard_input(const struct arguments *a)
{
    const char *input = a->crawl.input;
    return input ? strcmp(input, "-") == 0 : a->operands.count == 0;
}

// As curl reads a file of data: without line ends and NULs.
static void add_without_lines(struct buffer *out, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != '\r' && p[i] != '\n' && p[i] != '\0')
            buffer_add_byte(out, p[i]);
}

static int read_data(struct buffer *out, int fd, const char *name)
{
    char block[16384];
    long n;
    while ((n = files_read(fd, block, sizeof block)) > 0 && out->n <= ASK_BODY_MOST)
        add_without_lines(out, block, (size_t)n);
    if (n >= 0)
        return STATUS_OK;
    log_error("-d: '%s' cannot be read: %s", name, strerror((int)-n));
    return STATUS_USAGE;
}

static int add_file(struct arguments *a, const char *name)
{
    bool standard = strcmp(name, "-") == 0;
    if (standard && list_is_standard_input(a)) {
        log_error("-d @-: standard input is the list of URLs already: put the data into a file");
        return STATUS_USAGE;
    }
    int fd = standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        log_error("-d: '%s' cannot be read: %s", name, strerror(errno));
        return STATUS_USAGE;
    }
    int status = read_data(&a->ask_body, fd, standard ? "standard input" : name);
    if (!standard)
        close(fd);
    return status;
}

static int put_body(struct arguments *a)
{
    struct buffer *body = &a->ask_body;
    for (size_t i = 0; i < a->data.count; i++) {
        const char *data = a->data.item[i];
        if (i > 0)
            buffer_add_byte(body, '&');
        int status = STATUS_OK;
        if (*data == '@')
            status = add_file(a, data + 1);
        else
            buffer_add_string(body, data);
        if (status != STATUS_OK)
            return status;
    }
    if (a->data.count == 0)
        return STATUS_OK;
    if (body->n > ASK_BODY_MOST) {
        log_error("-d: more than %d KB of data cannot be sent with each request",
                  ASK_BODY_MOST >> 10);
        return STATUS_USAGE;
    }
    if (!buffer_string(body))
        return command_no_memory();
    a->crawl.ask.body = buffer_span(body);
    return STATUS_OK;
}

static void add_cookies(struct arguments *a)
{
    struct buffer line = { 0 };
    buffer_add_string(&line, "Cookie: ");
    for (size_t i = 0; i < a->cookies.count; i++) {
        buffer_add_string(&line, i > 0 ? "; " : "");
        buffer_add_string(&line, a->cookies.item[i]);
    }
    if (a->cookies.count > 0)
        ask_add_header(&a->ask_headers, buffer_span(&line));
    a->ask_headers.failed |= line.failed;
    buffer_fini(&line);
}

// What was typed does not stay for others to see. It is in argv, which is ours to write to.
static void wipe(const char *typed)
{
    memset((char *)(uintptr_t)typed, '*', strlen(typed));
}

static int put_bearer(struct arguments *a)
{
    struct buffer line = { 0 };
    if (!a->bearer)
        return STATUS_OK;
    if (ask_has_header(buffer_span(&a->ask_headers), span_of("Authorization"))) {
        log_error("--oauth2-bearer and -H 'Authorization: ...': only one of them can be sent");
        return STATUS_USAGE;
    }
    buffer_add_string(&line, "Authorization: Bearer ");
    buffer_add_string(&line, a->bearer);
    ask_add_header(&a->ask_headers, buffer_span(&line));
    a->ask_headers.failed |= line.failed;
    buffer_fini(&line);
    wipe(a->bearer);
    return STATUS_OK;
}

static int put_headers(struct arguments *a)
{
    struct buffer *headers = &a->ask_headers;
    for (size_t i = 0; i < a->headers.count; i++)
        ask_add_header(headers, span_of(a->headers.item[i]));
    if (a->cookies.count > 0 && ask_has_header(buffer_span(headers), span_of("Cookie"))) {
        log_error("-b and -H 'Cookie: ...' say the same twice: give one of them");
        return STATUS_USAGE;
    }
    add_cookies(a);
    int status = put_bearer(a);
    if (status != STATUS_OK)
        return status;
    if (headers->failed)
        return command_no_memory();
    if (headers->n > ASK_HEADERS_MOST) {
        log_error("-H: more than %d KB of headers cannot be sent with each request",
                  ASK_HEADERS_MOST >> 10);
        return STATUS_USAGE;
    }
    a->crawl.ask.headers = buffer_span(headers);
    return STATUS_OK;
}

static int put_method(struct arguments *a)
{
    bool head = a->head || (a->method && strcmp(a->method, "HEAD") == 0);
    if (a->head && a->method) {
        log_error("-I and -X %s: -I is -X HEAD, give one of them", a->method);
        return STATUS_USAGE;
    }
    if (head && a->data.count > 0) {
        log_error("%s and -d: a HEAD request has no body, leave one of them out",
                  a->head ? "-I" : "-X HEAD");
        return STATUS_USAGE;
    }
    a->crawl.ask.method = span_of(head ? "HEAD" : a->method);
    return STATUS_OK;
}

static int put_user(struct arguments *a)
{
    if (!a->user)
        return STATUS_OK;
    if (a->bearer) {
        log_error("-u and --oauth2-bearer: only one of them can be shown, leave one out");
        return STATUS_USAGE;
    }
    a->login = strdup(a->user);
    if (!a->login)
        return command_no_memory();
    wipe(a->user);
    a->crawl.credentials = a->login;
    return STATUS_OK;
}

// Reads a whole file. Returns 0, or a negative errno.
static int read_file(struct buffer *out, const char *path)
{
    char block[16384];
    long n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    while ((n = files_read(fd, block, sizeof block)) > 0 && out->n <= NETRC_MOST)
        buffer_add(out, block, (size_t)n);
    close(fd);
    return n < 0 ? (int)n : out->failed ? -ENOMEM : 0;
}

static int read_netrc(struct arguments *a, const char *option, const char *path)
{
    struct buffer text = { 0 };
    unsigned line = 0;
    const char *why = NULL;
    int r = read_file(&text, path);
    if (r == 0)
        r = netrc_parse(&a->netrc, buffer_span(&text), &line, &why);
    if (text.p)
        explicit_bzero(text.p, text.room);
    buffer_fini(&text);
    a->crawl.netrc = a->netrc;
    if (r == 0)
        return STATUS_OK;
    if (r == -EINVAL)
        log_error("%s: line %u of '%s' %s", option, line, path, why);
    else
        log_error("%s: '%s' cannot be read: %s", option, path, strerror(-r));
    return STATUS_USAGE;
}

static int put_netrc(struct arguments *a)
{
    const char *home = getenv("HOME");
    if (a->netrc_file)
        return read_netrc(a, "--netrc-file", a->netrc_file);
    if (!a->use_netrc)
        return STATUS_OK;
    struct buffer path = { 0 };
    buffer_add_format(&path, "%s/.netrc", home ? home : "");
    int status = buffer_string(&path) ? read_netrc(a, "-n", path.p) : command_no_memory();
    buffer_fini(&path);
    return status;
}

int fetch_ask(struct arguments *a)
{
    int status = put_method(a);
    if (status == STATUS_OK)
        status = put_body(a);
    if (status == STATUS_OK)
        status = put_headers(a);
    if (status == STATUS_OK)
        status = put_user(a);
    if (status == STATUS_OK)
        status = put_netrc(a);
    return status;
}
