/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TOOL_SYSTEM_PATHS_H
#define JPKI_TOOL_SYSTEM_PATHS_H

#define PATH_BYTES 4200

/*
 * Where a file is: beside the program, where it was built, else where it is installed. Returns
 * `path`, filled, or `installed`.
 */
const char *path_find(char path[PATH_BYTES], const char *beside, const char *installed);

/* The user's folders; each is below the home folder if it is not set. */
enum base {
	BASE_HOME,
	BASE_CONFIG, /* $XDG_CONFIG_HOME */
	BASE_DATA,   /* $XDG_DATA_HOME */
};

/* What is below one of them. The caller frees it; NULL: there is no home, or no memory. */
char *path_below(enum base base, const char *below);

#endif
