/* SPDX-License-Identifier: BSD-2-Clause */

/* A race, to see that the sanitizer of tests/slow/threads.sh is at work. */

#include <pthread.h>
#include <stdio.h>

static int shared;

static void *
add(void *arg)
{
	for (int i = 0; i < 1000; i++)
		shared++;
	return arg;
}

int
main(void)
{
	pthread_t one, two;

	if (pthread_create(&one, NULL, add, NULL) != 0 ||
	    pthread_create(&two, NULL, add, NULL) != 0)
		return 1;
	(void)pthread_join(one, NULL);
	(void)pthread_join(two, NULL);
	(void)printf("%d\n", shared);
	return 0;
}
