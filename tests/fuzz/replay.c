/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz target without a fuzzer: feeds it the files of its corpus, or those that are named.
 *
 *	replay-TARGET [FILE...]
 *
 * With FUZZ_LOG=stderr, the module's log tells what passes between it and the card.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define INPUT_MAX 65536
#define SECONDS 300 /* the whole corpus takes a few, unless something hangs */

static void
replay(const char *path)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "r");
	size_t len;

	if (!file) {
		perror(path);
		exit(99);
	}
	len = fread(data, 1, sizeof data, file);
	(void)fclose(file);
	(void)fprintf(stderr, "%s\n", path); /* the last one named is the one that failed */
	(void)LLVMFuzzerTestOneInput(data, len);
}

static unsigned int
replay_corpus(void)
{
	char path[4096];
	struct dirent **entries;
	unsigned int done = 0;
	int count;

	(void)snprintf(path, sizeof path, "%s/%s", CORPUS, fuzz_corpus);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		(void)snprintf(path, sizeof path, "%s/%s/%s", CORPUS, fuzz_corpus,
			       entries[i]->d_name);
		if (entries[i]->d_name[0] != '.') {
			replay(path);
			done++;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return done;
}

int
main(int argc, char *argv[])
{
	unsigned int done = 0;

	(void)alarm(SECONDS);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	if (argc < 2)
		done = replay_corpus();
	for (; done + 1 < (unsigned int)argc; done++)
		replay(argv[done + 1]);
	(void)printf("1..1\n%s 1 - fuzz-%s: %u inputs, every promise kept\n",
		     done ? "ok" : "not ok", fuzz_corpus, done);
	return done ? 0 : 1;
}
