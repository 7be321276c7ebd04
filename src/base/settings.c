/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "jpki-pkcs11.conf"
#define ENV_PREFIX "JPKI_PKCS11_"
#define SYSTEM_VARIABLE ENV_PREFIX "SYSTEM_CONF"
#define PATH_BYTES 4096

enum kind { KIND_BOOL, KIND_ENUM, KIND_SECONDS, KIND_TEXT, KIND_READER, KIND_LOG };

struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	const char
		*values; /* names in the order of the enum (bool: of false, true), NUL-separated */
};

#define FIELD(member) offsetof(struct settings, member)

static const struct row rows[] = {
	{"token-labels", KIND_BOOL, FIELD(japanese_labels), "english\0japanese\0"},
	{"ask-pin", KIND_ENUM, FIELD(ask_pin), "program\0agent\0"},
	{"ask-pin-agent-not-for", KIND_TEXT, FIELD(ask_pin_agent_not_for), NULL},
	{"ask-pin-agent-keep", KIND_SECONDS, FIELD(ask_pin_agent_keep), NULL},
	{"ask-pin-each-signature", KIND_BOOL, FIELD(ask_pin_each_signature), "no\0yes\0"},
	{"hide-ca-certificates", KIND_BOOL, FIELD(hide_ca_certificates), "no\0yes\0"},
	{"pss", KIND_ENUM, FIELD(pss), "auto\0on\0off\0"},
	{"reader", KIND_READER, FIELD(reader), NULL},
	{"log-level", KIND_ENUM, FIELD(log_level), "error\0warning\0info\0debug\0"},
	{"log-file", KIND_LOG, FIELD(log_file), NULL},
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

#define SECONDS_MAX 60

/* Programs that show something of their own where a PIN is asked elsewhere, or hang over it. */
#define NOT_FOR                                                                                    \
	"firefox* thunderbird* librewolf* waterfox* icecat* icedove* floorp* "                     \
	"zen zen-bin palemoon* seamonkey* betterbird* mullvad* chromium* "                         \
	"chrome* brave* vivaldi* opera* msedge* yandex_browser* thorium* "                         \
	"soffice* okular*"

/* All enums are set through an unsigned int. */
_Static_assert(sizeof(enum settings_pss) == sizeof(unsigned int), "enum size");
_Static_assert(sizeof(enum settings_ask) == sizeof(unsigned int), "enum size");
_Static_assert(sizeof(enum log_level) == sizeof(unsigned int), "enum size");

/* Where a mistake is: the file and line, or the variable (line 0). */
struct place {
	const char *source;
	unsigned int line;
	bool report;
};

static void
complain(const struct place *at, const char *name, const char *what)
{
	if (!at->report)
		return;
	if (at->line)
		log_line(LOG_LEVEL_WARNING, "%s:%u: %s: %s", at->source, at->line, name, what);
	else
		log_line(LOG_LEVEL_WARNING, "%s: %s", at->source, what);
}

/* The position of `value` among the row's names; false if it is none of them. */
static bool
value_index(const struct row *row, const char *value, unsigned int *index)
{
	*index = 0;
	for (const char *v = row->values; *v; v += strlen(v) + 1, (*index)++)
		if (strcmp(v, value) == 0)
			return true;
	return false;
}

static bool
set_text(struct settings *s, const struct row *row, const char *value, const struct place *at)
{
	const size_t size = strlen(value) + 1;

	if (size > SETTINGS_TEXT_MAX) {
		complain(at, row->name, "value too long, ignored");
		return false;
	}
	memcpy((char *)s + row->offset, value, size);
	return true;
}

/* Who asks why a reader is not used is told where to look. */
static void
set_reader(struct settings *s, const struct row *row, const char *value, const struct place *at)
{
	const size_t room = sizeof s->reader_source;

	if (!set_text(s, row, value, at))
		return;
	if (at->line)
		(void)snprintf(s->reader_source, room, "%.*s:%u", (int)room - 16, at->source,
			       at->line);
	else
		(void)snprintf(s->reader_source, room, "%s", at->source);
}

static void
set_choice(struct settings *s, const struct row *row, const char *value, const struct place *at)
{
	unsigned int index;

	if (!value_index(row, value, &index)) {
		complain(at, row->name, "no such value, ignored");
		return;
	}
	if (row->kind == KIND_BOOL)
		*(bool *)((char *)s + row->offset) = index != 0;
	else
		memcpy((char *)s + row->offset, &index, sizeof index);
}

static void
set_seconds(struct settings *s, const struct row *row, const char *value, const struct place *at)
{
	const size_t digits = strspn(value, "0123456789");
	const unsigned int seconds = (unsigned int)strtoul(value, NULL, 10);

	if (digits < 1 || digits > 2 || value[digits] != '\0' || seconds > SECONDS_MAX) {
		complain(at, row->name, "no number of seconds from 0 to 60, ignored");
		return;
	}
	memcpy((char *)s + row->offset, &seconds, sizeof seconds);
}

static bool
is_log_destination(const char *value)
{
	return value[0] == '/' || strcmp(value, "stderr") == 0 || strcmp(value, "syslog") == 0 ||
	       strcmp(value, "none") == 0;
}

static void
set_log(struct settings *s, const struct row *row, const char *value, const struct place *at)
{
	char what[2 * SETTINGS_TEXT_MAX];

	if (is_log_destination(value)) {
		(void)set_text(s, row, value, at);
		return;
	}
	(void)snprintf(what, sizeof what,
		       "\"%.*s\" is neither stderr, syslog, none nor an absolute path, ignored",
		       SETTINGS_TEXT_MAX, value);
	complain(at, row->name, what);
}

static void
set_row(struct settings *s, const struct row *row, const char *value, const struct place *at)
{
	if (row->kind == KIND_LOG)
		set_log(s, row, value, at);
	else if (row->kind == KIND_READER)
		set_reader(s, row, value, at);
	else if (row->kind == KIND_SECONDS)
		set_seconds(s, row, value, at);
	else if (row->kind == KIND_TEXT)
		set_text(s, row, value, at);
	else
		set_choice(s, row, value, at);
}

static void
set_by_name(struct settings *s, const char *name, const char *value, const struct place *at)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0) {
			set_row(s, &rows[i], value, at);
			return;
		}
	complain(at, name, "no such setting, ignored");
}

static char *
trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* What stands in quotes is the value, blanks, # and all; else a comment may stand behind it. */
static char *
unquote(char *value)
{
	char *end = (*value == '"' || *value == '\'') ? strchr(value + 1, *value) : NULL;
	char *rest = end ? trim(end + 1) : NULL;

	if (rest && (*rest == '\0' || *rest == '#')) {
		*end = '\0';
		return value + 1;
	}
	for (char *p = value; *p; p++)
		if (*p == '#' && (p == value || isspace((unsigned char)p[-1]))) {
			*p = '\0';
			break;
		}
	return trim(value);
}

static void
read_line(struct settings *s, char *line, const struct place *at)
{
	/* Some editors begin a file with a mark of its encoding. */
	const size_t mark = at->line == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	char *text = trim(line + mark);
	char *equals;

	if (*text == '\0' || *text == '#')
		return;
	equals = strchr(text, '=');
	if (!equals) {
		complain(at, text, "not of the form \"name = value\", ignored");
		return;
	}
	*equals = '\0';
	set_by_name(s, trim(text), unquote(trim(equals + 1)), at);
}

/* Opens a regular file only: a FIFO in its place must not hang the host. */
static FILE *
open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	FILE *f;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		errno = EINVAL;
		return NULL;
	}
	f = fdopen(fd, "r");
	if (!f) {
		(void)close(fd);
		errno = ENOMEM;
	}
	return f;
}

static void
read_file(struct settings *s, const char *path, bool report)
{
	struct place at = {.source = path, .line = 0, .report = report};
	FILE *f = open_regular(path);
	char *line = NULL;
	size_t size = 0;

	if (!f) {
		if (errno != ENOENT && errno != ENOTDIR)
			complain(&at, path, strerror(errno));
		return;
	}
	while (getline(&line, &size, f) >= 0) {
		at.line++;
		read_line(s, line, &at);
	}
	free(line);
	(void)fclose(f);
}

/* The file for all users, or what tests want in its place: they must not find this machine's. */
static const char *
system_file(void)
{
	const char *path = secure_getenv(SYSTEM_VARIABLE);

	return path ? path : SYSCONFDIR "/" FILE_NAME;
}

/* The user's file; false where there is no home, or for a setuid program. */
static bool
user_file(char path[PATH_BYTES])
{
	const char *xdg = secure_getenv("XDG_CONFIG_HOME");
	const char *home = secure_getenv("HOME");
	int n;

	if (xdg && *xdg == '/')
		n = snprintf(path, PATH_BYTES, "%s/" FILE_NAME, xdg);
	else if (home && *home == '/')
		n = snprintf(path, PATH_BYTES, "%s/.config/" FILE_NAME, home);
	else
		return false;
	return n > 0 && n < PATH_BYTES;
}

#define VARIABLE_MAX 64

static void
variable_name(const struct row *row, char name[VARIABLE_MAX])
{
	size_t n = (size_t)snprintf(name, VARIABLE_MAX, ENV_PREFIX "%s", row->name);

	for (size_t k = sizeof ENV_PREFIX - 1; k < n; k++)
		name[k] = (char)(name[k] == '-' ? '_' : toupper((unsigned char)name[k]));
}

static bool
is_variable(const char *wanted)
{
	char name[VARIABLE_MAX];

	for (size_t i = 0; i < ROW_COUNT; i++) {
		variable_name(&rows[i], name);
		if (strcmp(name, wanted) == 0)
			return true;
	}
	return strcmp(SYSTEM_VARIABLE, wanted) == 0;
}

/* A misspelt name would otherwise do nothing and say nothing. */
static void
report_unknown_variables(void)
{
	for (char **entry = environ; entry && *entry; entry++) {
		const char *equals = strchr(*entry, '=');
		struct place at = {.line = 0, .report = true};
		char *name;

		if (!equals || strncmp(*entry, ENV_PREFIX, sizeof ENV_PREFIX - 1) != 0)
			continue;
		name = strndup(*entry, (size_t)(equals - *entry));
		at.source = name;
		if (name && secure_getenv(name) && !is_variable(name))
			complain(&at, name, "no such setting, ignored");
		free(name);
	}
}

/* Quotes only: what a shell left of a # is meant. */
static void
set_variable(struct settings *s, const struct row *row, const char *value, const struct place *at)
{
	const size_t len = strlen(value);
	const bool quoted =
		len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value;
	char *bare = quoted ? strndup(value + 1, len - 2) : NULL;

	set_row(s, row, bare ? bare : value, at);
	free(bare);
}

static void
read_environment(struct settings *s, bool report)
{
	char name[VARIABLE_MAX];

	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct place at = {.source = name, .line = 0, .report = report};
		const char *value;

		variable_name(&rows[i], name);
		value = secure_getenv(name);
		if (value)
			set_variable(s, &rows[i], value, &at);
	}
	if (report)
		report_unknown_variables();
}

static void
read_all(struct settings *s, bool report)
{
	char path[PATH_BYTES];

	*s = (struct settings){
		.ask_pin_agent_not_for = NOT_FOR,
		.ask_pin_agent_keep = 10,
		.log_level = LOG_LEVEL_WARNING,
		.log_file = "stderr",
	};
	read_file(s, system_file(), report);
	if (user_file(path))
		read_file(s, path, report);
	read_environment(s, report);
}

void
settings_load(struct settings *s)
{
	/* Twice: the first round says where the second one's complaints go. */
	read_all(s, false);
	log_open(s->log_level, s->log_file);
	read_all(s, true);
}
