/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/paths.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
