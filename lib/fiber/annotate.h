// SPDX-License-Identifier: MIT
#ifndef FIBER_ANNOTATE_H
#define FIBER_ANNOTATE_H
#include <stdbool.h>
#include <stddef.h>

// What AddressSanitizer, ThreadSanitizer and Valgrind have to be told about stacks that are
// switched. In a build without its tool a call is nothing at all (Valgrind's: a few instructions a
// new stack, that do nothing outside of it).
//
// All inline: what a sanitizer adds at the start and the end of a function must not fall on
// different stacks.
#if defined(__has_feature)
#define ANNOTATE_FEATURE(f) __has_feature(f)
#else
#define ANNOTATE_FEATURE(f) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || ANNOTATE_FEATURE(address_sanitizer)
#define ANNOTATE_ASAN 1
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__) || ANNOTATE_FEATURE(thread_sanitizer)
#define ANNOTATE_TSAN 1
#include <sanitizer/tsan_interface.h>
#include <signal.h>
#endif
// Frames are larger, and reads of a stack that only look at it are errors, in these builds.
#if defined(ANNOTATE_ASAN) || defined(ANNOTATE_TSAN)
#define ANNOTATE_SANITIZED 1
#else
#define ANNOTATE_SANITIZED 0
#endif
#if __has_include(<valgrind/memcheck.h>) && !ANNOTATE_SANITIZED // nobody runs one inside the other
#define ANNOTATE_VALGRIND 1
#include <valgrind/memcheck.h>
#endif

// One for each stack that is switched between, the thread's own included.
struct annotation {
#ifdef ANNOTATE_ASAN
    void *fake; // ASan's own stack for locals, while this one is not running
    const void *low;
    size_t size;
#endif
#ifdef ANNOTATE_TSAN
    void *tsan;
    void *condemned; // a fiber that has left for good and can be destroyed by whoever arrives
#endif
#if !ANNOTATE_SANITIZED
    char nothing[0];
#endif
};

#define ANNOTATE_INLINE static inline __attribute__((always_inline))

#ifdef ANNOTATE_TSAN
// ThreadSanitizer keeps a signal for the fiber that it finds running, until that fiber next calls
// the C library. It would be lost with one that does not run again, and with one that is being made
// or destroyed, which is the running one for that time. So none comes from annotate_tsan_still to
// annotate_tsan_heed, and those that came before are handled first: pthread_sigmask is such a call.
ANNOTATE_INLINE void annotate_tsan_still(sigset_t *former)
{
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV); // a fault is nothing to wait with
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_BLOCK, &all, former);
}

ANNOTATE_INLINE void annotate_tsan_heed(const sigset_t *former)
{
    pthread_sigmask(SIG_SETMASK, former, NULL);
}

ANNOTATE_INLINE void *annotate_tsan_create(void)
{
    sigset_t former;
    annotate_tsan_still(&former);
    void *fiber = __tsan_create_fiber(0);
    annotate_tsan_heed(&former);
    return fiber;
}

ANNOTATE_INLINE void annotate_tsan_switch(void *to)
{
    sigset_t former;
    annotate_tsan_still(&former);
    __tsan_switch_to_fiber(to, 0);
    annotate_tsan_heed(&former);
}

ANNOTATE_INLINE void annotate_tsan_destroy(void *fiber)
{
    sigset_t former;
    annotate_tsan_still(&former);
    __tsan_destroy_fiber(fiber);
    annotate_tsan_heed(&former);
}
#endif

// The stack of `size` bytes at `low` is about to be used for a new fiber.
ANNOTATE_INLINE void annotate_begin(struct annotation *a, void *low, size_t size)
{
    (void)a, (void)low, (void)size;
#ifdef ANNOTATE_ASAN
    ASAN_UNPOISON_MEMORY_REGION(low, size); // the former fiber's frames never returned
    a->fake = NULL;
    a->low = low;
    a->size = size;
#endif
#ifdef ANNOTATE_TSAN
    a->tsan = annotate_tsan_create();
    a->condemned = NULL;
#endif
}

// `a` is the running thread's own stack.
ANNOTATE_INLINE void annotate_thread(struct annotation *a)
{
    (void)a;
#ifdef ANNOTATE_ASAN
    pthread_attr_t attr;
    void *low = NULL;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        pthread_attr_getstack(&attr, &low, &size);
        pthread_attr_destroy(&attr);
    }
    a->fake = NULL;
    a->low = low;
    a->size = size;
#endif
#ifdef ANNOTATE_TSAN
    a->tsan = __tsan_get_current_fiber();
    a->condemned = NULL;
#endif
}

// A fiber that was never switched to is given up.
ANNOTATE_INLINE void annotate_forget(struct annotation *a)
{
    (void)a;
#ifdef ANNOTATE_TSAN
    annotate_tsan_destroy(a->tsan);
#endif
}

// Right before the switch. `dying`: `from` will never run again.
ANNOTATE_INLINE void annotate_leave(struct annotation *from, struct annotation *to, bool dying)
{
    (void)from, (void)to, (void)dying;
#ifdef ANNOTATE_ASAN
    __sanitizer_start_switch_fiber(dying ? NULL : &from->fake, to->low, to->size);
#endif
#ifdef ANNOTATE_TSAN
    to->condemned = dying ? from->tsan : NULL;
    annotate_tsan_switch(to->tsan);
#endif
}

// First thing on arrival, on a stack that is switched back to and on one that begins.
ANNOTATE_INLINE void annotate_arrive(struct annotation *me)
{
    (void)me;
#ifdef ANNOTATE_ASAN
    __sanitizer_finish_switch_fiber(me->fake, NULL, NULL);
    me->fake = NULL;
#endif
#ifdef ANNOTATE_TSAN
    if (me->condemned)
        annotate_tsan_destroy(me->condemned);
    me->condemned = NULL;
#endif
}

// Memory becomes a stack; the number returned ends that.
ANNOTATE_INLINE unsigned annotate_map(void *low, size_t size)
{
    (void)low, (void)size;
#ifdef ANNOTATE_VALGRIND
    return VALGRIND_STACK_REGISTER(low, (char *)low + size);
#else
    return 0;
#endif
}

ANNOTATE_INLINE void annotate_unmap(unsigned number, void *low, size_t size)
{
    (void)number, (void)low, (void)size;
#ifdef ANNOTATE_ASAN
    ASAN_UNPOISON_MEMORY_REGION(low, size); // for whoever is mapped there next
#endif
#ifdef ANNOTATE_VALGRIND
    VALGRIND_STACK_DEREGISTER(number);
#endif
}

// Whether the program runs under Valgrind, which has limits of its own.
ANNOTATE_INLINE bool annotate_under_valgrind(void)
{
#ifdef ANNOTATE_VALGRIND
    return RUNNING_ON_VALGRIND;
#else
    return false;
#endif
}

// What lies at `p` may be read, though nobody wrote it: to look at a stack from outside.
ANNOTATE_INLINE void annotate_readable(const void *p, size_t n)
{
    (void)p, (void)n;
#ifdef ANNOTATE_VALGRIND
    VALGRIND_MAKE_MEM_DEFINED(p, n);
#endif
}
#endif
