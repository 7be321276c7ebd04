/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
there(void *memory)
{
	if (memory)
		return memory;
	(void)fputs("jpki-card-sim: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *
sim_alloc(size_t size)
{
	return there(calloc(1, size));
}

char *
sim_copy(const char *text)
{
	return there(strdup(text));
}

char *
sim_text(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return there(text);
}

void
sim_list_add(char **list, const char *name)
{
	char *longer = *list ? sim_text("%s, %s", *list, name) : sim_copy(name);

	free(*list);
	*list = longer;
}

bool
sim_read_whole(const char *text, unsigned long most, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && errno == 0 && *number <= most;
}
