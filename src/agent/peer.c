/* SPDX-License-Identifier: BSD-2-Clause */
#include "agent/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Programs that hand on what others ask. */
static const char *const relays[] = {"p11-kit", "p11-kit-remote", "p11-kit-server"};

static void
look_at_program(struct peer *peer)
{
	char link[64], *slash;
	ssize_t n;

	(void)snprintf(link, sizeof link, "/proc/%d/exe", (int)peer->pid);
	n = readlink(link, peer->program, sizeof peer->program - 1);
	peer->program[n > 0 ? n : 0] = '\0';
	slash = strrchr(peer->program, '/');
	for (size_t i = 0; slash && i < sizeof relays / sizeof relays[0]; i++)
		peer->relays |= strcmp(slash + 1, relays[i]) == 0;
}

/* The 7th field of /proc/PID/stat; the 2nd is a name in brackets that may have anything in it. 0:
 * none. */
static dev_t
terminal_number(pid_t pid)
{
	char path[64], line[1024], *end;
	unsigned long number;
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	n = file ? fread(line, 1, sizeof line - 1, file) : 0;
	if (file)
		(void)fclose(file);
	line[n] = '\0';
	end = strrchr(line, ')');
	for (int blank = 0; end && blank < 5; blank++)
		end = strchr(end + 1, ' ');
	number = end ? strtoul(end + 1, NULL, 10) : 0;
	return makedev((number >> 8) & 0xfff, (number & 0xff) | ((number >> 12) & 0xfff00));
}

/* Only one that is this user's is written to. */
static void
look_at_terminal(struct peer *peer)
{
	const dev_t number = terminal_number(peer->pid);
	const unsigned int kind = major(number);
	struct stat st;

	if (kind >= 136 && kind < 144)
		(void)snprintf(peer->terminal, sizeof peer->terminal, "/dev/pts/%u",
			       (kind - 136) * 256 + minor(number));
	else if (kind == 4)
		(void)snprintf(peer->terminal, sizeof peer->terminal, "/dev/tty%u", minor(number));
	if (lstat(peer->terminal, &st) != 0 || !S_ISCHR(st.st_mode) || st.st_rdev != number ||
	    st.st_uid != geteuid())
		peer->terminal[0] = '\0';
}

bool
peer_look(int socket, struct peer *peer)
{
	struct ucred who;
	socklen_t size = sizeof who;

	*peer = (struct peer){0};
	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || size != sizeof who ||
	    who.uid != geteuid())
		return false;
	peer->pid = who.pid;
	if (who.pid > 0) {
		look_at_program(peer);
		look_at_terminal(peer);
	}
	return true;
}

int
peer_watch(const struct peer *peer)
{
	/* WORKAROUND: glibc has no pidfd_open() before 2.36 (Ubuntu 22.04). */
	return peer->pid > 0 ? (int)syscall(SYS_pidfd_open, peer->pid, 0) : -1;
}
