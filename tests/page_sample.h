// SPDX-License-Identifier: MIT
#ifndef TESTS_PAGE_SAMPLE_H
#define TESTS_PAGE_SAMPLE_H
#include "bench/result.h"

// A made-up bench: seven engines at three levels under one workload, at one level under another, a
// cell that could not be run, an odd one, texts that want to be markup, and all of micro.
// result_fini frees it. Returns 0 or -ENOMEM.
int page_sample(struct bench_result *r);

// The text from outside that is in names, notes and sentences of it.
#define PAGE_SAMPLE_EVIL "</script><img src=x onerror=alert(1)>&\"'\001\377"
#endif
