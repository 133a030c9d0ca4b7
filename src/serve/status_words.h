// SPDX-License-Identifier: MIT
#ifndef SERVE_STATUS_WORDS_H
#define SERVE_STATUS_WORDS_H

// The words of a status (RFC 9110 §15 and the IANA registry): "Not Found"; of one that is not
// registered, those of its class. Never NULL. Pure.
const char *status_words(int status);
#endif
