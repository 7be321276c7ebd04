/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fork.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of all that Linux has. */
#define PAGE_MAX 65536

/* Room for one whole page wherever this begins; it goes with the library when that is unloaded. */
static uint8_t room[2 * PAGE_MAX];

static _Atomic pid_t plain;
static _Atomic(_Atomic pid_t *) owner;

static void
wipe_in_child(void)
{
	_Atomic pid_t *word = atomic_load(&owner);

	if (word)
		atomic_store(word, 0);
}

static _Atomic pid_t *
word_in_wiped_page(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	const size_t size = page > 0 ? (size_t)page : SIZE_MAX;
	uint8_t *at;

	if (size > PAGE_MAX)
		return NULL;
	at = room + (size - (uintptr_t)room % size) % size;
	return madvise(at, size, MADV_WIPEONFORK) == 0 ? (_Atomic pid_t *)(void *)at : NULL;
}

/* Threads that come here at the same time find the same word. */
_Atomic pid_t *
fork_owner(void)
{
	_Atomic pid_t *word = atomic_load(&owner);

	if (word)
		return word;
	word = word_in_wiped_page();
	if (!word)
		word = &plain;
	/* Also where the kernel says that it will: qemu-user says so, and wipes nothing. */
	(void)pthread_atfork(NULL, NULL, wipe_in_child);
	atomic_store(&owner, word);
	return word;
}
