/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/socket.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/error.h"

bool
socket_address(struct sockaddr_un *address, const char *path, char **error)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address->sun_path)
		return sim_error_set(error, "the path of a socket has at most %zu bytes: %s",
				     sizeof address->sun_path - 1, path);
	memcpy(address->sun_path, path, strlen(path) + 1);
	return true;
}

int
socket_connect(const struct sockaddr_un *address, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), why;

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
		return fd;
	why = errno;
	(void)close(fd);
	errno = why;
	return -1;
}

static bool
make_way(const struct sockaddr_un *address, int type, char **error)
{
	struct stat status;
	int fd;

	if (lstat(address->sun_path, &status) != 0)
		return true;
	if (!S_ISSOCK(status.st_mode))
		return sim_error_set(error, "%s exists and is not a socket", address->sun_path);
	fd = socket_connect(address, type);
	if (fd >= 0 || errno != ECONNREFUSED) { /* EPROTOTYPE: it listens for another kind */
		if (fd >= 0)
			(void)close(fd);
		return sim_error_set(error, "another program listens at %s already",
				     address->sun_path);
	}
	(void)unlink(address->sun_path);
	return true;
}

int
socket_listen(const char *path, int type, char **error)
{
	struct sockaddr_un address;
	mode_t mask;
	int fd, bound;

	if (!socket_address(&address, path, error) || !make_way(&address, type, error))
		return -1;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		mask = umask(077);
		bound = bind(fd, (struct sockaddr *)&address, sizeof address);
		umask(mask);
		if (bound == 0 && listen(fd, 128) == 0)
			return fd;
	}
	sim_error_set(error, "cannot listen at %s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

bool
socket_send(int fd, const void *bytes, size_t len, int patience)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	const char *at = bytes;

	while (len > 0) {
		ssize_t sent = send(fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EAGAIN && poll(&room, 1, patience) != 0)
			continue;
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		len -= (size_t)sent;
	}
	return true;
}
