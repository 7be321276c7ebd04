/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/doctor/parts.h"
#include "tool/system/file.h"

/* The name of a process, without the line's end; empty where it has gone. */
static void
read_name(const char *pid, char *name, size_t size)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%s/comm", pid);
	file_line(path, name, size);
}

static bool
uses_readers(const char *pid)
{
	char path[64], *text;
	bool found;

	(void)snprintf(path, sizeof path, "/proc/%s/maps", pid);
	text = file_text(path);
	found = text && strstr(text, "libpcsclite");
	free(text);
	return found;
}

/* The next process in /proc; NULL at the end. */
static const char *
next_process(DIR *proc)
{
	struct dirent *entry;

	while (proc && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) && strlen(entry->d_name) < 20)
			return entry->d_name;
	return NULL;
}

bool
process_runs(const char *name)
{
	DIR *proc = opendir("/proc");
	const char *pid;
	char is[64];
	bool found = false;

	while (!found && (pid = next_process(proc))) {
		read_name(pid, is, sizeof is);
		found = strcmp(is, name) == 0;
	}
	if (proc)
		(void)closedir(proc);
	return found;
}

void
process_list(char *names, size_t size)
{
	DIR *proc = opendir("/proc");
	const char *pid;
	char name[64];
	size_t len = 0;

	names[0] = '\0';
	while ((pid = next_process(proc))) {
		if (strtol(pid, NULL, 10) == (long)getpid() || !uses_readers(pid))
			continue;
		read_name(pid, name, sizeof name);
		/* The service itself may have it loaded too. */
		if (strcmp(name, "pcscd") != 0)
			(void)snprintf(names + len, size - len, "%s%s (%s)", len ? ", " : "", name,
				       pid);
		len = strlen(names);
	}
	if (proc)
		(void)closedir(proc);
}
