// SPDX-License-Identifier: MIT
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H
// cmocka and the headers that it wants to find before itself. Its assertions print both values.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#endif
