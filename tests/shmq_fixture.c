// SPDX-License-Identifier: MIT
#include "shmq_fixture.h"
#include <string.h>

// A message that can be told from any other and from half of itself: its number, its length in
// words, and words made of both.
struct message {
    uint64_t number, words, word[];
};

enum { WORDS = 120 };

uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 31) * UINT64_C(0x9e3779b97f4a7c15);
    return x ^ x >> 29;
}

// Mostly short, now and then long: the length follows from the number.
static uint64_t words_of(uint64_t number)
{
    uint64_t r = mix(number + 1);
    return r % 16 ? r / 16 % 8 : r / 16 % WORDS;
}

void build(struct message *m, uint64_t number)
{
    m->number = number;
    m->words = words_of(number);
    for (uint64_t i = 0; i < m->words; i++)
        m->word[i] = number ^ i << 48;
}

bool is_message(const void *p, size_t n, uint64_t number)
{
    const struct message *m = p;
    if (((uintptr_t)p & 7) || n != sizeof *m + 8 * words_of(number) || m->number != number ||
        m->words != words_of(number))
        return false;
    for (uint64_t i = 0; i < m->words; i++)
        if (m->word[i] != (number ^ i << 48))
            return false;
    return true;
}

size_t size_of(uint64_t number)
{
    return sizeof(struct message) + 8 * words_of(number);
}

struct shmq *small(void)
{
    struct shmq *q;
    assert_int_equal(shmq_new(&q, 1, SHMQ_PROCESSES), 0);
    return q;
}

void assert_next(struct shmq *q, const void *want, size_t length)
{
    const void *p;
    size_t n;
    assert_int_equal(shmq_peek(q, &p, &n), 1);
    assert_int_equal(n, length);
    assert_memory_equal(p, want, length);
    assert_int_equal((uintptr_t)p & 7, 0);
    shmq_release(q);
}
