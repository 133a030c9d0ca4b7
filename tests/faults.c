// SPDX-License-Identifier: MIT
#include "faults.h"
#include <errno.h>
#include <stddef.h>

static unsigned faults_nth;
static unsigned faults_asked;
static int faults_all;

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t n);

void faults_fail_allocation(unsigned nth)
{
    faults_nth = nth;
    faults_all = 0;
}

void faults_fail_all_allocations(void)
{
    faults_all = 1;
}

unsigned faults_allocations(void)
{
    return __atomic_load_n(&faults_asked, __ATOMIC_RELAXED);
}

int faults_pending(void)
{
    return faults_nth > 0;
}

static int faults_strike(void)
{
    __atomic_add_fetch(&faults_asked, 1, __ATOMIC_RELAXED);
    if (!faults_all && (faults_nth == 0 || --faults_nth > 0))
        return 0;
    errno = ENOMEM;
    return 1;
}

void *__wrap_malloc(size_t n)
{
    return faults_strike() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return faults_strike() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return faults_strike() ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
    return faults_strike() ? NULL : __real_reallocarray(p, n, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    return faults_strike() ? NULL : __real_aligned_alloc(alignment, n);
}
