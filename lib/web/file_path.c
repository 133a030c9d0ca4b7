// SPDX-License-Identifier: MIT
#include "web/file_path.h"
#include "web/filename.h"
#include "web/url.h"

static const struct span file_path_none;

static void file_path_host(struct buffer *out, const struct url *u)
{
    struct buffer host = { 0 };
    struct span name = url_host(u), all = url_host_port(u);
    buffer_add(&host, name.p, name.n);
    if (all.n > name.n) { // ":8080"
        buffer_add_byte(&host, '@');
        buffer_add(&host, all.p + name.n + 1, all.n - name.n - 1);
    }
    filename_make(out, buffer_span(&host), file_path_none);
    out->failed |= host.failed;
    buffer_fini(&host);
}

// `segment` starts with its slash.
static void file_path_directory(struct buffer *out, struct span segment)
{
    if (segment.n == 1)
        buffer_add_byte(out, '_'); // "//"
    else
        filename_make(out, file_path_none, segment);
    buffer_add_byte(out, '/');
}

// What is left of the directories, as one.
static void file_path_rest(struct buffer *out, struct span rest)
{
    struct buffer flat = { 0 };
    buffer_add(&flat, rest.p, rest.n);
    for (size_t i = 0; i < flat.n; i++)
        if (flat.p[i] == '/')
            flat.p[i] = '_';
    filename_make(out, buffer_span(&flat), file_path_none);
    buffer_add_byte(out, '/');
    out->failed |= flat.failed;
    buffer_fini(&flat);
}

// `dirs`: "/a/b", without the slash before the name.
static void file_path_directories(struct buffer *out, struct span dirs)
{
    size_t from = out->n;
    for (unsigned depth = 0; dirs.n > 0; depth++) {
        const char *slash = memchr(dirs.p + 1, '/', dirs.n - 1);
        size_t n = slash ? (size_t)(slash - dirs.p) : dirs.n;
        if (depth == FILE_PATH_DEPTH || out->n - from > FILE_PATH_LENGTH) {
            file_path_rest(out, dirs);
            return;
        }
        file_path_directory(out, (struct span){ dirs.p, n });
        dirs = (struct span){ dirs.p + n, dirs.n - n };
    }
}

void file_path_make(struct buffer *out, const struct url *u)
{
    struct span path = url_path(u);
    const char *last = memrchr(path.p, '/', path.n);
    file_path_host(out, u);
    buffer_add_byte(out, '/');
    file_path_directories(out, (struct span){ path.p, (size_t)(last - path.p) });
    filename_make(out, file_path_none, url_path_query(u));
}
