/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/command/doors.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
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

/*
 * Takes "[CARD.]NAME=VALUE" apart in `copy`; *card is NULL if none is named. Names of cards may
 * have dots, names of switches have none.
 */
static bool
split_switch(char *copy, char **card, char **name, char **value)
{
	char *equals = strchr(copy, '=');
	char *dot;

	if (!equals || equals == copy)
		return false;
	*equals = '\0';
	*value = equals + 1;
	dot = strrchr(copy, '.');
	*card = NULL;
	*name = copy;
	if (dot) {
		*dot = '\0';
		*card = copy;
		*name = dot + 1;
	}
	return true;
}

static bool
apply_switch(struct reader *reader, const char *text)
{
	char *copy = sim_copy(text), *card, *name, *value, *error = NULL;
	bool ok = false;

	if (!split_switch(copy, &card, &name, &value)) {
		complain("--switch '%s' is not [CARD.]NAME=VALUE", text);
	} else if (card && strcmp(card, reader->card_name) != 0) {
		ok = true; /* of another reader */
	} else {
		ok = sim_card_set_switch(reader->card, name, value, &error) ||
		     complain_error(error);
	}
	free(copy);
	return ok;
}

bool
session_add_reader(struct session *session, const struct options *options, const char *name,
		   const char *card)
{
	char *error = NULL;
	struct reader *reader = server_add_reader(session->server, name, &error);

	if (!reader || (card && *card != '\0' && !reader_insert(reader, card, &error)))
		return complain_error(error);
	for (int i = 0; reader->card && i < options->switches.count; i++)
		if (!apply_switch(reader, options->switches.item[i]))
			return false;
	return true;
}

bool
session_check_switches(const struct session *session, const struct options *options)
{
	for (int i = 0; i < options->switches.count; i++) {
		char *copy = sim_copy(options->switches.item[i]), *card, *name, *value;
		bool known = split_switch(copy, &card, &name, &value) &&
			     (!card || server_find_card(session->server, card));

		free(copy);
		if (!known)
			return complain("--switch '%s': no such card in a reader",
					options->switches.item[i]);
	}
	return true;
}

bool
session_make_folder(struct session *session)
{
	const char *place = getenv("TMPDIR");
	char path[64];

	/* sockets need short paths */
	if (!place || *place != '/' || strlen(place) > 30)
		place = "/tmp";
	snprintf(path, sizeof path, "%s/jpki-card-sim.XXXXXX", place);
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
	if (session->signals == -1)
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
