/* SPDX-License-Identifier: BSD-2-Clause */
/* serve: cards in the virtual readers of the real pcscd. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/command/doors.h"
#include "sim/doors/doors.h"

#define COMPLAIN_AFTER 3000000 /* microseconds; pcscd needs less than one second */

struct serve {
	struct session session;
	const struct door *door;
	int ready_fd;	      /* -1: standard output */
	bool ready;	      /* and said so */
	uint64_t complain_at; /* if not ready by then */
	uint64_t give_up_at;
	bool gave_up;
};

static void
signal_ready(void *arg)
{
	struct serve *serve = arg;

	loop_stop(serve->session.server->loop);
}

/* Tells once why it takes so long, or that it will never be; returns when to look. */
static uint64_t
say_why_not(struct serve *serve)
{
	bool taken;
	char *text;

	if (serve->complain_at == LOOP_NEVER || loop_now() < serve->complain_at)
		return serve->complain_at;
	text = serve->door->explain(serve->session.server, &taken);
	serve->gave_up = taken && loop_now() >= serve->give_up_at;
	if (taken && !serve->gave_up) {
		free(text);
		serve->complain_at = serve->give_up_at;
		return serve->complain_at;
	}
	serve->complain_at = LOOP_NEVER;
	complain_error(text);
	if (serve->gave_up)
		loop_stop(serve->session.server->loop);
	return LOOP_NEVER;
}

/* Has the other side seen what is in the readers? */
static bool
is_ready(const struct serve *serve)
{
	for (unsigned int i = 0; i < serve->door->readers; i++)
		if (!serve->door->seen(&serve->session.server->readers[i]))
			return false;
	return true;
}

/* Says once that pcscd has all cards. */
static uint64_t
say_ready(void *arg)
{
	struct serve *serve = arg;
	char line[512];
	int len;

	if (serve->ready)
		return LOOP_NEVER;
	if (!is_ready(serve))
		return say_why_not(serve);
	serve->ready = true;
	len = snprintf(line, sizeof line, "ready, control socket %s\n",
		       serve->session.control_path);
	if (write(serve->ready_fd < 0 ? STDOUT_FILENO : serve->ready_fd, line, (size_t)len) != len)
		complain("cannot say that all is ready: %s", strerror(errno));
	return LOOP_NEVER;
}

/* $XDG_RUNTIME_DIR/jpki-card-sim, else a folder of our own in the place for temporary files. */
static char *
choose_control(struct session *session, const struct options *options)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (options->control)
		return sim_copy(options->control);
	if (runtime && *runtime == '/')
		return sim_text("%s/jpki-card-sim.control", runtime);
	return session_make_folder(session) ? sim_text("%s/control", session->folder) : NULL;
}

static bool
add_readers(struct serve *serve, const struct options *options)
{
	struct session *session = &serve->session;
	const char *const *card = options->cards.item;
	char name[WIRE_NAME];

	if (options->cards.count > (int)serve->door->readers)
		return complain("%s", serve->door->refusal);
	for (unsigned int i = 0; i < serve->door->readers; i++) {
		bool usual = i == 0 && options->cards.count == 0 && !options->empty;

		(void)snprintf(name, sizeof name, serve->door->reader_name, i);
		if (!session_add_reader(session, name, usual ? "adult" : card[i]))
			return false;
	}
	return session_set_switches(session, options);
}

static bool
open_doors(struct serve *serve, const struct options *options, const char *place)
{
	struct session *session = &serve->session;
	char *error = NULL, *path = choose_control(session, options);

	if (!path)
		return false;
	session->control_path = path;
	if (!serve->door->open(session->server, place, &error))
		return complain_error(error);
	if (!session_open_control(session, path))
		return false;
	serve->complain_at = loop_now() + COMPLAIN_AFTER;
	serve->give_up_at = loop_now() + DOOR_PATIENCE;
	loop_on_turn(session->server->loop, say_ready, serve);
	return true;
}

static bool
is_one_door(const struct options *options)
{
	if (options->qemu && options->port)
		return complain("--port is not for --qemu");
	return !options->qemu || *options->qemu || complain("--qemu takes the path of a socket");
}

int
command_serve(const struct call *call)
{
	const struct options *options = call->options;
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, 0};
	struct serve serve = {.ready_fd = -1, .door = options->qemu ? &qemu_door : &vpcd_door};
	const char *port = options->port ? options->port : VPCD_PORT;
	unsigned long fd = 0;
	int status = EXIT_FAILED;

	if (!read_whole("--port", port, 65534, &fd) || !is_one_door(options))
		return EXIT_USAGE;
	if (options->ready_fd) {
		if (!read_whole("--ready-fd", options->ready_fd, 1023, &fd))
			return EXIT_USAGE;
		serve.ready_fd = (int)fd;
	}
	if (session_begin(&serve.session, options) && add_readers(&serve, options) &&
	    open_doors(&serve, options, options->qemu ? options->qemu : port) &&
	    session_watch_signals(&serve.session, signals, NULL, signal_ready, &serve) &&
	    loop_run(serve.session.server->loop) && !serve.gave_up)
		status = EXIT_OK;
	if (!session_end(&serve.session))
		status = EXIT_FAILED;
	return status;
}
