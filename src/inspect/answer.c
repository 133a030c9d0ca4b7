// SPDX-License-Identifier: MIT
#include "inspect/answer.h"
#include "data/base64.h"
#include "store/json.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void inspect_answer_error(struct buffer *out, const char *word, const char *sentence)
{
    json_object_open(out);
    json_key(out, "error");
    json_text(out, span_of(word));
    json_key(out, "errormsg");
    json_text(out, span_of(sentence));
    json_object_close(out);
}

struct span inspect_answer_member(const json_t *object, const char *key)
{
    const json_t *s = json_object_get(object, key);
    return (struct span){ json_string_value(s), json_string_length(s) };
}

int inspect_answer_bytes(const json_t *object, const char *key, struct buffer *room,
                         struct span *text)
{
    char coded[64];
    snprintf(coded, sizeof coded, "%s_b64", key);
    struct span plain = inspect_answer_member(object, key);
    struct span base64 = inspect_answer_member(object, coded);
    if (!base64.p) {
        if (plain.p)
            *text = plain;
        return plain.p ? 0 : -ENOENT;
    }
    buffer_clear(room);
    int e = base64_decode(base64, room);
    if (e < 0 || room->failed)
        return e < 0 ? e : -ENOMEM;
    *text = room->n ? buffer_span(room) : span_of("");
    return 0;
}

static int inspect_answer_read(int fd, size_t most, struct buffer *out)
{
    enum { BLOCK = 64 << 10 };
    long n = 1;
    while (n > 0 && out->n < most) {
        size_t want = most - out->n < BLOCK ? most - out->n : BLOCK;
        char *to = buffer_reserve(out, want);
        n = to ? files_read(fd, to, want) : -ENOMEM;
        if (n > 0)
            out->n += (size_t)n;
    }
    return n < 0 ? (int)n : 0;
}

int inspect_answer_file(const char *path, size_t most, struct buffer *out)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int e = fd < 0 ? -errno : inspect_answer_read(fd, most, out);
    if (!standard && fd >= 0)
        close(fd);
    if (e < 0)
        log_error("'%s' cannot be read: %s", path, strerror(-e));
    return e;
}

void inspect_answer_shown(struct buffer *out, struct span text)
{
    enum { SHOWN = 400 };
    char shown[SHOWN];
    log_escape(shown, sizeof shown, text.p ? text.p : "", text.n);
    buffer_add_string(out, shown);
}
