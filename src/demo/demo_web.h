// SPDX-License-Identifier: MIT
#ifndef DEMO_DEMO_WEB_H
#define DEMO_DEMO_WEB_H

// The synthetic web of `trawl demo`. urls/demo.txt was made for exactly this one, by
// tests/demo_list.c.
#define DEMO_SUFFIX "web.test"
#define DEMO_HOSTS 60
#define DEMO_PAGES 80
#define DEMO_SEED 1
#define DEMO_ERRORS 0.02
#define DEMO_DELAY_MS 10
#define DEMO_PORT 8080 // as it stands in the list; the demo puts the port it got in its place
#endif
