/* SPDX-License-Identifier: BSD-2-Clause */
/* serve: cards in the virtual readers of the real pcscd. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/command/doors.h"
#include "sim/doors/qemu.h"
#include "sim/doors/vpcd.h"

#define COMPLAIN_AFTER 3000000 /* microseconds; pcscd needs less than one second */
/* where somebody listens, but not vpcd: it will not come to that */
#define GIVE_UP_AFTER 15000000

/* Whose readers the cards are put into. */
struct host {
	int readers;
	const char *name;    /* of each; a format for its number */
	const char *refusal; /* of more cards than that */
	bool (*is_ready)(const struct server *server);
	char *(*explain)(const struct server *server, bool *taken);
};

static const struct host vpcd_host = {VPCD_READERS, "Virtual PCD 00 %02X",
				      "vpcd has only 2 readers", vpcd_is_ready, vpcd_explain};
static const struct host qemu_host = {1, QEMU_READER_NAME, "a QEMU reader takes one card",
				      qemu_is_ready, qemu_explain};

struct serve {
	struct session session;
	const struct host *host;
	int ready_fd;	      /* -1: standard output */
	bool ready;	      /* and said so */
	uint64_t complain_at; /* if not ready by then */
	uint64_t give_up_at;
	bool gave_up;
};

static void
signal_ready(void *arg, short revents)
{
	struct serve *serve = arg;

	(void)revents;
	loop_stop(serve->session.server->loop);
}

static bool
watch_signals(struct serve *serve)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGINT);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	serve->session.signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (serve->session.signals != -1 &&
	    loop_watch_add(serve->session.server->loop, serve->session.signals, POLLIN,
			   signal_ready, serve) != NULL)
		return true;
	complain("signalfd: %s", strerror(errno));
	return false;
}

/* Tells once why it takes so long, or that it will never be; returns when to look. */
static uint64_t
say_why_not(struct serve *serve)
{
	bool taken;
	char *text;

	if (serve->complain_at == LOOP_NEVER || loop_now() < serve->complain_at)
		return serve->complain_at;
	text = serve->host->explain(serve->session.server, &taken);
	serve->gave_up = taken && loop_now() >= serve->give_up_at;
	if (taken && !serve->gave_up) {
		free(text);
		serve->complain_at = serve->give_up_at;
		return serve->complain_at;
	}
	serve->complain_at = LOOP_NEVER;
	complain_error(text, EXIT_FAILED);
	if (serve->gave_up)
		loop_stop(serve->session.server->loop);
	return LOOP_NEVER;
}

/* Says once that pcscd has all cards. */
static uint64_t
say_ready(void *arg)
{
	struct serve *serve = arg;
	char line[512];
	int length;

	if (serve->ready)
		return LOOP_NEVER;
	if (!serve->host->is_ready(serve->session.server))
		return say_why_not(serve);
	serve->ready = true;
	length = snprintf(line, sizeof line, "ready, control socket %s\n",
			  serve->session.control_path);
	if (write(serve->ready_fd == -1 ? STDOUT_FILENO : serve->ready_fd, line, (size_t)length) !=
	    length)
		complain("cannot say that all is ready: %s", strerror(errno));
	return LOOP_NEVER;
}

/* $XDG_RUNTIME_DIR/jpki-card-sim, else a folder of our own in the place for temporary files. */
static char *
choose_control(struct session *session, const struct options *options)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char *path = NULL;

	if (options->control)
		return strdup(options->control);
	if (runtime && *runtime == '/') {
		if (asprintf(&path, "%s/jpki-card-sim.control", runtime) < 0)
			return NULL;
		return path;
	}
	if (!session_make_folder(session) || asprintf(&path, "%s/control", session->folder) < 0)
		return NULL;
	return path;
}

static bool
add_readers(struct serve *serve, const struct options *options)
{
	struct session *session = &serve->session;
	const char *card = options->cards.count == 0 && !options->empty ? "adult" : NULL;
	char name[WIRE_NAME], *error = NULL;

	if (options->cards.count > serve->host->readers) {
		complain("%s", serve->host->refusal);
		return false;
	}
	for (int i = 0; i < serve->host->readers; i++) {
		struct reader *reader;

		snprintf(name, sizeof name, serve->host->name, (unsigned int)i);
		reader = server_add_reader(session->server, name, &error);
		if (!reader) {
			complain_error(error, EXIT_FAILED);
			return false;
		}
		if (i < options->cards.count)
			card = options->cards.item[i];
		if (card && !session_insert(session, options, reader, card))
			return false;
		card = NULL;
	}
	return session_check_switches(session, options);
}

static bool
open_doors(struct serve *serve, const struct options *options, unsigned long port)
{
	struct session *session = &serve->session;
	char *error = NULL;

	session->control_path = choose_control(session, options);
	if (!session->control_path)
		return false;
	if (options->qemu ? qemu_open(session->server, options->qemu, &error)
			  : vpcd_open(session->server, (uint16_t)port, &error))
		session->control = control_open(session->server, session->control_path, &error);
	if (!session->control) {
		complain_error(error, EXIT_FAILED);
		return false;
	}
	loop_on_turn(session->server->loop, say_ready, serve);
	return true;
}

int
command_serve(const struct call *call)
{
	const struct options *options = call->options;
	struct serve serve = {.ready_fd = -1};
	unsigned long port = VPCD_PORT, fd = 0;
	int status = EXIT_FAILED;

	if (options->port && !read_whole("--port", options->port, 65534, &port))
		return EXIT_USAGE;
	if (options->ready_fd) {
		if (!read_whole("--ready-fd", options->ready_fd, 1023, &fd))
			return EXIT_USAGE;
		serve.ready_fd = (int)fd;
	}
	serve.host = options->qemu ? &qemu_host : &vpcd_host;
	serve.complain_at = loop_now() + COMPLAIN_AFTER;
	serve.give_up_at = loop_now() + GIVE_UP_AFTER;
	if (session_begin(&serve.session, options) && add_readers(&serve, options) &&
	    open_doors(&serve, options, port) && watch_signals(&serve) &&
	    loop_run(serve.session.server->loop) && !serve.gave_up)
		status = EXIT_OK;
	if (!session_end(&serve.session))
		status = EXIT_FAILED;
	return status;
}
