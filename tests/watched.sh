#!/bin/bash
# SPDX-License-Identifier: MIT
# watched.sh COMMAND...: runs a test in a build with a sanitizer, and fails when one has found anything in any of its processes:
# also in one whose exit status nobody asks for, and in one that was to die anyway.
found=$(mktemp -d) || exit 1
for tool in ASAN UBSAN TSAN LSAN; do
    options=${tool}_OPTIONS
    export "$options=${!options:+${!options}:}log_path=$found/$tool"
done
"$@"
status=$?
for report in "$found"/*; do
    [ -e "$report" ] || continue
    echo "found in a process of this test:"
    head -c 6000 "$report"
    status=1
done
rm -rf "$found"
exit $status
