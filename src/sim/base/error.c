/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bool
sim_error_set(char **error, const char *format, ...)
{
	va_list args;
	char *text = NULL;

	if (!error)
		return false;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL; /* no memory even for saying so */
	va_end(args);
	free(*error);
	*error = text;
	return false;
}
