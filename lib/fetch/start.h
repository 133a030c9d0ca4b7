// SPDX-License-Identifier: MIT
#ifndef FETCH_START_H
#define FETCH_START_H

// Starts libcurl in this process, once however often it is called; from any thread. To be done
// after forking, not before. Errors: -EIO, -ENOMEM.
int start_libcurl(void);
#endif
