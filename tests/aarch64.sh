#!/bin/bash
# SPDX-License-Identifier: MIT
# lib/fiber on AArch64: cross-compiled, and its tests run by an emulator, with both switches. Skipped (77) without the tools
# (Debian: gcc-aarch64-linux-gnu, qemu-user-static).
# From the environment: srcdir. The tools can be named by AARCH64_CC and AARCH64_RUN.
: "${srcdir:?}"
cc=${AARCH64_CC:-aarch64-linux-gnu-gcc}
run=${AARCH64_RUN:-qemu-aarch64-static}
for tool in "$cc" "$run"; do
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: no $tool" >&2
        exit 77
    fi
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$srcdir" || exit 1

fiber=(lib/fiber/{stack,guard,fiber,overflow,symbol,trace}.c)
below=(lib/sys/{log,files,limits,spare,clock}.c lib/data/{buffer,utf8}.c)
flags=(-std=gnu11 -g -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wconversion -Werror -Ilib -Itests/bare -static -pthread)
for switch in switch_aarch64.S switch_ucontext.c; do
    for level in -O0 -O2; do
        echo "$switch $level"
        "$cc" "${flags[@]}" $level tests/test_fiber.c "${fiber[@]}" "${below[@]}" "lib/fiber/$switch" \
            -o "$work/test_fiber" -lm || exit 1
        timeout 120 "$run" "$work/test_fiber" || exit 1
    done
done
