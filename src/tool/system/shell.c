/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/shell.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-+:@%,="

static bool
is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

char *
shell_quote(const char *text)
{
	const bool printable = is_printable(text);
	char *word = NULL;
	size_t size = 0;
	FILE *out;

	if (*text && strspn(text, PLAIN) == strlen(text))
		return strdup(text);
	out = open_memstream(&word, &size);
	if (!out)
		return NULL;
	(void)fputs(printable ? "'" : "$'", out);
	for (; *text; text++) {
		if (printable && *text == '\'')
			(void)fputs("'\\''", out);
		else if (!printable &&
			 (*text < ' ' || *text > '~' || *text == '\'' || *text == '\\'))
			(void)fprintf(out, "\\%03o", (unsigned int)(unsigned char)*text);
		else
			(void)fputc(*text, out);
	}
	(void)fputc('\'', out);
	if (fclose(out) == 0)
		return word;
	free(word);
	return NULL;
}
