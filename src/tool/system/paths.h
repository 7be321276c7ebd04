/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_PATHS_H
#define JPKI_TOOL_PATHS_H

#define PATH_BYTES 4200

/*
 * Where a file is: beside the program, where it was built, else where it is installed. Returns
 * `path`, filled, or `installed`.
 */
const char *path_find(char path[PATH_BYTES], const char *beside, const char *installed);

#endif
