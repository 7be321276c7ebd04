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

/* Programs that hand on what others ask; `parent`: where that one has started it; NULL: always. */
static const struct {
	const char *program, *parent;
} relays[] = {
	{"p11-kit", NULL},
	{"p11-kit-remote", NULL},
	{"p11-kit-server", NULL},
	{"ssh-pkcs11-helper", "ssh-agent"}, /* which may be forwarded */
};

/* Linux says so behind the path of a program that was replaced since it was started. */
static ssize_t
without_deleted(char *path, ssize_t len)
{
	static const char deleted[] = " (deleted)";
	const ssize_t rest = len - (ssize_t)strlen(deleted);

	return rest > 0 && memcmp(path + rest, deleted, strlen(deleted)) == 0 ? rest : len;
}

/* A file of /proc/PID as a text; "": there is none. */
static void
read_about(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "re");
	n = file ? fread(text, 1, size - 1, file) : 0;
	if (file)
		(void)fclose(file);
	text[n] = '\0';
}

/* The fields of /proc/PID/stat that matter here. */
enum { STAT_PARENT = 4, STAT_TERMINAL = 7 };

/* The 2nd is a name in brackets that may have anything in it. 0: none. */
static unsigned long
stat_field(pid_t pid, int field)
{
	char line[1024], *end;

	read_about(pid, "stat", line, sizeof line);
	end = strrchr(line, ')');
	for (int at = 2; end && at < field; at++)
		end = strchr(end + 1, ' ');
	return end ? strtoul(end + 1, NULL, 10) : 0;
}

static bool
parent_is(pid_t pid, const char *expected)
{
	char name[64];

	read_about((pid_t)stat_field(pid, STAT_PARENT), "comm", name, sizeof name);
	name[strcspn(name, "\n")] = '\0';
	return strcmp(name, expected) == 0;
}

static void
look_at_program(struct peer *peer)
{
	char link[64], *slash;
	ssize_t n;

	(void)snprintf(link, sizeof link, "/proc/%d/exe", (int)peer->pid);
	n = readlink(link, peer->program, sizeof peer->program - 1);
	n = n > 0 ? without_deleted(peer->program, n) : 0;
	peer->program[n] = '\0';
	slash = strrchr(peer->program, '/');
	for (size_t i = 0; slash && i < sizeof relays / sizeof relays[0]; i++)
		peer->relays |= strcmp(slash + 1, relays[i].program) == 0 &&
				(!relays[i].parent || parent_is(peer->pid, relays[i].parent));
}

static dev_t
terminal_number(pid_t pid)
{
	const unsigned long number = stat_field(pid, STAT_TERMINAL);

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
