/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/secrets/scan.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 4500

void
scan_add(struct scan_needles *needles, const char *name, const void *data, size_t len)
{
	struct scan_needle *n = &needles->list[needles->count];

	if (needles->count == SCAN_NEEDLES_MAX || len == 0 || len > SCAN_NEEDLE_BYTES) {
		(void)fprintf(stderr, "too many or too long: %s\n", name);
		exit(2);
	}
	(void)snprintf(n->name, sizeof n->name, "%s", name);
	memcpy(n->data, data, len);
	n->len = len;
	needles->count++;
}

/* A PIN's four digits also stand in longer numbers, such as those of /proc/PID/stat. */
static bool
is_part_of_number(const struct scan_needle *n, const uint8_t *data, size_t len, const uint8_t *at)
{
	for (size_t i = 0; i < n->len; i++)
		if (!isdigit(n->data[i]))
			return false;
	return (at > data && isdigit(at[-1])) || (at + n->len < data + len && isdigit(at[n->len]));
}

static void
scan_bytes(const uint8_t *data, size_t len, uintptr_t address, const struct scan_needles *needles,
	   struct scan_result *result)
{
	for (size_t i = 0; i < needles->count; i++) {
		const struct scan_needle *n = &needles->list[i];
		const uint8_t *at = data;

		while ((at = memmem(at, len - (size_t)(at - data), n->data, n->len))) {
			if (!is_part_of_number(n, data, len, at) && !result->found[i]++)
				result->first[i] = address + (uintptr_t)(at - data);
			at++;
		}
	}
	result->bytes += len;
}

static FILE *
open_proc(pid_t pid, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

static bool
parse_range(const char *line, uintptr_t *start, uintptr_t *end)
{
	char *rest;

	*start = strtoul(line, &rest, 16);
	if (rest == line || *rest != '-')
		return false;
	*end = strtoul(rest + 1, &rest, 16);
	return *rest == ' ';
}

/* A mapping as a whole, or as much of it as the kernel gives (not its own pages). */
static void
scan_range(int mem, uintptr_t start, uintptr_t end, const struct scan_needles *needles,
	   struct scan_result *result)
{
	uint8_t *data = malloc(end - start);
	size_t got = 0;
	ssize_t n = 1;

	while (data && got < end - start && n > 0) {
		n = pread(mem, data + got, end - start - got, (off_t)(start + got));
		got += n > 0 ? (size_t)n : 0;
	}
	if (data)
		scan_bytes(data, got, start, needles, result);
	free(data);
}

static bool
is_modules_own(pid_t pid, uintptr_t start)
{
	char flags[256];

	scan_flags(pid, start, flags, sizeof flags - 1);
	strcat(flags, " ");
	return strstr(flags, " dd ") && strstr(flags, " wf ");
}

static bool
scan(pid_t pid, bool all, const struct scan_needles *needles, struct scan_result *result)
{
	FILE *maps = open_proc(pid, "maps"), *mem = open_proc(pid, "mem");
	char line[LINE_BYTES];
	uintptr_t start, end;

	*result = (struct scan_result){0};
	while (maps && mem && fgets(line, sizeof line, maps))
		if (parse_range(line, &start, &end) && !strstr(line, "[vsyscall]") &&
		    (all || !is_modules_own(pid, start)))
			scan_range(fileno(mem), start, end, needles, result);
	if (maps)
		(void)fclose(maps);
	if (mem)
		(void)fclose(mem);
	return result->bytes > 0;
}

bool
scan_process(pid_t pid, const struct scan_needles *needles, struct scan_result *result)
{
	return scan(pid, true, needles, result);
}

bool
scan_outside(pid_t pid, const struct scan_needles *needles, struct scan_result *result)
{
	return scan(pid, false, needles, result);
}

bool
scan_file(const char *path, const struct scan_needles *needles, struct scan_result *result)
{
	FILE *file = fopen(path, "re");
	struct stat st;
	uint8_t *data;
	bool ok;

	*result = (struct scan_result){0};
	if (!file || fstat(fileno(file), &st) != 0)
		return false;
	data = malloc((size_t)st.st_size + 1);
	ok = data && fread(data, 1, (size_t)st.st_size, file) == (size_t)st.st_size;
	if (ok)
		scan_bytes(data, (size_t)st.st_size, 0, needles, result);
	free(data);
	(void)fclose(file);
	return ok;
}

/* Passes over smaps or maps to the mapping of an address. */
static bool
seek_mapping(FILE *file, uintptr_t address, char line[LINE_BYTES])
{
	uintptr_t start, end;

	while (file && fgets(line, LINE_BYTES, file))
		if (parse_range(line, &start, &end) && start <= address && address < end)
			return true;
	return false;
}

void
scan_flags(pid_t pid, uintptr_t address, char *flags, size_t size)
{
	FILE *smaps = open_proc(pid, "smaps");
	char line[LINE_BYTES];

	flags[0] = '\0';
	if (seek_mapping(smaps, address, line))
		while (fgets(line, sizeof line, smaps))
			if (strncmp(line, "VmFlags:", 8) == 0) {
				line[strcspn(line, "\n")] = '\0';
				(void)snprintf(flags, size, "%s", line + 8);
				break;
			}
	if (smaps)
		(void)fclose(smaps);
}

void
scan_place(pid_t pid, uintptr_t address, char *place, size_t size)
{
	FILE *maps = open_proc(pid, "maps");
	char line[LINE_BYTES];

	place[0] = '\0';
	if (seek_mapping(maps, address, line)) {
		line[strcspn(line, "\n")] = '\0';
		(void)snprintf(place, size, "%s", line);
	}
	if (maps)
		(void)fclose(maps);
}
