/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

void *
secret_new(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (pages == MAP_FAILED)
		return NULL;
	(void)mlock(pages, size);
	(void)madvise(pages, size, MADV_DONTDUMP);
	return pages;
}

void
secret_free(void *secret, size_t size)
{
	if (!secret)
		return;
	explicit_bzero(secret, size);
	(void)munmap(secret, size);
}
