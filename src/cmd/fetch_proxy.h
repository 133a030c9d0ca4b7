// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_PROXY_H
#define CMD_FETCH_PROXY_H

struct arguments;

// Fills in crawl.proxies from --proxy and --noproxy, and from the environment what they leave open,
// as curl does. Returns STATUS_OK, or STATUS_USAGE having said what is wrong, without showing a
// password.
int fetch_proxy(struct arguments *a);
#endif
