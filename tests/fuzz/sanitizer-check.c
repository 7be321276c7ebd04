/* SPDX-License-Identifier: BSD-2-Clause */

/* Mistakes made on purpose, to see that the sanitizers of tests/slow/sanitizers.sh are at work. */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	char *volatile memory = calloc(1, 16);
	volatile int number = INT_MAX;

	if (!memory)
		return 0;
	if (strcmp(what, "overflow") == 0)
		memory[15 + argc / 2] = 1;
	if (strcmp(what, "undefined") == 0)
		number += argc;
	if (strcmp(what, "leak") != 0)
		free(memory);
	memory = NULL;
	(void)printf("%d\n", number);
	return 0;
}
