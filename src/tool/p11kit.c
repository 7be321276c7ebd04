/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/p11kit.h"

#include <stdlib.h>
#include <string.h>

/* For p11_kit_set_progname, which is as old as the rest. */
#define P11_KIT_FUTURE_UNSTABLE_API 1
#include <p11-kit/p11-kit.h>

/* p11-kit itself reads its configuration: three folders, which override each other by file. */
char *
p11kit_find(const char *program, const char *file)
{
	CK_FUNCTION_LIST **modules;
	char *found = NULL;

	p11_kit_be_quiet();
	p11_kit_set_progname(program);
	modules = p11_kit_modules_load(NULL, P11_KIT_MODULE_UNMANAGED);
	for (size_t i = 0; modules && modules[i] && !found; i++) {
		char *path = p11_kit_module_get_filename(modules[i]);
		const char *slash = path ? strrchr(path, '/') : NULL;

		if (path && strncmp(slash ? slash + 1 : path, file, strlen(file)) == 0)
			found = strdup(path);
		free(path);
	}
	if (modules)
		p11_kit_modules_release(modules);
	p11_kit_set_progname(NULL);
	return found;
}
