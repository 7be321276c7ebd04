/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/command/doors.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/pcscd/service.h"

bool
session_begin(struct session *session, const struct options *options)
{
	char *error = NULL;

	memset(session, 0, sizeof *session);
	session->count_file = options->count;
	session->store = open_store(options);
	if (!session->store)
		return false;
	session->server = server_new(session->store);
	return !options->trace || trace_to_file(session->server->trace, options->trace, &error) ||
	       complain_error(error);
}

bool
session_add_reader(struct session *session, const char *name, const char *card)
{
	char *error = NULL;
	struct reader *reader = server_add_reader(session->server, name, &error);

	if (!reader || (card && *card && !reader_insert(reader, card, &error)))
		return complain_error(error);
	return true;
}

/* Sets the switch on the card of that name, or on all cards that are in readers. */
static bool
set_switch(struct session *session, const char *card, const char *name, const char *value)
{
	struct reader *reader = session->server->readers;
	bool found = !card;
	char *error = NULL;

	for (unsigned int i = 0; i < WIRE_READERS; i++, reader++) {
		if (!reader->card || (card && strcmp(card, reader->card_name) != 0))
			continue;
		found = true;
		if (!sim_card_set_switch(reader->card, name, value, &error))
			return complain_error(error);
	}
	return found ||
	       complain("--switch '%s.%s=%s': no such card in a reader", card, name, value);
}

/* Names of cards may have dots, names of switches have none. */
bool
session_set_switches(struct session *session, const struct options *options)
{
	bool ok = true;

	for (int i = 0; ok && i < options->switches.count; i++) {
		char *copy = sim_copy(options->switches.item[i]), *value = strchr(copy, '='), *dot;

		if (value)
			*value++ = '\0';
		dot = strrchr(copy, '.');
		if (dot)
			*dot++ = '\0';
		ok = value && value > copy + 1
			     ? set_switch(session, dot ? copy : NULL, dot ? dot : copy, value)
			     : complain("--switch '%s' is not [CARD.]NAME=VALUE",
					options->switches.item[i]);
		free(copy);
	}
	return ok;
}

bool
session_make_folder(struct session *session)
{
	const char *place = getenv("TMPDIR");
	char path[64];

	/* Sockets need short paths. */
	if (!place || *place != '/' || strlen(place) > 30)
		place = "/tmp";
	(void)snprintf(path, sizeof path, "%s/jpki-card-sim.XXXXXX", place);
	if (!mkdtemp(path))
		return complain("cannot make a folder in %s: %s", place, strerror(errno));
	session->folder = sim_copy(path);
	return true;
}

bool
session_open_control(struct session *session, char *path)
{
	char *error = NULL;

	session->control_path = path;
	session->control = control_open(session->server, path, &error);
	return session->control || complain_error(error);
}

bool
session_watch_signals(struct session *session, const int *signals, sigset_t *before,
		      void (*ready)(void *arg), void *arg)
{
	sigset_t ours;

	sigemptyset(&ours);
	while (*signals != 0)
		sigaddset(&ours, *signals++);
	sigprocmask(SIG_BLOCK, &ours, before);
	session->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	if (session->signals < 0)
		return complain("signalfd: %s", strerror(errno));
	loop_watch_add(session->server->loop, session->signals, ready, arg);
	return true;
}

static bool
write_counts(const struct session *session)
{
	const struct pcsc *pcsc = standin_pcsc(session->server);
	json_t *counts = json_pack("{s:o}", "exchanges", trace_counts(session->server->trace));
	bool standard = strcmp(session->count_file, "-") == 0;
	FILE *file = standard ? stderr : fopen(session->count_file, "we");
	bool ok = file != NULL;

	if (pcsc)
		json_object_set_new(counts, "calls", faults_calls(&pcsc->faults));
	if (ok)
		ok = json_dumpf(counts, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
	if (file && !standard)
		ok = fclose(file) == 0 && ok;
	if (!ok)
		complain("cannot write %s: %s", session->count_file, strerror(errno));
	json_decref(counts);
	return ok;
}

bool
session_end(struct session *session)
{
	const struct door *door = session->server ? session->server->door : NULL;
	bool ok = !door || !session->count_file || write_counts(session);

	control_close(session->control);
	if (door)
		door->close(session->server);
	server_free(session->server);
	sim_store_free(session->store);
	if (session->folder)
		rmdir(session->folder);
	free(session->folder);
	free(session->control_path);
	return ok;
}
