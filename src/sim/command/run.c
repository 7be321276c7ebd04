/* SPDX-License-Identifier: BSD-2-Clause */
/* run: a program over the stand-in libpcsclite. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/command/doors.h"
#include "sim/pcscd/service.h"

#define STANDIN "libpcsclite.so.1"
#define READER_NAME "JPKI Card Simulator %02X 00"
#define IDLE_POWER_OFF 5000 /* ms; PCSCLITE_POWER_OFF_GRACE_PERIOD for readers that tell events */

struct run {
	struct session session;
	pid_t child;
	int status; /* of the child, as waitpid gives it */
};

/* Reader "NAME[=CARD]"; the name may be left out. */
static bool
add_reader(struct run *run, const struct options *options, const char *text, int number)
{
	char name[WIRE_NAME + 1], *error = NULL;
	const char *card = strrchr(text, '=');
	size_t length = !card ? strlen(text) : (size_t)(card - text);
	struct reader *reader;

	snprintf(name, sizeof name, "%.*s", (int)(length < WIRE_NAME ? length : WIRE_NAME), text);
	if (length == 0)
		snprintf(name, sizeof name, READER_NAME, (unsigned int)number);
	reader = server_add_reader(run->session.server, name, &error);
	if (!reader) {
		complain_error(error, EXIT_USAGE);
		return false;
	}
	return !card || card[1] == '\0' || session_insert(&run->session, options, reader, card + 1);
}

static bool
add_card(struct run *run, const struct options *options, const char *card, int number)
{
	char text[WIRE_NAME + 1];

	snprintf(text, sizeof text, "=%s", card);
	return add_reader(run, options, text, number);
}

static bool
add_readers(struct run *run, const struct options *options)
{
	int number = 0;

	for (int i = 0; i < options->readers.count; i++)
		if (!add_reader(run, options, options->readers.item[i], number++))
			return false;
	for (int i = 0; i < options->cards.count; i++)
		if (!add_card(run, options, options->cards.item[i], number++))
			return false;
	if (number == 0 && options->empty)
		return add_reader(run, options, "", 0);
	if (number == 0 && !add_card(run, options, "adult", 0))
		return false;
	return session_check_switches(&run->session, options);
}

static bool
order_faults(struct run *run, const struct options *options)
{
	char *error = NULL;

	for (int i = 0; i < options->faults.count; i++) {
		if (faults_order(standin_pcsc(run->session.server)->faults, options->faults.item[i],
				 &error))
			continue;
		complain_error(error, EXIT_USAGE);
		return false;
	}
	return true;
}

/*
 * Where the stand-in is: $JPKI_CARD_SIM_LIBDIR, beside this program where it was built, or where
 * it was installed.
 */
static bool
find_library(char folder[PATH_MAX])
{
	const char *variable = getenv("JPKI_CARD_SIM_LIBDIR");
	char self[PATH_MAX - 64], path[PATH_MAX + 32];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	folder[0] = '\0';
	if (variable && *variable != '\0') {
		snprintf(folder, PATH_MAX, "%s", variable);
	} else if (length > 0) {
		self[length] = '\0';
		slash = strrchr(self, '/');
		*slash = '\0';
		snprintf(folder, PATH_MAX, "%s/standin", self);
		snprintf(path, sizeof path, "%s/" STANDIN, folder);
		if (access(path, R_OK) != 0)
			snprintf(folder, PATH_MAX, "%s", PKGLIBDIR);
	}
	snprintf(path, sizeof path, "%s/" STANDIN, folder);
	if (access(path, R_OK) == 0)
		return true;
	complain("cannot find %s (set JPKI_CARD_SIM_LIBDIR to its folder)", path);
	return false;
}

static bool
set_variable(const char *name, const char *value)
{
	return value && setenv(name, value, 1) == 0;
}

static bool
set_environment(const struct run *run, const char *folder)
{
	const char *old = getenv("LD_LIBRARY_PATH");
	char *path = NULL, *socket = NULL, *nobody = NULL;
	bool ok = asprintf(&path, "%s%s%s", folder, !old || *old == '\0' ? "" : ":",
			   old ? old : "") > 0 &&
		  asprintf(&socket, "%s/pcsc", run->session.folder) > 0 &&
		  asprintf(&nobody, "%s/pcscd.comm", run->session.folder) > 0 &&
		  set_variable("LD_LIBRARY_PATH", path) &&
		  /* No way leads to the machine's own pcscd. */
		  set_variable("PCSCLITE_CSOCK_NAME", nobody) &&
		  set_variable(WIRE_SOCKET_VARIABLE, socket) &&
		  set_variable(CONTROL_VARIABLE, run->session.control_path) &&
		  set_variable("JPKI_CARD_SIM_STATE", sim_store_dir(run->session.store));

	free(path);
	free(socket);
	free(nobody);
	if (!ok)
		complain("out of memory");
	return ok;
}

static bool
open_doors(struct run *run, const struct options *options, uint64_t idle_power_off)
{
	struct session *session = &run->session;
	char *error = NULL, *socket = NULL;
	bool ok;

	if (!session_make_folder(session) || asprintf(&socket, "%s/pcsc", session->folder) < 0)
		return false;
	if (options->control)
		session->control_path = strdup(options->control);
	else if (asprintf(&session->control_path, "%s/control", session->folder) < 0)
		session->control_path = NULL;
	ok = session->control_path && standin_open(session->server, socket, idle_power_off, &error);
	if (ok)
		session->control = control_open(session->server, session->control_path, &error);
	free(socket);
	if (!session->control) {
		complain_error(error, EXIT_FAILED);
		return false;
	}
	return true;
}

/* In the child. */
static void
execute(char *arguments[], const sigset_t *mask)
{
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(arguments[0], arguments);
	complain("cannot execute %s: %s", arguments[0], strerror(errno));
	_exit(errno == ENOENT ? EXIT_NO_COMMAND : EXIT_NO_EXECUTE);
}

static void
signal_ready(void *arg, short revents)
{
	struct run *run = arg;
	struct signalfd_siginfo info;

	(void)revents;
	if (read(run->session.signals, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP) {
		kill(run->child, (int)info.ssi_signo);
		return;
	}
	/* SIGINT and SIGQUIT come from the terminal to the command as well: it decides */
	if (waitpid(run->child, &run->status, WNOHANG) == run->child)
		loop_stop(run->session.server->loop);
}

static bool
start_child(struct run *run, char *arguments[])
{
	sigset_t ours, before;

	sigemptyset(&ours);
	sigaddset(&ours, SIGCHLD);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGQUIT);
	sigprocmask(SIG_BLOCK, &ours, &before);
	run->session.signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->session.signals == -1 ||
	    loop_watch_add(run->session.server->loop, run->session.signals, POLLIN, signal_ready,
			   run) == NULL) {
		complain("signalfd: %s", strerror(errno));
		return false;
	}
	fflush(NULL);
	run->child = fork();
	if (run->child == 0)
		execute(arguments, &before);
	if (run->child == -1)
		complain("fork: %s", strerror(errno));
	return run->child != -1;
}

int
command_run(const struct call *call)
{
	const struct options *options = call->options;
	struct run run = {.child = -1};
	char folder[PATH_MAX];
	unsigned long idle = IDLE_POWER_OFF;
	int status = EXIT_NO_START;

	if (options->idle_power_off &&
	    !read_whole("--idle-power-off", options->idle_power_off, 1000000, &idle))
		return EXIT_NO_START;
	if (find_library(folder) && session_begin(&run.session, options) &&
	    add_readers(&run, options) && open_doors(&run, options, idle * 1000) &&
	    order_faults(&run, options) && set_environment(&run, folder) &&
	    start_child(&run, call->arguments) && loop_run(run.session.server->loop))
		status = WIFSIGNALED(run.status) ? 128 + WTERMSIG(run.status)
						 : WEXITSTATUS(run.status);
	if (!session_end(&run.session) && status == EXIT_OK)
		status = EXIT_NO_START;
	return status;
}
