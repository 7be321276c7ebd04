/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/browsers/nssdb.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holder/signals.h"
#include "holder/text.h"
#include "tool/system/child.h"
#include "tool/system/file.h"
#include "tool/system/packages.h"
#include "tool/terminal/text.h"

#define LIST "pkcs11.txt"
#define SCRATCH ".jpki-tool"

/* ---- words ---- */

/* False, for who gives up. */
#define explain(why, ...) ((void)snprintf(why, NSSDB_WHY, __VA_ARGS__), false)

static bool
cannot_write(char why[NSSDB_WHY], const char *path)
{
	return explain(why, _("cannot write %s: %s"), path, strerror(errno));
}

/* ---- the list: blocks of lines "key=value" with an empty line after each ---- */

struct block {
	const char *at;
	size_t len;
};

/* The next block of *rest, which moves on behind it; false at the end. */
static bool
next_block(const char **rest, struct block *block)
{
	const char *end;

	*rest += strspn(*rest, "\n");
	block->at = *rest;
	end = strstr(*rest, "\n\n");
	block->len = end ? (size_t)(end - *rest) : strlen(*rest);
	while (block->len > 0 && block->at[block->len - 1] == '\n')
		block->len--;
	*rest += end ? (size_t)(end - *rest) : strlen(*rest);
	return block->len > 0;
}

/* A value of the block, which the caller frees; NULL where it has none. */
static char *
field(const struct block *block, const char *key)
{
	const char *at = block->at, *end = block->at + block->len;
	size_t len = strlen(key);

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		stop = stop ? stop : end;
		if ((size_t)(stop - at) > len && strncmp(at, key, len) == 0 && at[len] == '=')
			return strndup(at + len + 1, (size_t)(stop - at) - len - 1);
		at = stop + 1;
	}
	return NULL;
}

/* The length of our entry's name, which is how its module's file name begins. */
static int
name_len(const char *file)
{
	return (int)strlen(file) - (int)strlen(".so");
}

static bool
is_ours(const struct block *block, const char *file)
{
	char *name = field(block, "name");
	bool ours = name && (int)strlen(name) == name_len(file) &&
		    strncmp(name, file, strlen(name)) == 0;

	free(name);
	return ours;
}

/* ---- looking ---- */

static const struct {
	const char *file;
	enum nssdb_state state;
} libraries[] = {
	{"jpki-pkcs11.so", NSSDB_BY_HAND},
	{"p11-kit-proxy.so", NSSDB_PROXY},
	{"libp11-kit.so.0", NSSDB_PROXY},
};

static enum nssdb_state
state_of(const struct block *block, const char *file, const char *library)
{
	const char *base = basename(library);
	enum nssdb_state state =
		strncmp(base, file, strlen(file)) == 0 ? NSSDB_BY_HAND : NSSDB_WITHOUT;

	for (size_t i = 0; i < ROWS(libraries); i++)
		if (strncmp(base, libraries[i].file, strlen(libraries[i].file)) == 0)
			state = libraries[i].state;
	return state != NSSDB_PROXY && is_ours(block, file) ? NSSDB_OURS : state;
}

/* What says most: our entry before one by hand, that before the proxy. */
static bool
outweighs(enum nssdb_state one, enum nssdb_state other)
{
	return other == NSSDB_WITHOUT ? one != NSSDB_WITHOUT : one != NSSDB_WITHOUT && one < other;
}

void
nssdb_look(const char *folder, const char *file, struct nssdb *db)
{
	char *path = text_made("%s/" LIST, folder), *text = path ? file_text(path) : NULL;
	const char *rest = text;
	struct block block;

	*db = (struct nssdb){.state = text		? NSSDB_WITHOUT
				      : errno == ENOENT ? NSSDB_NONE
							: NSSDB_UNREADABLE};
	while (text && next_block(&rest, &block)) {
		char *library = field(&block, "library");
		enum nssdb_state state = library ? state_of(&block, file, library) : NSSDB_WITHOUT;

		if (outweighs(state, db->state)) {
			free(db->library);
			db->state = state;
			db->readable = *library != '/' || access(library, R_OK) == 0;
			db->library = library;
			library = NULL;
		}
		free(library);
	}
	free(text);
	free(path);
}

void
nssdb_free(struct nssdb *db)
{
	free(db->library);
	db->library = NULL;
}

/* ---- changing ---- */

struct work {
	const char *file; /* of the module */
	char *list;	  /* the file itself, links followed */
	char *scratch;	  /* a folder beside it, in which modutil works on a copy */
	char *copy;
	char *old;
	int fd; /* holds the lock on the scratch folder */
	mode_t mode;
	sigset_t mask;
};

static void
remove_contents(const char *folder)
{
	DIR *files = opendir(folder);
	struct dirent *entry;

	while (files && (entry = readdir(files)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			/* NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions): it is open */
			(void)unlinkat(dirfd(files), entry->d_name, 0);
	if (files)
		(void)closedir(files);
}

/* Beside the list, so that the result can take its place; what an ended run left is thrown away. */
static bool
make_scratch(struct work *work, char why[NSSDB_WHY])
{
	char *slash = strrchr(work->list, '/');

	work->scratch = text_made("%.*s/" SCRATCH, (int)(slash - work->list), work->list);
	if (work->scratch)
		work->copy = text_made("%s/" LIST, work->scratch);
	if (!work->scratch || !work->copy)
		return explain(why, "%s", _("out of memory"));
	if (mkdir(work->scratch, 0700) != 0 && errno != EEXIST)
		return cannot_write(why, work->scratch);
	work->fd = open(work->scratch, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (work->fd < 0)
		return cannot_write(why, work->scratch);
	if (flock(work->fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(work->fd);
		work->fd = -1;
		return explain(why, "%s", _("another jpki-tool is just changing it"));
	}
	remove_contents(work->scratch);
	return true;
}

static bool
write_copy(const struct work *work, char why[NSSDB_WHY])
{
	int fd = open(work->copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t len = strlen(work->old);
	bool ok = fd >= 0 && write(fd, work->old, len) == (ssize_t)len;

	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok || cannot_write(why, work->copy);
}

static bool
begin(struct work *work, const char *folder, char why[NSSDB_WHY])
{
	char *link = text_made("%s/" LIST, folder);
	struct stat st;

	work->list = link ? realpath(link, NULL) : NULL;
	free(link);
	if (!work->list || stat(work->list, &st) != 0)
		return explain(why, _("cannot read %s: %s"), folder, strerror(errno));
	if (st.st_uid != geteuid())
		return explain(
			why,
			_("%s belongs to another user: run jpki-tool as that user, without sudo"),
			work->list);
	work->mode = st.st_mode & 07777;
	work->old = file_text(work->list);
	if (!work->old)
		return explain(why, _("cannot read %s: %s"), work->list, strerror(errno));
	return make_scratch(work, why) && write_copy(work, why);
}

static void
end(struct work *work)
{
	if (work->scratch && work->fd >= 0) {
		remove_contents(work->scratch);
		(void)rmdir(work->scratch);
		(void)close(work->fd);
	}
	free(work->list);
	free(work->scratch);
	free(work->copy);
	free(work->old);
	signals_release(&work->mask);
}

bool
nssdb_run(const char *const words[], const char *folder, char *said, char why[NSSDB_WHY])
{
	char *database = text_made("sql:%s", folder), short_said[2048], dropped[NSSDB_WHY];
	const char *arguments[16] = {NULL};
	char *all = said ? said : short_said;
	const char *line;
	int status;

	for (size_t i = 0; words[i] && i + 1 < ROWS(arguments); i++)
		arguments[i] = *words[i] ? words[i] : database;
	status = child_run(arguments, all, said ? NSSDB_SAID : sizeof short_said);
	free(database);
	why = why ? why : dropped;
	line = strrchr(all, '\n');
	if (status < 0 || status == 127)
		return explain(why, _("%s is missing; it comes with: %s"), words[0],
			       package_command(PACKAGE_MODUTIL));
	return status == 0 || explain(why, _("%s failed with status %d: %s"), words[0], status,
				      line ? line + 1 : all);
}

/* Our entries in a list: how many, and whether each is this library. */
static bool
has_exactly(const char *text, const char *file, const char *library)
{
	int count = 0, right = 0;
	struct block block;

	while (next_block(&text, &block)) {
		char *is = field(&block, "library");

		if (is_ours(&block, file)) {
			count++;
			right += is && library && strcmp(is, library) == 0;
		}
		free(is);
	}
	return library ? count == 1 && right == 1 : count == 0;
}

static bool
next_other(const char **text, const char *file, struct block *block)
{
	while (next_block(text, block))
		if (!is_ours(block, file))
			return true;
	return false;
}

/* Whether both lists have the same entries in the same order, apart from ours. */
static bool
same_others(const char *one, const char *other, const char *file)
{
	struct block a, b;

	for (;;) {
		bool more = next_other(&one, file, &a), more_b = next_other(&other, file, &b);

		if (more != more_b)
			return false;
		if (!more)
			return true;
		if (a.len != b.len || memcmp(a.at, b.at, a.len) != 0)
			return false;
	}
}

static bool
flushed(const struct work *work)
{
	int fd = open(work->copy, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fchmod(fd, work->mode) == 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* Puts the copy in the list's place, if it is what was asked for and the list is as it was. */
static bool
put_in_place(const struct work *work, const char *library, char why[NSSDB_WHY])
{
	char *new = file_text(work->copy), *now = file_text(work->list);
	bool ok;

	if (!new || !has_exactly(new, work->file, library) ||
	    !same_others(work->old, new, work->file))
		ok = explain(why, "%s", _("modutil would have changed something else too"));
	else if (!now || strcmp(now, work->old) != 0)
		ok = explain(why, _("%s was just changed by another program"), work->list);
	else
		ok = (flushed(work) && rename(work->copy, work->list) == 0) ||
		     cannot_write(why, work->list);
	free(new);
	free(now);
	return ok;
}

#define MODUTIL(folder, why, ...)                                                                  \
	nssdb_run(NSSDB_WORDS("modutil", "-force", "-dbdir", "", __VA_ARGS__), (folder), NULL,     \
		  (why))

static bool
run_modutil(const struct work *work, const char *library, char why[NSSDB_WHY])
{
	char *name = strndup(work->file, (size_t)name_len(work->file));
	bool ok = name || explain(why, "%s", _("out of memory"));

	if (ok && !has_exactly(work->old, work->file, NULL))
		ok = MODUTIL(work->scratch, why, "-delete", name);
	if (ok && library)
		ok = MODUTIL(work->scratch, why, "-add", name, "-libfile", library);
	free(name);
	return ok;
}

bool
nssdb_change(const char *folder, const char *file, const char *library, char why[NSSDB_WHY])
{
	struct work work = {.file = file, .fd = -1};
	bool ok;

	/* Ctrl-C in the middle is obeyed when all is tidy again. */
	signals_hold(&work.mask);
	ok = begin(&work, folder, why) && run_modutil(&work, library, why) &&
	     put_in_place(&work, library, why);
	end(&work);
	return ok;
}

bool
nssdb_make(const char *folder, char why[NSSDB_WHY])
{
	return file_make_folders(folder) ? MODUTIL(folder, why, "-create")
					 : cannot_write(why, folder);
}
