/* SPDX-License-Identifier: BSD-2-Clause */
#include "tool/file.h"

#include "tool/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST (size_t)(256 * 1024 * 1024)

static enum tool_exit
cannot_write(const char *path)
{
	complain(_("cannot write %s: %s"), path, strerror(errno));
	return TOOL_FAILED;
}

static bool
write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* Readable as any new file is: the umask decides. */
static bool
apply_umask(int fd)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0;
}

/* The new file gets its name when it is complete; link refuses a name that is taken. */
static bool
give_name(const char *from, const char *path, bool force)
{
	if (force)
		return rename(from, path) == 0;
	if (link(from, path) != 0)
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

enum tool_exit
file_write(const char *path, const void *data, size_t len, bool force)
{
	enum tool_exit status = TOOL_OK;
	struct stat there;
	char *temporary;
	int fd;

	if (strcmp(path, "-") == 0)
		return fwrite(data, 1, len, stdout) == len ? TOOL_OK
							   : cannot_write(_("standard output"));
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
		return write_into(path, data, len);
	if (!force && access(path, F_OK) == 0) {
		complain(_("%s is there already; --force overwrites it"), path);
		return TOOL_FAILED;
	}
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return TOOL_FAILED;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		free(temporary);
		return cannot_write(path);
	}
	if (!write_all(fd, data, len) || !apply_umask(fd) || fsync(fd) != 0 ||
	    !give_name(temporary, path, force)) {
		status = cannot_write(path);
		(void)unlink(temporary);
	}
	(void)close(fd);
	free(temporary);
	return status;
}

static enum tool_exit
cannot_read(const char *path, const char *why)
{
	complain(_("cannot read %s: %s"), path, why);
	return TOOL_FAILED;
}

/* Everything up to the end; false with errno set (EFBIG if it is too large). */
static bool
read_all(int fd, uint8_t **data, size_t *len)
{
	size_t room = 0;
	ssize_t n = 1;

	for (*len = 0; n != 0; *len += n > 0 ? (size_t)n : 0) {
		if (*len == room) {
			uint8_t *larger = realloc(*data, room = room ? room * 2 : 65536);

			if (!larger)
				return false;
			*data = larger;
		}
		n = read(fd, *data + *len, room - *len);
		if (n < 0 && errno != EINTR)
			return false;
		if (*len > LARGEST) {
			errno = EFBIG;
			return false;
		}
	}
	return true;
}

enum tool_exit
file_read(const char *path, uint8_t **data, size_t *len)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	*data = NULL;
	if (fd < 0)
		return cannot_read(path, strerror(errno));
	ok = read_all(fd, data, len);
	if (!ok) {
		int error = errno;

		free(*data);
		*data = NULL;
		errno = error;
	}
	if (!standard)
		(void)close(fd);
	return ok ? TOOL_OK : cannot_read(path, strerror(errno));
}
