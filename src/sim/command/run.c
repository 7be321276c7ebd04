/* SPDX-License-Identifier: BSD-2-Clause */
/* run: a program over the stand-in libpcsclite. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/memory.h"
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
add_reader(struct run *run, const char *text, int number)
{
	char name[WIRE_NAME + 1];
	const char *card = strrchr(text, '=');
	size_t len = card ? (size_t)(card - text) : strlen(text);

	(void)snprintf(name, sizeof name, "%.*s", (int)(len < WIRE_NAME ? len : WIRE_NAME), text);
	if (len == 0)
		(void)snprintf(name, sizeof name, READER_NAME, (unsigned int)number);
	return session_add_reader(&run->session, name, card ? card + 1 : NULL);
}

static bool
add_readers(struct run *run, const struct options *options)
{
	int number = 0;
	bool ok = true;

	for (int i = 0; ok && i < options->readers.count; i++)
		ok = add_reader(run, options->readers.item[i], number++);
	for (int i = 0; ok && i < options->cards.count; i++) {
		char *text = sim_text("=%s", options->cards.item[i]);

		ok = add_reader(run, text, number++);
		free(text);
	}
	if (ok && number == 0)
		ok = add_reader(run, options->empty ? "" : "=adult", 0);
	return ok && session_set_switches(&run->session, options);
}

static bool
order_faults(struct run *run, const struct options *options)
{
	char *error = NULL;

	for (int i = 0; i < options->faults.count; i++) {
		if (!faults_order(&standin_pcsc(run->session.server)->faults,
				  options->faults.item[i], &error))
			return complain_error(error);
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
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash;

	folder[0] = '\0';
	if (variable && *variable) {
		(void)snprintf(folder, PATH_MAX, "%s", variable);
	} else if (len > 0) {
		self[len] = '\0';
		slash = strrchr(self, '/');
		*slash = '\0';
		(void)snprintf(folder, PATH_MAX, "%s/standin", self);
		(void)snprintf(path, sizeof path, "%s/" STANDIN, folder);
		if (access(path, R_OK) != 0)
			(void)snprintf(folder, PATH_MAX, "%s", PKGLIBDIR);
	}
	(void)snprintf(path, sizeof path, "%s/" STANDIN, folder);
	return access(path, R_OK) == 0 ||
	       complain("cannot find %s (set JPKI_CARD_SIM_LIBDIR to its folder)", path);
}

/* Sets the variable, and frees the value. */
static void
set_variable(const char *name, char *value)
{
	if (setenv(name, value, 1) != 0)
		abort(); /* without memory, or a mistake in this program */
	free(value);
}

static void
set_environment(const struct run *run, const char *folder)
{
	const char *old = getenv("LD_LIBRARY_PATH");
	const char *own = run->session.folder;

	set_variable("LD_LIBRARY_PATH",
		     sim_text("%s%s%s", folder, old && *old ? ":" : "", old ? old : ""));
	/* No way leads to the machine's own pcscd. */
	set_variable("PCSCLITE_CSOCK_NAME", sim_text("%s/pcscd.comm", own));
	set_variable(WIRE_SOCKET_VARIABLE, sim_text("%s/pcsc", own));
	set_variable(CONTROL_VARIABLE, sim_copy(run->session.control_path));
	set_variable("JPKI_CARD_SIM_STATE", sim_copy(run->session.store->dir));
}

static bool
open_doors(struct run *run, const struct options *options, uint64_t idle_power_off)
{
	struct session *session = &run->session;
	char *error = NULL, *socket;
	bool ok;

	if (!session_make_folder(session))
		return false;
	socket = sim_text("%s/pcsc", session->folder);
	ok = standin_open(session->server, socket, idle_power_off, &error);
	free(socket);
	if (!ok)
		return complain_error(error);
	return session_open_control(session, options->control
						     ? sim_copy(options->control)
						     : sim_text("%s/control", session->folder));
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
signal_ready(void *arg)
{
	struct run *run = arg;
	struct signalfd_siginfo info;

	if (read(run->session.signals, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGHUP) {
		(void)kill(run->child, (int)info.ssi_signo);
		return;
	}
	/* SIGINT and SIGQUIT come from the terminal to the command as well: it decides. */
	if (waitpid(run->child, &run->status, WNOHANG) == run->child)
		loop_stop(run->session.server->loop);
}

static bool
start_child(struct run *run, char *arguments[])
{
	static const int signals[] = {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT, 0};
	sigset_t before;

	if (!session_watch_signals(&run->session, signals, &before, signal_ready, run))
		return false;
	(void)fflush(NULL);
	run->child = fork();
	if (run->child == 0)
		execute(arguments, &before);
	return run->child >= 0 || complain("fork: %s", strerror(errno));
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
	    order_faults(&run, options)) {
		set_environment(&run, folder);
		if (start_child(&run, call->arguments) && loop_run(run.session.server->loop))
			status = WIFSIGNALED(run.status) ? 128 + WTERMSIG(run.status)
							 : WEXITSTATUS(run.status);
	}
	if (!session_end(&run.session) && status == EXIT_OK)
		status = EXIT_NO_START;
	return status;
}
