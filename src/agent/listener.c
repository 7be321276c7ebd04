/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "jpki-agent.h"

#define BACKLOG 128
#define FIRST_PASSED 3 /* sd_listen_fds(3): sockets that are handed over begin there */

static bool
was_passed(int option, int expected)
{
	int value = 0;
	socklen_t size = sizeof value;

	return getsockopt(FIRST_PASSED, SOL_SOCKET, option, &value, &size) == 0 &&
	       value == expected;
}

/* The one socket that systemd listens on for us, if it does; nobody that we start is to find it. */
static int
passed_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	char own[16];
	bool ours;

	(void)snprintf(own, sizeof own, "%d", (int)getpid());
	ours = pid && count && strcmp(pid, own) == 0 && strcmp(count, "1") == 0;
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	if (!ours || !was_passed(SO_DOMAIN, AF_UNIX) || !was_passed(SO_TYPE, SOCK_SEQPACKET) ||
	    !was_passed(SO_ACCEPTCONN, 1))
		return -1;
	(void)fcntl(FIRST_PASSED, F_SETFD, FD_CLOEXEC);
	(void)fcntl(FIRST_PASSED, F_SETFL, O_NONBLOCK);
	return FIRST_PASSED;
}

/* A folder, no link, of this user's own, that nobody else may look into. */
static enum listener_trouble
open_folder(struct listener *listener, const char *runtime)
{
	struct stat st;
	const int n =
		snprintf(listener->path, sizeof listener->path, "%s/" JPKI_AGENT_FOLDER, runtime);

	if (n < 0 || (size_t)n >= sizeof listener->path - sizeof "/" JPKI_AGENT_SOCKET)
		return LISTENER_NO_PLACE;
	if (mkdir(listener->path, 0700) != 0 && errno != EEXIST)
		return LISTENER_FAILED;
	listener->folder = open(listener->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (listener->folder < 0)
		return errno == ELOOP || errno == ENOTDIR ? LISTENER_FOREIGN : LISTENER_FAILED;
	if (fstat(listener->folder, &st) != 0)
		return LISTENER_FAILED;
	if (st.st_uid != geteuid())
		return LISTENER_FOREIGN;
	return fchmod(listener->folder, 0700) == 0 ? LISTENER_FINE : LISTENER_FAILED;
}

/* Takes away the socket of an agent that is dead. */
static enum listener_trouble
make_room(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, error;

	if (lstat(address->sun_path, &st) != 0)
		return errno == ENOENT ? LISTENER_FINE : LISTENER_FAILED;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return LISTENER_FOREIGN;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return LISTENER_FAILED;
	error = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ? 0 : errno;
	(void)close(fd);
	if (error != ECONNREFUSED)
		return LISTENER_RUNNING;
	return unlink(address->sun_path) == 0 ? LISTENER_FINE : LISTENER_FAILED;
}

/* The socket is in a folder of the user's own before it has a mode. */
static enum listener_trouble
bind_socket(struct listener *listener, const struct sockaddr_un *address)
{
	listener->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->socket < 0 ||
	    bind(listener->socket, (const struct sockaddr *)address, sizeof *address) != 0 ||
	    chmod(address->sun_path, 0600) != 0 || listen(listener->socket, BACKLOG) != 0)
		return LISTENER_FAILED;
	return LISTENER_FINE;
}

enum listener_trouble
listener_open(struct listener *listener)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	enum listener_trouble trouble;
	const char *runtime;

	*listener = (struct listener){.socket = passed_socket(), .folder = -1};
	if (listener->socket >= 0)
		return LISTENER_FINE;
	runtime = getenv("XDG_RUNTIME_DIR"); /* what was read of the environment before is stale */
	if (!runtime || *runtime != '/')
		return LISTENER_NO_PLACE;
	trouble = open_folder(listener, runtime);
	if (trouble != LISTENER_FINE)
		return trouble;
	(void)strcat(listener->path, "/" JPKI_AGENT_SOCKET);
	/* Of two that start at once, one has it. */
	if (flock(listener->folder, LOCK_EX | LOCK_NB) != 0)
		return LISTENER_RUNNING;
	memcpy(address.sun_path, listener->path, sizeof address.sun_path);
	trouble = make_room(&address);
	return trouble == LISTENER_FINE ? bind_socket(listener, &address) : trouble;
}

void
listener_close(struct listener *listener)
{
	if (listener->socket >= 0 && listener->folder >= 0)
		(void)unlink(listener->path);
	if (listener->socket >= 0)
		(void)close(listener->socket);
	if (listener->folder >= 0)
		(void)close(listener->folder);
	listener->socket = listener->folder = -1;
}
