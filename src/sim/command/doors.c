/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/command/doors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/doors/qemu.h"
#include "sim/doors/vpcd.h"
#include "sim/pcscd/service.h"

bool
session_begin(struct session *session, const struct options *options)
{
	char *error = NULL;

	memset(session, 0, sizeof *session);
	session->signals = -1;
	session->count_file = options->count;
	session->store = open_store(options);
	if (!session->store)
		return false;
	session->server = server_new(session->store);
	if (!session->server) {
		complain("out of memory");
		return false;
	}
	if (trace_to_file(session->server->trace, options->trace, &error))
		return true;
	complain_error(error, EXIT_FAILED);
	return false;
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
	char *copy = strdup(text), *card, *name, *value, *error = NULL;
	bool ok = false;

	if (!copy || !split_switch(copy, &card, &name, &value)) {
		complain("--switch '%s' is not [CARD.]NAME=VALUE", text);
	} else if (card && strcmp(card, reader->card_name) != 0) {
		ok = true; /* of another reader */
	} else {
		ok = sim_card_set_switch(reader->card, name, value, &error);
		if (!ok)
			complain_error(error, EXIT_FAILED);
	}
	free(copy);
	return ok;
}

bool
session_insert(struct session *session, const struct options *options, struct reader *reader,
	       const char *card)
{
	char *error = NULL;

	(void)session;
	if (!reader_insert(reader, card, &error)) {
		complain_error(error, EXIT_FAILED);
		return false;
	}
	for (int i = 0; i < options->switches.count; i++)
		if (!apply_switch(reader, options->switches.item[i]))
			return false;
	return true;
}

bool
session_check_switches(const struct session *session, const struct options *options)
{
	for (int i = 0; i < options->switches.count; i++) {
		char *copy = strdup(options->switches.item[i]), *card, *name, *value;
		bool known = copy && split_switch(copy, &card, &name, &value) &&
			     (!card || server_find_card(session->server, card));

		free(copy);
		if (known)
			continue;
		complain("--switch '%s': no such card in a reader", options->switches.item[i]);
		return false;
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
	if (!mkdtemp(path)) {
		complain("cannot make a folder in %s: %s", place, strerror(errno));
		return false;
	}
	session->folder = strdup(path);
	return session->folder != NULL;
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
		json_object_set_new(counts, "calls", faults_calls(pcsc->faults));
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
	bool ok = true;

	if (session->server && session->server->door && session->count_file)
		ok = write_counts(session);
	control_close(session->control);
	if (session->server) {
		standin_close(session->server);
		vpcd_close(session->server);
		qemu_close(session->server);
	}
	server_free(session->server);
	sim_store_free(session->store);
	if (session->folder)
		rmdir(session->folder);
	if (session->signals != -1)
		close(session->signals);
	free(session->folder);
	free(session->control_path);
	return ok;
}
