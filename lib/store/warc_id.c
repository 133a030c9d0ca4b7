// SPDX-License-Identifier: MIT
#include "store/warc_id.h"
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static uint64_t warc_ids_rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static uint64_t warc_ids_next(struct warc_ids *s)
{
    uint64_t *v = s->state, result = warc_ids_rotate(v[1] * 5, 7) * 9, t = v[1] << 17;
    v[2] ^= v[0];
    v[3] ^= v[1];
    v[1] ^= v[2];
    v[0] ^= v[3];
    v[2] ^= t;
    v[3] = warc_ids_rotate(v[3], 45);
    return result;
}

// splitmix64, to make a whole state of one word.
static uint64_t warc_ids_spread(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void warc_ids_seed(struct warc_ids *s, uint64_t seed)
{
    if (seed == 0 && getrandom(s->state, sizeof s->state, 0) == (ssize_t)sizeof s->state)
        return;
    if (seed == 0) { // a system that is too old to have some
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        seed = (uint64_t)t.tv_sec << 30 ^ (uint64_t)t.tv_nsec ^ (uint64_t)getpid() << 48;
    }
    for (int i = 0; i < 4; i++)
        s->state[i] = warc_ids_spread(&seed);
}

struct warc_id warc_id_new(struct warc_ids *s)
{
    struct warc_id id;
    uint64_t words[2] = { warc_ids_next(s), warc_ids_next(s) };
    memcpy(id.bytes, words, sizeof id.bytes);
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x40);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

bool warc_id_is_none(const struct warc_id *id)
{
    static const struct warc_id none;
    return memcmp(id, &none, sizeof none) == 0;
}

void warc_id_write(struct buffer *out, const struct warc_id *id)
{
    static const char digits[] = "0123456789abcdef", lead[] = "<urn:uuid:";
    char text[sizeof lead - 1 + 36 + 1], *at = text + sizeof lead - 1;
    memcpy(text, lead, sizeof lead - 1);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[id->bytes[i] >> 4];
        *at++ = digits[id->bytes[i] & 15];
    }
    *at = '>';
    buffer_add(out, text, sizeof text);
}
