/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/reminders.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/system/file.h"
#include "tool/system/paths.h"

#define LINE_TEXT 24

char *
reminders_path(void)
{
	return path_below(BASE_DATA, "jpki-pkcs11/dates");
}

bool
reminders_are_on(void)
{
	char *path = reminders_path();
	const bool are = path && access(path, F_OK) == 0;

	free(path);
	return are;
}

/* The number at *text up to END, which is stepped over; -1: there is none. */
static int
next_number(char **text, char end)
{
	char *after;
	const long number = strtol(*text, &after, 10);

	if (after == *text || *after != end || number < 0 || number > 9999)
		return -1;
	*text = after + (end != '\0');
	return (int)number;
}

/* NULL: none is kept for that day. */
static const struct reminder *
find(const struct reminder reminders[], size_t count, struct day day)
{
	for (size_t i = 0; i < count; i++)
		if (day_count(reminders[i].day, day) == 0)
			return &reminders[i];
	return NULL;
}

/* Of two certificates that end on one day it is told once. */
static void
add(struct reminder reminders[REMINDERS], size_t *count, struct reminder one)
{
	if (*count < REMINDERS && !find(reminders, *count, one.day))
		reminders[(*count)++] = one;
}

/* Lines "2031-03-02 90"; what is none is left out. */
size_t
reminders_read(struct reminder reminders[REMINDERS])
{
	char *path = reminders_path(), *text = path ? file_text(path) : NULL, *rest = text, *line;
	size_t count = 0;

	while (rest && (line = strsep(&rest, "\n"))) {
		struct reminder one;

		one.day.year = next_number(&line, '-');
		one.day.month = next_number(&line, '-');
		one.day.day = next_number(&line, ' ');
		one.told = next_number(&line, '\0');
		if (one.told >= 0 && day_exists(one.day))
			add(reminders, &count, one);
	}
	free(text);
	free(path);
	return count;
}

/* Unless something else is in it. */
static void
remove_folder_of(const char *path)
{
	char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;

	if (slash) {
		*slash = '\0';
		(void)rmdir(folder);
	}
	free(folder);
}

bool
reminders_may_write(void)
{
	char *path = reminders_path();
	bool may = false;

	if (path) {
		(void)file_make_folder_of(path);
		may = file_may_write(path, true) == TOOL_OK;
		remove_folder_of(path);
	}
	free(path);
	return may;
}

bool
reminders_write(const struct reminder reminders[], size_t count)
{
	char text[REMINDERS * LINE_TEXT] = "", day[DAY_TEXT], *path = reminders_path();
	size_t len = 0;
	enum tool_exit status;

	for (size_t i = 0; i < count; i++) {
		day_format(reminders[i].day, day);
		len += (size_t)snprintf(text + len, sizeof text - len, "%s %d\n", day,
					reminders[i].told);
	}
	if (!path)
		return false;
	(void)file_make_folder_of(path);
	status = file_write(path, text, len, true);
	free(path);
	return status == TOOL_OK;
}

void
reminders_keep(const struct holdings *holdings)
{
	struct reminder old[REMINDERS], new[REMINDERS];
	const struct day today = day_at(holdings->now);
	bool is_same = true, is_hidden = false;
	size_t had, count = 0;

	if (!reminders_are_on())
		return;
	had = reminders_read(old);
	for (size_t i = 0; i < holdings->count * KEYS; i++) {
		const struct validity *v = &holdings->items[i / KEYS].validity[i % KEYS];
		const struct day day = day_at(v->to);
		const struct reminder *before = find(old, had, day);

		is_hidden = is_hidden || v->needs_pin;
		is_same = is_same && (!v->known || before);
		if (v->known)
			add(new, &count, (struct reminder){day, before ? before->told : 0});
	}
	for (size_t i = 0; i < had && is_hidden && is_same; i++)
		if (day_count(today, old[i].day) >= 0)
			add(new, &count, old[i]);
	if (count > 0)
		(void)reminders_write(new, count);
}

void
reminders_keep_day(struct day day)
{
	struct reminder kept[REMINDERS];
	size_t had, count;

	if (!reminders_are_on())
		return;
	had = count = reminders_read(kept);
	add(kept, &count, (struct reminder){day, 0});
	if (count > had)
		(void)reminders_write(kept, count);
}

bool
reminders_forget(void)
{
	char *path = reminders_path();
	const bool is_gone = path && (unlink(path) == 0 || errno == ENOENT);
	const int error = errno;

	if (is_gone)
		remove_folder_of(path);
	free(path);
	errno = error;
	return is_gone;
}

int
reminder_due(int64_t days_left)
{
	static const int days[] = {7, 30, 90};

	for (size_t i = 0; days_left >= 0 && i < sizeof days / sizeof days[0]; i++)
		if (days_left <= days[i])
			return days[i];
	return 0;
}
