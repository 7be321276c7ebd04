/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct secret *
secret_new(size_t size)
{
	struct secret *s = calloc(1, sizeof *s);
	void *pages;

	if (!s)
		return NULL;
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED) {
		free(s);
		return NULL;
	}
	/* Each is a further wall, none a condition: a host without room for locked pages works on.
	 */
	(void)mlock(pages, size);
	(void)madvise(pages, size, MADV_DONTDUMP);
	(void)madvise(pages, size, MADV_WIPEONFORK);
	s->data = pages;
	s->size = size;
	return s;
}

void
secret_free(struct secret *s)
{
	if (!s)
		return;
	secret_wipe(s->data, s->size);
	(void)munmap(s->data, s->size);
	free(s);
}

struct bytes
secret_bytes(const struct secret *s)
{
	return (struct bytes){s->data, s->len};
}

void
secret_wipe(void *memory, size_t size)
{
	explicit_bzero(memory, size);
}
