/* SPDX-License-Identifier: BSD-2-Clause */
/* Why pcscd, the reader service, cannot be used. */
#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tool/doctor/parts.h"
#include "tool/system/child.h"
#include "tool/system/packages.h"
#include "tool/terminal/text.h"

static const char *const programs[] = {"/usr/sbin/pcscd", "/usr/bin/pcscd", "/sbin/pcscd",
				       "/usr/local/sbin/pcscd"};

const char *
doctor_pcscd(void)
{
	for (size_t i = 0; i < ROWS(programs); i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

/* How long a policy may take to decide, in milliseconds. */
#define PATIENCE 2000

#define HUNG_UP (-1)

/*
 * pcscd asks its policy when somebody connects, and hangs up on whom it refuses, or has no thread
 * for; all others it waits for. libpcsclite, which speaks at once, may take the one for the other.
 */
static bool
hangs_up(int fd)
{
	struct pollfd poll_fd = {fd, POLLIN, 0};
	char byte;

	return poll(&poll_fd, 1, PATIENCE) > 0 && recv(fd, &byte, 1, MSG_PEEK) <= 0;
}

/* 0, HUNG_UP, or why it cannot be reached; nothing is said to it. */
static int
try_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error = 0;

	if (fd < 0)
		return errno;
	if (strlen(path) >= sizeof address.sun_path)
		error = ENAMETOOLONG;
	else
		memcpy(address.sun_path, path, strlen(path));
	if (!error && connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		error = errno;
	if (!error && hangs_up(fd))
		error = HUNG_UP;
	(void)close(fd);
	return error;
}

static void
not_reached(struct report *report, const char *path, int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		if (!doctor_pcscd() && !child_exists("pcscd")) {
			report_add(report, MARK_PROBLEM, "not-installed", "%s",
				   _("pcscd is not installed"));
			report_command(report, "%s", package_command(PACKAGE_PCSCD));
			return;
		}
		report_add(report, MARK_PROBLEM, "stopped", "%s", _("pcscd is not running"));
		report_command(report, child_exists("systemctl")
					       ? "sudo systemctl enable --now pcscd.socket"
					       : "sudo service pcscd start");
		return;
	case ECONNREFUSED:
		report_add(report, MARK_PROBLEM, "died", "%s",
			   _("pcscd has ended, and its socket is left over"));
		report_command(report, child_exists("systemctl")
					       ? "sudo systemctl restart pcscd.socket"
					       : "sudo service pcscd restart");
		return;
	case HUNG_UP:
		report_on(report, AREA_SERVICE, "");
		doctor_refused(report);
		return;
	case 0:
		report_add(report, MARK_PROBLEM, "not-understood", "%s",
			   _("pcscd is there, but libpcsclite cannot talk to it: perhaps they are "
			     "of different versions; its log says more"));
		report_command(report, "sudo journalctl -b -u pcscd");
		return;
	default:
		report_add(report, MARK_PROBLEM, "unreachable",
			   _("pcscd cannot be reached at %s: %s"), path, strerror(error));
	}
}

/* ---- refused ---- */

#define BY_SSH                                                                                     \
	N_("pcscd refuses this session, which came by ssh: log in at the computer itself, "        \
	   "or have its administrator allow you")

static const struct {
	const char *variable;
	const char *text;
} sessions[] = {
	{"SSH_CONNECTION", BY_SSH},
	{"SSH_TTY", BY_SSH},
	{"TMUX", N_("pcscd refuses this session: a tmux counts as where it was started, so try a "
		    "terminal outside of it, or have the administrator allow you")},
	{"STY", N_("pcscd refuses this session: a screen counts as where it was started, so try a "
		   "terminal outside of it, or have the administrator allow you")},
};

static const char *
session_text(void)
{
	for (size_t i = 0; i < ROWS(sessions); i++)
		if (getenv(sessions[i].variable))
			return _(sessions[i].text);
	return _("pcscd refuses this session: only whoever sits at the computer may use readers, "
		 "unless its administrator allows you");
}

/* The name may go into a script and a file name. */
static bool
is_plain(const char *name)
{
	return *name &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       strlen(name);
}

/* Two actions: pcscd as such, and each card. */
static void
add_rule(struct report *report)
{
	const struct passwd *user = getpwuid(geteuid());

	if (!user || !is_plain(user->pw_name))
		return;
	report_command(report,
		       "echo 'polkit.addRule(function(action, subject) { if "
		       "(action.id.indexOf(\"org.debian.pcsc-lite.access_\") == 0 && subject.user "
		       "== \"%s\") return polkit.Result.YES; });' | sudo tee "
		       "/etc/polkit-1/rules.d/50-pcscd-%s.rules",
		       user->pw_name, user->pw_name);
}

/* pkcheck(1): what polkit answers about this process without asking anybody. */
enum policy {
	POLICY_ALLOWS = 0,
	POLICY_REFUSES = 1,
	/* All others: it would ask for a password, or could not be asked. */
};

static int
ask_policy(enum area area)
{
	char action[] = "org.debian.pcsc-lite.access_pcsc", process[24];
	const char *const arguments[] = {"pkcheck",   "--action-id", action,
					 "--process", process,	     NULL};

	if (area == AREA_CARD)
		memcpy(strrchr(action, '_'), "_card", sizeof "_card");
	(void)snprintf(process, sizeof process, "%ld", (long)getpid());
	return child_run(arguments, NULL, 0);
}

static void
is_full(struct report *report)
{
	char users[512];

	process_list(users, sizeof users);
	report_add(report, MARK_PROBLEM, "full",
		   _("pcscd turns this program away, though its policy lets it in: it may serve as "
		     "many programs as it can; of yours these use readers now: %s"),
		   users[0] ? users : _("none"));
}

/* pcscd hangs up on whom its policy refuses, and just so where it has no thread for one more. */
void
doctor_refused(struct report *report)
{
	int policy = ask_policy(report->area);

	if (policy == POLICY_REFUSES) {
		report_add(report, MARK_PROBLEM, "refused", "%s", session_text());
		add_rule(report);
	} else if (policy == POLICY_ALLOWS) {
		is_full(report);
	} else {
		report_add(report, MARK_PROBLEM, "turned-away", "%s",
			   _("pcscd turns this program away: its policy does not let this session "
			     "in (one over ssh, perhaps), or it serves as many programs as it can; "
			     "its log says which"));
		report_command(report, "sudo journalctl -b -u pcscd");
	}
}

void
doctor_service(struct report *report, enum jpki_reason reason)
{
	/* Where libpcsclite looks for the service. */
	const char *set = getenv("PCSCLITE_CSOCK_NAME");
	const char *path = set && *set ? set : "/run/pcscd/pcscd.comm";

	report_on(report, AREA_SERVICE, reason == JPKI_REASON_NO_SERVICE ? path : "");
	if (reason == JPKI_REASON_NO_SERVICE)
		not_reached(report, path, try_socket(path));
	else if (reason == JPKI_REASON_REFUSED)
		doctor_refused(report);
	else
		report_add(report, MARK_OK, "running", "%s", _("pcscd answers"));
}
