#!/bin/bash
# SPDX-License-Identifier: MIT
# urls/demo.txt is the list of the web that `trawl demo` serves.
: "${srcdir:?}" "${builddir:?}"
cd "$builddir" || exit 1
if ! tests/demo_list | cmp - "$srcdir/urls/demo.txt"; then
    echo "after a change of the web: tests/demo_list > urls/demo.txt" >&2
    exit 1
fi
