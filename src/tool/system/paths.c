/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/paths.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holder/text.h"

const char *
path_find(char path[PATH_BYTES], const char *beside, const char *installed)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;
	int n;

	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return installed;
	*slash = '\0';
	n = snprintf(path, PATH_BYTES, "%s/%s", self, beside);
	return n > 0 && n < PATH_BYTES && access(path, R_OK) == 0 ? path : installed;
}

char *
path_below(enum base base, const char *below)
{
	static const struct {
		const char *variable;
		const char *below_home;
	} bases[] = {
		[BASE_HOME] = {"HOME", ""},
		[BASE_CONFIG] = {"XDG_CONFIG_HOME", "/.config"},
		[BASE_DATA] = {"XDG_DATA_HOME", "/.local/share"},
	};
	const char *set = getenv(bases[base].variable), *home = getenv("HOME");

	if (set && *set == '/')
		return text_made("%s/%s", set, below);
	return home && *home == '/' ? text_made("%s%s/%s", home, bases[base].below_home, below)
				    : NULL;
}
