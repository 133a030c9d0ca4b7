#!/bin/sh
# SPDX-License-Identifier: MIT
# coverage.sh SOURCE CC MAKE: how much of lib/ the tests run, measured in a build of its own, coverage/ below this folder.
# What runs: the unit tests, and the fuzz targets over their corpora. The table goes to coverage/lib.txt, each
# line of each file to coverage/html/index.html. Fails below 90 % of the lines, or when a test does.
set -eu
source=$(cd "$1" && pwd) cc=$2 make=$3
if ! command -v gcovr >/dev/null; then
    echo 'coverage: there is no gcovr: apt-get install gcovr' >&2
    exit 2
fi
mkdir -p coverage
cd coverage
[ -e Makefile ] || "$source/configure" -q --enable-coverage --disable-hardening CC="$cc" CFLAGS='-g -Og'
find . -name '*.gcda' -delete
status=0
"$make" -s check-unit || status=$?
mkdir -p html
gcovr --root "$source" --object-directory . --filter "$source/lib/" --exclude-unreachable-branches \
    --html-details html/index.html --txt lib.txt --print-summary --fail-under-line 90 . >summary.txt || status=$?
cat lib.txt summary.txt
exit $status
