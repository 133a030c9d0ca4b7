// SPDX-License-Identifier: MIT
#include "bench/micro_rows.h"
#include "micro/baton.h"

enum { ROWS_SMALL_STACK = 64 * 1024, ROWS_SHORT = 400, ROWS_LONG = 16 * 1024 };

// clang-format off
#define ROW(GROUP, KIND, ID, NAME, MEASURE, ...) \
    { .group = MICRO_##GROUP, .kind = MICRO_##KIND, .id = ID, .name = NAME, .measure = MEASURE, ##__VA_ARGS__ }
#define TWO .place = MICRO_TWO_CPUS

const struct micro_item micro_item[] = {
    ROW(SWITCH, COROUTINE, "coroutine-bare", "stack to stack, nothing else", measure_fiber_bare),
    ROW(SWITCH, COROUTINE, "coroutine-yield-2", "2 take turns", measure_fiber_yield, .units = 2),
    ROW(SWITCH, COROUTINE, "coroutine-yield-1000", "1,000 take turns", measure_fiber_yield, .units = 1000),
    ROW(SWITCH, COROUTINE, "coroutine-channel", "channel: send, wake, wait", measure_fiber_channel),
    ROW(SWITCH, THREAD, "thread-futex-one-cpu", "futex, one CPU", measure_thread_switch, .way = BATON_FUTEX),
    ROW(SWITCH, THREAD, "thread-eventfd-one-cpu", "eventfd, one CPU", measure_thread_switch, .way = BATON_EVENTFD),
    ROW(SWITCH, THREAD, "thread-pipe-one-cpu", "pipe, one CPU", measure_thread_switch, .way = BATON_PIPE),
    ROW(SWITCH, THREAD, "thread-futex-two-cpus", "futex, two CPUs", measure_thread_switch, .way = BATON_FUTEX, TWO),
    ROW(SWITCH, THREAD, "thread-eventfd-two-cpus", "eventfd, two CPUs", measure_thread_switch,
        .way = BATON_EVENTFD, TWO),
    ROW(SWITCH, THREAD, "thread-pipe-two-cpus", "pipe, two CPUs", measure_thread_switch, .way = BATON_PIPE, TWO),
    ROW(SWITCH, PROCESS, "process-futex-one-cpu", "futex, one CPU", measure_process_switch, .way = BATON_FUTEX),
    ROW(SWITCH, PROCESS, "process-eventfd-one-cpu", "eventfd, one CPU", measure_process_switch, .way = BATON_EVENTFD),
    ROW(SWITCH, PROCESS, "process-pipe-one-cpu", "pipe, one CPU", measure_process_switch, .way = BATON_PIPE),
    ROW(SWITCH, PROCESS, "process-futex-two-cpus", "futex, two CPUs", measure_process_switch, .way = BATON_FUTEX, TWO),
    ROW(SWITCH, PROCESS, "process-eventfd-two-cpus", "eventfd, two CPUs", measure_process_switch,
        .way = BATON_EVENTFD, TWO),
    ROW(SWITCH, PROCESS, "process-pipe-two-cpus", "pipe, two CPUs", measure_process_switch, .way = BATON_PIPE, TWO),

    ROW(SPAWN, COROUTINE, "coroutine-spawn", "spawn in a nursery, join", measure_fiber_spawn),
    ROW(SPAWN, THREAD, "thread-spawn", "pthread_create, pthread_join", measure_thread_spawn),
    ROW(SPAWN, PROCESS, "process-spawn", "fork, waitpid", measure_process_spawn,
        .note = "of all of trawl, with its libraries"),

    ROW(PARKED, COROUTINE, "coroutine-parked", "on a channel, 64 KB of stack", measure_fiber_park),
    ROW(PARKED, THREAD, "thread-parked", "on a futex, default stack", measure_thread_park),
    ROW(PARKED, THREAD, "thread-parked-small", "on a futex, 64 KB of stack", measure_thread_park,
        .bytes = ROWS_SMALL_STACK),
    ROW(PARKED, PROCESS, "process-parked", "forked, on a futex", measure_process_park),

    ROW(MESSAGE, PROCESS, "queue-stream-one-cpu", "shared memory, 400 bytes, one CPU", measure_queue_stream,
        .bytes = ROWS_SHORT),
    ROW(MESSAGE, PROCESS, "queue-echo-one-cpu", "shared memory, answered at once, one CPU", measure_queue_echo,
        .bytes = ROWS_SHORT),
    ROW(MESSAGE, PROCESS, "queue-stream-two-cpus", "shared memory, 400 bytes, two CPUs", measure_queue_stream,
        .bytes = ROWS_SHORT, TWO),
    ROW(MESSAGE, PROCESS, "queue-stream-long", "shared memory, 16 KB, two CPUs", measure_queue_stream,
        .bytes = ROWS_LONG, TWO),
    ROW(MESSAGE, PROCESS, "queue-echo-two-cpus", "shared memory, answered at once, two CPUs", measure_queue_echo,
        .bytes = ROWS_SHORT, TWO),
    ROW(MESSAGE, PROCESS, "pipe-stream-one-cpu", "pipe, 400 bytes, one CPU", measure_pipe_stream, .bytes = ROWS_SHORT),
    ROW(MESSAGE, PROCESS, "pipe-echo-one-cpu", "pipe, answered at once, one CPU", measure_pipe_echo,
        .bytes = ROWS_SHORT),
    ROW(MESSAGE, PROCESS, "pipe-stream-two-cpus", "pipe, 400 bytes, two CPUs", measure_pipe_stream,
        .bytes = ROWS_SHORT, TWO),
    ROW(MESSAGE, PROCESS, "pipe-stream-long", "pipe, 16 KB, two CPUs", measure_pipe_stream, .bytes = ROWS_LONG, TWO),
    ROW(MESSAGE, PROCESS, "pipe-echo-two-cpus", "pipe, answered at once, two CPUs", measure_pipe_echo,
        .bytes = ROWS_SHORT, TWO),

    ROW(YARDSTICK, KINDS, "system-call", "a system call (getppid)", measure_system_call),
};
// clang-format on
const unsigned micro_items = sizeof micro_item / sizeof *micro_item;
_Static_assert(sizeof micro_item / sizeof *micro_item <= MICRO_ROWS, "a result holds every row");

// What is alike: let the other one go on, and wait until it does the same.
const char *const micro_switch_row[MICRO_KINDS] = { "coroutine-channel", "thread-futex-one-cpu",
                                                    "process-futex-one-cpu" };
const char *const micro_spawn_row[MICRO_KINDS] = { "coroutine-spawn", "thread-spawn",
                                                   "process-spawn" };
const char *const micro_parked_row[MICRO_KINDS] = { "coroutine-parked", "thread-parked",
                                                    "process-parked" };
