// SPDX-License-Identifier: MIT
#include "bench/measure.h"

const struct measure measure_table[BENCH_MEASURES] = {
    [BENCH_RATE] = { "urls_per_second", "URLs a second that succeeded" },
    [BENCH_CPU_USER] = { "cpu_user_us", "CPU time a URL outside the kernel" },
    [BENCH_CPU_SYSTEM] = { "cpu_system_us", "CPU time a URL in the kernel" },
    [BENCH_CPUS] = { "cpus_busy", "CPUs kept busy" },
    [BENCH_MEMORY] = { "memory_bytes", "memory of all its processes (PSS)" },
    [BENCH_MEMORY_PEAK] = { "memory_peak_bytes", "the most that was seen of it" },
    [BENCH_MEMORY_EACH] = { "memory_per_request_bytes", "memory by requests in flight" },
    [BENCH_IN_FLIGHT] = { "in_flight", "requests in flight, on average" },
    [BENCH_P50] = { "latency_p50_us", "half of the URLs took no longer" },
    [BENCH_P90] = { "latency_p90_us", "nine of ten took no longer" },
    [BENCH_P99] = { "latency_p99_us", "99 of a hundred took no longer" },
    [BENCH_P999] = { "latency_p999_us", "999 of a thousand took no longer" },
    [BENCH_MAX] = { "latency_max_us", "the longest" },
    [BENCH_MEAN] = { "latency_mean_us", "the mean" },
    [BENCH_SWITCHES_VOLUNTARY] = { "switches_voluntary", "times it gave its CPU up, an exchange" },
    [BENCH_SWITCHES_INVOLUNTARY] = { "switches_involuntary",
                                     "times its CPU was taken from it, an exchange" },
    [BENCH_PROCESSES] = { "processes", "processes at most" },
    [BENCH_THREADS] = { "threads", "threads at most, over all processes" },
    [BENCH_START] = { "start_ms", "until every worker was there" },
    [BENCH_ORIGIN_BUSY] = { "origin_busy", "share of a CPU that the busiest origin took" },
    [BENCH_ORIGIN_CPU] = { "origin_cpu_us", "CPU time a URL of the origin" },
    [BENCH_OTHERS] = { "others_cpus", "CPUs that everything else kept busy" },
    [BENCH_STEAL] = { "steal_cpus", "CPUs that the hypervisor gave to others" },
    [BENCH_THROTTLED] = { "throttled_ms", "time that a limit on CPU took" },
};

const double measure_curve[BENCH_CURVE] = {
    0,   0.05, 0.1,  0.2,  0.3,  0.4,  0.5,   0.6,   0.7,   0.75,   0.8,    0.85,
    0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999, 1,
};
