/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/commands/completion.h"

#include <stdio.h>
#include <string.h>

/* What separates the words of a usage line. */
#define BETWEEN " |[]."

void
words_print_arguments(const struct command *command)
{
	const char *at = command->arguments;

	/* a command without any is there all the same */
	if (!*at)
		(void)printf("%s\t-\t-\n", command->name);
	while (*(at += strspn(at, BETWEEN))) {
		size_t len = strcspn(at, BETWEEN);

		(void)printf("%s\t%.*s\t-\n", command->name, (int)len, at);
		at += len;
	}
}

void
words_print_choices(const char *name, const char *(*choice)(size_t i))
{
	const char *word;

	for (size_t i = 0; (word = choice(i)); i++)
		(void)printf("=\t%s\t%s\n", name, word);
}
