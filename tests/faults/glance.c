/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/faults/glance.h"

#include <stdio.h>
#include <string.h>

#include "tests/module/harness.h"

static const char *const place_names[SLOTS] = {"auth", "sign"};

static void
read_pin(struct glance *g, json_t *reader, int slot)
{
	json_t *pin = json_object_get(json_object_get(reader, "pins"), place_names[slot]);

	g->open[slot] = json_is_true(json_object_get(pin, "open"));
	g->tries[slot] = (unsigned int)json_integer_value(json_object_get(pin, "tries"));
}

static void
read_counts(struct glance *g)
{
	json_t *counts = harness_sim_ask("count", NULL), *value;
	const char *name;

	json_object_foreach(json_object_get(counts, "by_name"), name, value)
	{
		unsigned long n = (unsigned long)json_integer_value(value);
		int slot = strstr(name, "sign PIN") ? SIGN : AUTH;
		bool known = strstr(name, "auth PIN") || slot == SIGN;

		if (strncmp(name, "VERIFY", 6) != 0 && strncmp(name, "CHANGE", 6) != 0)
			continue;
		if (!known)
			g->strays += n;
		else if (name[0] == 'V')
			g->verify[slot] += n;
		else
			g->change[slot] += n;
	}
	json_decref(counts);
}

void
glance_take(struct glance *g)
{
	json_t *status = harness_sim_ask("status", NULL);
	json_t *reader = json_array_get(json_object_get(status, "readers"), 0);
	json_t *pcsc = json_object_get(status, "pcsc");
	const char *card = json_string_value(json_object_get(reader, "card"));

	*g = (struct glance){
		.plugged = json_is_true(json_object_get(reader, "plugged")),
		.transaction = json_is_true(json_object_get(reader, "transaction")),
		.powered = json_is_true(json_object_get(reader, "powered")),
		.connections = (int)json_integer_value(json_object_get(reader, "connections")),
		.contexts = (int)json_integer_value(json_object_get(pcsc, "contexts")),
	};
	g->running = strcmp(json_string_value(json_object_get(pcsc, "service")), "running") == 0;
	(void)snprintf(g->card, sizeof g->card, "%s", card ? card : "");
	for (int slot = 0; slot < SLOTS; slot++)
		read_pin(g, reader, slot);
	read_counts(g);
	json_decref(status);
}

unsigned long
glance_other_verifies(void)
{
	json_t *reply = harness_sim_ask("trace", NULL), *line;
	bool other = false;
	unsigned long count = 0;
	size_t i;

	json_array_foreach(json_object_get(reply, "lines"), i, line)
	{
		const char *text = json_string_value(line);

		if (strstr(text, "-- inserted "))
			other = strstr(text, OTHER_CARD) != NULL;
		count += other && strstr(text, "> VERIFY") != NULL;
	}
	json_decref(reply);
	return count;
}
