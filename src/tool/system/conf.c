/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/conf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool/system/file.h"
#include "tool/system/paths.h"
#include "tool/terminal/text.h"

#define BLANKS " \t\r"
#define SETTING "ask-pin"

char *
conf_path(void)
{
	return path_below(BASE_CONFIG, "jpki-pkcs11.conf");
}

/* Whether a line is of the setting. */
static bool
is_ours(const char *line)
{
	const size_t len = strlen(SETTING);

	line += strspn(line, BLANKS);
	return strncmp(line, SETTING, len) == 0 && line[len + strspn(line + len, BLANKS)] == '=';
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

/* The new text, which the caller frees. */
static char *
change(const char *text, const char *value)
{
	char *new = NULL, last = '\n';
	size_t size = 0, len;
	FILE *out = open_memstream(&new, &size);

	if (!out)
		return NULL;
	for (; *text; text += len) {
		len = strcspn(text, "\n");
		len += text[len] == '\n';
		if (is_ours(text))
			continue;
		(void)fwrite(text, 1, len, out);
		last = text[len - 1];
	}
	if (value)
		(void)fprintf(out, "%s" SETTING " = %s\n", last == '\n' ? "" : "\n", value);
	return fclose(out) == 0 ? new : NULL;
}

/* What a link leads to would keep the setting if only the link went. */
static bool
leads_to_file(const char *path)
{
	struct stat link, file;

	return lstat(path, &link) == 0 && S_ISLNK(link.st_mode) && stat(path, &file) == 0;
}

enum tool_exit
conf_ask_pin(const char *path, const char *value)
{
	char *text = read_text(path), *new = text ? change(text, value) : NULL;
	enum tool_exit status = TOOL_FAILED;

	if (new && (*new || leads_to_file(path))) {
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
