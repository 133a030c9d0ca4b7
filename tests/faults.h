// SPDX-License-Identifier: MIT
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

// Makes the `nth` allocation from now on fail (1: the next), once. 0: none fails. For a test that
// loops over n until a run gets through without meeting the fault: faults_pending() then says that
// it was not used up. A test that uses this links $(FAULTS_LINK), which put themselves before
// malloc, calloc, realloc, reallocarray and aligned_alloc of our own objects.
void faults_fail_allocation(unsigned nth);

// Makes every allocation fail until faults_fail_allocation(0).
void faults_fail_all_allocations(void);

// How many allocations there have been.
unsigned faults_allocations(void);

// Whether an armed fault has not struck yet.
int faults_pending(void);
#endif
