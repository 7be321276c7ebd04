/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/conf.h"

#include "holder/text.h"
#include "tool/system/file.h"
#include "tool/terminal/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "jpki-pkcs11.conf"
#define BLANKS " \t\r"

char *
conf_path(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && *config == '/')
		return text_made("%s/" FILE_NAME, config);
	return home && *home == '/' ? text_made("%s/.config/" FILE_NAME, home) : NULL;
}

/* Whether a line is of this setting. */
static bool
is_of(const char *line, const char *name)
{
	const size_t len = strlen(name);

	line += strspn(line, BLANKS);
	return strncmp(line, name, len) == 0 && line[len + strspn(line + len, BLANKS)] == '=';
}

/* The file's text; "" where there is none. NULL after a message. */
static char *
read_text(const char *path)
{
	char *text = file_text(path);

	if (!text && errno == ENOENT)
		return strdup("");
	if (!text)
		complain(_("cannot read %s: %s"), path, strerror(errno));
	return text;
}

static const char *
next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

/* The new text, which the caller frees. */
static char *
change(const char *text, const char *name, const char *value)
{
	const size_t room = strlen(text) + strlen(name) + (value ? strlen(value) : 0) + 8;
	char *new = malloc(room);
	size_t len = 0;

	for (const char *line = text, *end; new && *line; line = end) {
		end = next_line(line);
		if (is_of(line, name))
			continue;
		memcpy(new + len, line, (size_t)(end - line));
		len += (size_t)(end - line);
	}
	if (!new)
		return NULL;
	if (value)
		len += (size_t)snprintf(new + len, room - len, "%s%s = %s\n",
					len > 0 && new[len - 1] != '\n' ? "\n" : "", name, value);
	new[len] = '\0';
	return new;
}

enum tool_exit
conf_set(const char *path, const char *name, const char *value)
{
	char *text = read_text(path), *new = text ? change(text, name, value) : NULL;
	enum tool_exit status = TOOL_FAILED;

	if (new && *new) {
		(void)file_make_folder_of(path);
		status = file_write(path, new, strlen(new), true);
	} else if (new && (unlink(path) == 0 || errno == ENOENT)) {
		status = TOOL_OK;
	} else if (new) {
		complain(_("cannot write %s: %s"), path, strerror(errno));
	}
	free(text);
	free(new);
	return status;
}
