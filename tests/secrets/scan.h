/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_TESTS_SECRETS_SCAN_H
#define JPKI_TESTS_SECRETS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Searches the memory of other processes, and files, for what should not be there. */

enum { SCAN_NEEDLES_MAX = 64, SCAN_NEEDLE_BYTES = 64 };

struct scan_needle {
	char name[32];
	uint8_t data[SCAN_NEEDLE_BYTES];
	size_t len;
};

struct scan_needles {
	struct scan_needle list[SCAN_NEEDLES_MAX];
	size_t count;
};

/* How often each needle was found, and where first (0: nowhere). */
struct scan_result {
	size_t found[SCAN_NEEDLES_MAX];
	uintptr_t first[SCAN_NEEDLES_MAX];
	size_t bytes; /* looked at */
};

void scan_add(struct scan_needles *needles, const char *name, const void *data, size_t len);

/* All memory of a process that can be read, from outside. False if none can. */
bool scan_process(pid_t pid, const struct scan_needles *needles, struct scan_result *result);

/* The same without the module's own pages: those that go into no dump and to no child. */
bool scan_outside(pid_t pid, const struct scan_needles *needles, struct scan_result *result);

bool scan_file(const char *path, const struct scan_needles *needles, struct scan_result *result);

/* The VmFlags of the pages at an address ("rd wr mr ..."), see proc(5); empty if unknown. */
void scan_flags(pid_t pid, uintptr_t address, char *flags, size_t size);

/* What lies at an address, as /proc/PID/maps calls it. */
void scan_place(pid_t pid, uintptr_t address, char *place, size_t size);

#endif
