// SPDX-License-Identifier: MIT
#include "check.h"
#include "engine/docket.h"
#include "faults.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

enum { DOCKET_IDS = 300, DOCKET_MOST = 100 };

static void it_has_what_was_added_and_not_taken(void **state)
{
    (void)state;
    struct docket d;
    bool there[DOCKET_IDS] = { false };
    unsigned count = 0;
    srand(7);
    assert_int_equal(docket_init(&d, DOCKET_MOST), 0);
    for (int i = 0; i < 200000; i++) {
        uint32_t id = (uint32_t)rand() % DOCKET_IDS;
        if (there[id]) {
            assert_true(docket_take(&d, id));
            there[id] = false;
            count--;
        } else {
            assert_false(docket_take(&d, id));
            if (count < DOCKET_MOST) {
                docket_add(&d, id, i, i, CLOCK_NEVER);
                there[id] = true;
                count++;
            }
        }
        assert_int_equal(d.count, count);
    }
    struct docket_job job;
    while (docket_take_any(&d, &job)) {
        assert_true(there[job.id]);
        there[job.id] = false;
        count--;
    }
    assert_int_equal(count, 0);
    docket_fini(&d);
}

static void one_job_needs_little(void **state)
{
    (void)state;
    struct docket d;
    struct docket_job job;
    assert_int_equal(docket_init(&d, 1), 0);
    for (uint32_t id = 0; id < 1000; id++) {
        docket_add(&d, id, 10, 20, 30);
        assert_false(docket_take(&d, id + 1));
        if (id % 2)
            assert_true(docket_take(&d, id));
        else {
            assert_true(docket_take_any(&d, &job));
            assert_int_equal(job.id, id);
            assert_int_equal(job.sent, 10);
            assert_int_equal(job.sent_wall, 20);
        }
        assert_false(docket_take_any(&d, &job));
    }
    docket_fini(&d);
}

static void one_that_is_late_is_enough(void **state)
{
    (void)state;
    struct docket d;
    assert_int_equal(docket_init(&d, 4), 0);
    assert_false(docket_is_overdue(&d, CLOCK_NEVER));
    docket_add(&d, 1, 0, 0, CLOCK_NEVER);
    docket_add(&d, 2, 0, 0, 50);
    assert_false(docket_is_overdue(&d, 50));
    assert_true(docket_is_overdue(&d, 51));
    assert_true(docket_take(&d, 2));
    assert_false(docket_is_overdue(&d, 51));
    docket_fini(&d);
    faults_fail_allocation(1);
    assert_int_equal(docket_init(&d, 4), -ENOMEM);
    faults_fail_allocation(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_what_was_added_and_not_taken),
        cmocka_unit_test(one_job_needs_little),
        cmocka_unit_test(one_that_is_late_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
