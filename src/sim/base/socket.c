/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim/base/error.h"

static bool
somebody_answers(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers =
		fd != -1 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;

	if (fd != -1)
		close(fd);
	return answers;
}

static bool
make_way(const struct sockaddr_un *address, char **error)
{
	struct stat status;

	if (lstat(address->sun_path, &status) != 0)
		return true;
	if (!S_ISSOCK(status.st_mode))
		return sim_error_set(error, "%s exists and is not a socket", address->sun_path);
	if (somebody_answers(address))
		return sim_error_set(error, "another program listens at %s already",
				     address->sun_path);
	unlink(address->sun_path);
	return true;
}

int
server_socket_listen(const char *path, char **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd, bound;

	if (strlen(path) >= sizeof address.sun_path) {
		sim_error_set(error, "the path of a socket has at most %zu bytes: %s",
			      sizeof address.sun_path - 1, path);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (!make_way(&address, error))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1) {
		mask = umask(077);
		bound = bind(fd, (struct sockaddr *)&address, sizeof address);
		umask(mask);
		if (bound == 0 && listen(fd, 128) == 0)
			return fd;
	}
	sim_error_set(error, "cannot listen at %s: %s", path, strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}
