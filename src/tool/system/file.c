/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "holder/signals.h"
#include "holder/text.h"
#include "tool/system/away.h"
#include "tool/terminal/progress.h"
#include "tool/terminal/text.h"

#define MIB ((size_t)1024 * 1024)
/* What a disk reads in a moment shows no progress. */
#define LARGE (UINT64_C(16) * 1024 * 1024)

static bool only_ordinary;

void
file_take_ordinary(void)
{
	only_ordinary = true;
}

static enum tool_exit
cannot_write(const char *path)
{
	return give_up(TOOL_FAILED, _("cannot write %s: %s"), path, strerror(errno));
}

static enum tool_exit
cannot_read(const char *path, const char *why)
{
	return give_up(TOOL_FAILED, _("cannot read %s: %s"), path, why);
}

static enum tool_exit
is_not_ordinary(const char *path)
{
	return give_up(TOOL_FAILED, _("%s is no ordinary file"), path);
}

/* Whether what is there can be read for what it is: no folder can. */
static enum tool_exit
judge_kind(const char *path, mode_t mode)
{
	if (S_ISDIR(mode))
		return cannot_read(path, strerror(EISDIR));
	return only_ordinary && !S_ISREG(mode) ? is_not_ordinary(path) : TOOL_OK;
}

static bool
write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = TEMP_FAILURE_RETRY(write(fd, data, len));

		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Readable as any new file is: the umask decides. FAT has no such modes and says EPERM. */
static bool
apply_umask(int fd)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0 || errno == EPERM;
}

/*
 * For the same people as the file that it replaces. Where it cannot have the same owner or group,
 * these get what nobody had: nothing that somebody else may not have.
 */
static bool
apply_mode(int fd, const struct stat *old)
{
	mode_t mode = old->st_mode & 07777;
	struct stat new;

	(void)!fchown(fd, old->st_uid, old->st_gid);
	if (fstat(fd, &new) != 0)
		return false;
	if (new.st_uid != old->st_uid)
		mode &= 0777;
	if (new.st_gid != old->st_gid)
		mode &= (mode_t) ~(02070 | S_IWOTH);
	return fchmod(fd, mode) == 0 || errno == EPERM;
}

/*
 * The new file gets its name when it is complete, but not one that is taken: FAT has no links, and
 * NFS no such rename.
 */
static bool
give_name(const char *from, const char *path, bool force)
{
	if (force)
		return rename(from, path) == 0;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return true;
	if ((errno != EINVAL && errno != ENOSYS) || link(from, path) != 0)
		return false;
	(void)unlink(from);
	return true;
}

/* What is no ordinary file (a device, a pipe) is written into, never replaced. */
static enum tool_exit
write_into(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool ok = fd >= 0 && write_all(fd, data, len);
	enum tool_exit status = ok ? TOOL_OK : cannot_write(path);

	if (fd >= 0)
		(void)close(fd);
	return status;
}

/* A file beside it, whose name has room where that of the file has. Its descriptor, or -1. */
static int
make_beside(const char *path, char **name)
{
	int fd;

	*name = text_made("%.*s.jpki-tool.XXXXXX", (int)(basename(path) - path), path);
	fd = *name ? mkostemp(*name, O_CLOEXEC) : -1;
	if (fd < 0) {
		free(*name);
		*name = NULL;
	}
	return fd;
}

/* `old`: what is there now, NULL for nothing. */
static enum tool_exit
write_new(const char *path, const struct stat *old, const void *data, size_t len, bool force)
{
	enum tool_exit status = TOOL_OK;
	char *temporary;
	int fd = make_beside(path, &temporary);

	if (fd < 0)
		return cannot_write(path);
	if (!write_all(fd, data, len) || !(old ? apply_mode(fd, old) : apply_umask(fd)) ||
	    fsync(fd) != 0 || !give_name(temporary, path, force)) {
		status = cannot_write(path);
		(void)unlink(temporary);
	}
	(void)close(fd);
	free(temporary);
	return status;
}

/*
 * Where a link leads, or the path itself; the caller frees it. NULL with errno for a link to
 * nowhere. A pipe under /dev/fd has no other path.
 */
static char *
target_of(const char *path)
{
	struct stat there, end;

	if (lstat(path, &there) == 0 && S_ISLNK(there.st_mode) &&
	    (stat(path, &end) != 0 || S_ISREG(end.st_mode)))
		return realpath(path, NULL);
	return strdup(path);
}

/*
 * Whether what is there may get another content or name: not what chattr forbids, nor, for a file,
 * what something is mounted on. With errno if not; what cannot be asked about is not forbidden.
 */
static bool
is_free(const char *path)
{
	struct statx about;

	if (statx(AT_FDCWD, path, 0, STATX_TYPE, &about) != 0)
		return true;
	if (about.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) {
		errno = EPERM;
		return false;
	}
	errno = EBUSY;
	return S_ISDIR(about.stx_mode) || !(about.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* The folder that a path is in; the caller frees it. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash + 1 - path)) : strdup(".");
}

static bool
is_in_free_folder(const char *path)
{
	char *folder = folder_of(path);
	bool is = folder && is_free(folder);

	free(folder);
	return is;
}

/* Whether rename may put a file in its place: not in /tmp and the like, if it is another's. */
static bool
may_replace(const char *path, const struct stat *old)
{
	char *folder = folder_of(path);
	struct stat about;
	uid_t self = geteuid();
	bool sticky = folder && stat(folder, &about) == 0 && (about.st_mode & S_ISVTX);

	free(folder);
	if (!is_free(path))
		return false;
	errno = EPERM;
	return !sticky || self == 0 || self == old->st_uid || self == about.st_uid;
}

/* Whether a new file could be made there, seen by making one, which is not left behind. */
static bool
can_make(const char *path)
{
	struct stat there;
	char *temporary;
	int fd;

	if (*basename(path) == '\0') {
		errno = EISDIR;
		return false;
	}
	if (lstat(path, &there) != 0 && errno != ENOENT)
		return false;
	if (!is_in_free_folder(path))
		return false;
	fd = make_beside(path, &temporary);
	if (fd < 0)
		return false;
	(void)close(fd);
	(void)unlink(temporary);
	free(temporary);
	return true;
}

/* All that can be known before: `old` is filled with what is at `path` (st_nlink 0: nothing). */
static enum tool_exit
may_write(const char *path, bool force, struct stat *old)
{
	old->st_nlink = 0;
	if (stat(path, old) != 0)
		return can_make(path) ? TOOL_OK : cannot_write(path);
	if (S_ISDIR(old->st_mode)) {
		errno = EISDIR;
		return cannot_write(path);
	}
	if (!S_ISREG(old->st_mode) && only_ordinary)
		return is_not_ordinary(path);
	if (!S_ISREG(old->st_mode))
		return access(path, W_OK) == 0 ? TOOL_OK : cannot_write(path);
	if (!force)
		return give_up(TOOL_FAILED, _("%s is there already; --force overwrites it"), path);
	return may_replace(path, old) && can_make(path) ? TOOL_OK : cannot_write(path);
}

static enum tool_exit
write_whole(const char *path, const void *data, size_t len, bool force)
{
	enum tool_exit status;
	struct stat old;
	sigset_t before;
	char *target;

	if (strcmp(path, "-") == 0)
		return fwrite(data, 1, len, stdout) == len ? TOOL_OK
							   : cannot_write(_("standard output"));
	target = target_of(path);
	if (!target)
		return cannot_write(path);
	signals_hold(&before);
	status = may_write(target, force, &old);
	if (status == TOOL_OK && old.st_nlink > 0 && !S_ISREG(old.st_mode)) {
		/* A pipe may have nobody at its other end for ever. */
		signals_release(&before);
		status = write_into(target, data, len);
	} else {
		if (status == TOOL_OK)
			status =
				write_new(target, old.st_nlink > 0 ? &old : NULL, data, len, force);
		signals_release(&before);
	}
	free(target);
	return status;
}

enum tool_exit
file_write(const char *path, const void *data, size_t len, bool force)
{
	enum tool_exit status;

	away_begin(BUSY_WRITING);
	status = write_whole(path, data, len, force);
	(void)away_end();
	return status;
}

enum tool_exit
file_may_write(const char *path, bool force)
{
	enum tool_exit status;
	struct stat old;
	char *target;

	if (strcmp(path, "-") == 0)
		return TOOL_OK;
	away_begin(BUSY_WRITING);
	target = target_of(path);
	status = target ? may_write(target, force, &old) : cannot_write(path);
	(void)away_end();
	free(target);
	return status;
}

/* What stat says, which may have to ask another computer. */
static bool
is_there(const char *path, struct stat *there)
{
	bool is;

	away_begin(BUSY_READING);
	is = stat(path, there) == 0;
	(void)away_end();
	return is;
}

enum tool_exit
file_may_enclose(const char *path)
{
	struct stat there;

	if (strcmp(path, "-") == 0 || !is_there(path, &there) ||
	    (there.st_size >= 0 && (uintmax_t)there.st_size <= FILE_ENCLOSED_MAX * MIB))
		return TOOL_OK;
	return give_up(TOOL_FAILED,
		       _("%s is larger than the %d MB that a signature can enclose: sign it "
			 "without --enclosed"),
		       path, FILE_ENCLOSED_MAX);
}

bool
file_make_folders(const char *folder)
{
	char *path = strdup(folder), *at = path;
	bool ok = path != NULL;

	while (ok && (at = strchr(at + 1, '/'))) {
		*at = '\0';
		ok = mkdir(path, 0700) == 0 || errno == EEXIST;
		*at = '/';
	}
	free(path);
	return ok && (mkdir(folder, 0700) == 0 || errno == EEXIST);
}

bool
file_make_folder_of(const char *path)
{
	char *folder = folder_of(path);
	const bool ok = folder && file_make_folders(folder);

	free(folder);
	return ok;
}

enum tool_exit
file_may_read(const char *path)
{
	struct stat there;
	bool may;

	if (strcmp(path, "-") == 0)
		return TOOL_OK;
	away_begin(BUSY_READING);
	may = access(path, R_OK) == 0 && stat(path, &there) == 0;
	(void)away_end();
	if (!may)
		return cannot_read(path, strerror(errno));
	return judge_kind(path, there.st_mode);
}

bool
file_is_there(const char *path)
{
	struct stat there;

	return is_there(path, &there);
}

bool
file_is_ordinary(const char *path)
{
	struct stat there;

	return strcmp(path, "-") != 0 && is_there(path, &there) && S_ISREG(there.st_mode);
}

bool
file_is_same(const char *path, const char *other)
{
	struct stat one, two;
	bool known = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &one) == 0 && S_ISREG(one.st_mode)
					    : is_there(path, &one);

	return known && is_there(other, &two) && one.st_dev == two.st_dev &&
	       one.st_ino == two.st_ino;
}

enum tool_exit
file_head(const char *path, uint8_t *data, size_t size, size_t *len)
{
	FILE *file;
	enum tool_exit status = TOOL_OK;

	away_begin(BUSY_READING);
	file = fopen(path, "re");
	*len = file ? fread(data, 1, size, file) : 0;
	if (!file || ferror(file))
		status = cannot_read(path, strerror(errno));
	if (file)
		(void)fclose(file);
	(void)away_end();
	return status;
}

/* A pipe without anybody at its other end would keep open() waiting. */
static int
open_to_read(const char *path, struct stat *about)
{
	const int waits_not = only_ordinary ? O_NONBLOCK : 0;
	int fd = STDIN_FILENO;

	*about = (struct stat){0};
	away_begin(BUSY_READING);
	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | waits_not);
	if (fd >= 0)
		(void)fstat(fd, about);
	(void)away_end();
	return fd;
}

/* False: nobody waits for it any more. */
static bool
read_piece(int fd, uint8_t *piece, size_t size, ssize_t *n)
{
	away_begin(BUSY_READING);
	*n = TEMP_FAILURE_RETRY(read(fd, piece, size));
	return away_end();
}

static ssize_t
each_piece(int fd, const struct stat *about, file_taker *take, void *context, bool *is_awaited)
{
	uint8_t piece[65536];
	const uint64_t total = S_ISREG(about->st_mode) ? (uint64_t)about->st_size : 0;
	uint64_t done = 0;
	ssize_t n;

	while ((*is_awaited = read_piece(fd, piece, sizeof piece, &n)) && n > 0 &&
	       take(context, piece, (size_t)n)) {
		done += (uint64_t)n;
		if (total >= LARGE)
			progress_share(_("Reading the file"), done, total);
	}
	progress_clear();
	explicit_bzero(piece, sizeof piece); /* a certificate tells name and address */
	return n;
}

enum tool_exit
file_each(const char *path, file_taker *take, void *context)
{
	struct stat about;
	const int fd = open_to_read(path, &about);
	enum tool_exit status;
	bool is_awaited = true;
	ssize_t n = 0;
	int error;

	if (fd < 0)
		return cannot_read(path, strerror(errno));
	status = judge_kind(path, about.st_mode);
	if (status == TOOL_OK)
		n = each_piece(fd, &about, take, context, &is_awaited);
	error = errno;
	if (strcmp(path, "-") != 0)
		(void)close(fd);
	if (status != TOOL_OK)
		return status;
	if (!is_awaited)
		return TOOL_CANCELLED;
	if (n > 0)
		return cannot_read(path, error == EFBIG ? strerror(EFBIG) : _("out of memory"));
	return n == 0 ? TOOL_OK : cannot_read(path, strerror(error));
}

struct whole {
	FILE *file;
	size_t room; /* bytes that it may still grow by */
};

static bool
append(void *context, const uint8_t *data, size_t len)
{
	struct whole *whole = context;

	if (len > whole->room) {
		errno = EFBIG;
		return false;
	}
	whole->room -= len;
	return fwrite(data, 1, len, whole->file) == len;
}

enum tool_exit
file_read(const char *path, size_t max, uint8_t **data, size_t *len)
{
	char *text = NULL;
	struct whole whole = {open_memstream(&text, len), max * MIB};
	enum tool_exit status = whole.file ? file_each(path, append, &whole) : out_of_memory();

	if (whole.file && fclose(whole.file) != 0 && status == TOOL_OK)
		status = out_of_memory();
	if (status != TOOL_OK) {
		free(text);
		text = NULL;
	}
	*data = (uint8_t *)text;
	return status;
}

char *
file_text(const char *path)
{
	FILE *file;
	char *text = NULL;
	size_t room = 0;

	away_begin(BUSY_READING);
	file = fopen(path, "re");
	/* Of an empty file nothing is written into what was allocated. */
	if (file && getdelim(&text, &room, '\0', file) < 0) {
		free(text);
		text = ferror(file) ? NULL : strdup("");
	}
	if (file)
		(void)fclose(file);
	(void)away_end();
	return text;
}

void
file_line(const char *path, char *line, size_t size)
{
	char *text = file_text(path);

	(void)snprintf(line, size, "%.*s", text ? (int)strcspn(text, "\n") : 0, text ? text : "");
	free(text);
}
