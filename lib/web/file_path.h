// SPDX-License-Identifier: MIT
#ifndef WEB_FILE_PATH_H
#define WEB_FILE_PATH_H
#include "data/buffer.h"

struct url;

// Directories of a path at most, the host's not counted, and their length in bytes, about.
enum { FILE_PATH_DEPTH = 24, FILE_PATH_LENGTH = 1000 };

// Appends where the body of `u` belongs below a directory: "HOST/DIRECTORIES/NAME", with
// "HOST@PORT" where the URL has a port written. Every component is one that filename_make would
// make (filename.h), so the path stays below its directory as long as there are no links in it.
// Directories beyond the bounds become one, cut with a hash. The same URL gives the same path;
// user name, password and fragment do not count, and neither does the scheme. Two URLs may give the
// same path in rare cases (a character that no file name may have). No memory shows in `out`.
void file_path_make(struct buffer *out, const struct url *u);
#endif
