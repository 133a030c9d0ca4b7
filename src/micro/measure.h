// SPDX-License-Identifier: MIT
#ifndef MICRO_MEASURE_H
#define MICRO_MEASURE_H
#include "micro/probe.h"

// The measurements, each of type probe_function: they run in a probe's process. A file a kind.

// measure_fiber.c. A switch from stack to stack and nothing else; a turn of plan->units coroutines
// that yield to each other on a loop; handing the processor over through a channel: let the other
// go on, and wait.
int measure_fiber_bare(const struct probe_plan *plan, struct probe_sample *out);
int measure_fiber_yield(const struct probe_plan *plan, struct probe_sample *out);
int measure_fiber_channel(const struct probe_plan *plan, struct probe_sample *out);
int measure_fiber_spawn(const struct probe_plan *plan, struct probe_sample *out);
int measure_fiber_park(const struct probe_plan *plan, struct probe_sample *out);

// measure_thread.c. Handing over to a thread on plan->cpu[1], plan->way (baton.h). Spawning and
// joining; parking plan->units of them with stacks of plan->bytes (0: the default).
int measure_thread_switch(const struct probe_plan *plan, struct probe_sample *out);
int measure_thread_spawn(const struct probe_plan *plan, struct probe_sample *out);
int measure_thread_park(const struct probe_plan *plan, struct probe_sample *out);

// measure_process.c. The same with forked processes.
int measure_process_switch(const struct probe_plan *plan, struct probe_sample *out);
int measure_process_spawn(const struct probe_plan *plan, struct probe_sample *out);
int measure_process_park(const struct probe_plan *plan, struct probe_sample *out);

// measure_message.c. Messages of plan->bytes to a process on plan->cpu[1], through shared memory
// (lib/sys/shmq) or a pipe. stream: one after the other as fast as they are taken. echo: there and
// back, both asleep in between; counted are single trips.
int measure_queue_stream(const struct probe_plan *plan, struct probe_sample *out);
int measure_queue_echo(const struct probe_plan *plan, struct probe_sample *out);
int measure_pipe_stream(const struct probe_plan *plan, struct probe_sample *out);
int measure_pipe_echo(const struct probe_plan *plan, struct probe_sample *out);

// measure_thread.c. A system call that does next to nothing.
int measure_system_call(const struct probe_plan *plan, struct probe_sample *out);
#endif
