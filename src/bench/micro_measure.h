// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_MEASURE_H
#define BENCH_MICRO_MEASURE_H
#include "bench/micro_probe.h"

// The measurements, each of type micro_measure: they run in a probe's process. A file a kind.

// micro_fiber.c. A switch from stack to stack and nothing else; a turn of plan->units coroutines
// that yield to each other on a loop; handing the processor over through a channel: let the other
// go on, and wait.
int micro_fiber_bare(const struct micro_plan *plan, struct micro_sample *out);
int micro_fiber_yield(const struct micro_plan *plan, struct micro_sample *out);
int micro_fiber_channel(const struct micro_plan *plan, struct micro_sample *out);
int micro_fiber_spawn(const struct micro_plan *plan, struct micro_sample *out);
int micro_fiber_park(const struct micro_plan *plan, struct micro_sample *out);

// micro_thread.c. Handing over to a thread on plan->cpu[1], plan->way (micro_baton.h). Spawning and
// joining; parking plan->units of them with stacks of plan->bytes (0: the default).
int micro_thread_switch(const struct micro_plan *plan, struct micro_sample *out);
int micro_thread_spawn(const struct micro_plan *plan, struct micro_sample *out);
int micro_thread_park(const struct micro_plan *plan, struct micro_sample *out);

// micro_process.c. The same with forked processes.
int micro_process_switch(const struct micro_plan *plan, struct micro_sample *out);
int micro_process_spawn(const struct micro_plan *plan, struct micro_sample *out);
int micro_process_park(const struct micro_plan *plan, struct micro_sample *out);

// micro_message.c. Messages of plan->bytes to a process on plan->cpu[1], through shared memory
// (lib/sys/shmq) or a pipe. stream: one after the other as fast as they are taken. echo: there and
// back, both asleep in between; counted are single trips.
int micro_queue_stream(const struct micro_plan *plan, struct micro_sample *out);
int micro_queue_echo(const struct micro_plan *plan, struct micro_sample *out);
int micro_pipe_stream(const struct micro_plan *plan, struct micro_sample *out);
int micro_pipe_echo(const struct micro_plan *plan, struct micro_sample *out);

// micro_probe.c. A system call that does next to nothing.
int micro_system_call(const struct micro_plan *plan, struct micro_sample *out);
#endif
