/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/card/folder.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/error.h"
#include "sim/base/files.h"

static bool
read_one_pin(const json_t *entry, enum sim_pin which, struct sim_card_pin *pin)
{
	const json_t *text = json_object_get(entry, "pin");
	const json_t *tries = json_object_get(entry, "tries");
	json_int_t left = json_integer_value(tries);

	if (!json_is_integer(tries) || left < 0 || left > (json_int_t)sim_card_tries_allowed(which))
		return false;
	pin->tries = (unsigned int)left;
	pin->set = json_is_string(text);
	pin->text[0] = '\0';
	if (!pin->set)
		return json_is_null(text);
	if (json_string_length(text) > SIM_PIN_MAX)
		return false;
	memcpy(pin->text, json_string_value(text), json_string_length(text) + 1);
	return true;
}

bool
sim_pins_read(const char *dir, struct sim_card_pin pins[SIM_PIN_COUNT], char **error)
{
	json_t *file = sim_file_read_json(dir, "pins.json", error);
	bool ok = file != NULL;

	for (int i = 0; ok && i < SIM_PIN_COUNT; i++)
		if (!read_one_pin(json_object_get(file, sim_pin_names[i]), (enum sim_pin)i,
				  &pins[i]))
			ok = sim_error_set(error, "%s/pins.json is damaged: no sound entry \"%s\"",
					   dir, sim_pin_names[i]);
	json_decref(file);
	return ok;
}

bool
sim_pins_write(const char *dir, const struct sim_card_pin pins[SIM_PIN_COUNT], char **error)
{
	json_t *file = json_object();
	bool ok;

	for (int i = 0; i < SIM_PIN_COUNT; i++)
		json_object_set_new(file, sim_pin_names[i],
				    json_pack("{s:o, s:i}", "pin",
					      pins[i].set ? json_string(pins[i].text) : json_null(),
					      "tries", (int)pins[i].tries));
	/* Not waiting for the disk: a counter lost in a power cut is no loss here. */
	ok = sim_file_write_json(dir, "pins.json", file, false, error);
	json_decref(file);
	return ok;
}

bool
sim_switches_read(const char *dir, struct sim_switches *switches, char **error)
{
	json_t *file = sim_file_read_json(dir, "switches.json", error);
	const char *name;
	json_t *value;
	bool ok = json_is_object(file);
	char *why = NULL;

	*switches = (struct sim_switches){0};
	if (file && !ok)
		sim_error_set(error, "%s/switches.json is damaged: not a list of switches", dir);
	json_object_foreach(file, name, value)
	{
		const char *text = json_string_value(value);

		if (ok && !sim_switches_set(switches, name, text ? text : "", &why))
			ok = sim_error_set(error, "%s/switches.json is damaged: %s", dir,
					   why ? why : name);
	}
	free(why);
	json_decref(file);
	return ok;
}

bool
sim_switches_write(const char *dir, const struct sim_switches *switches, char **error)
{
	json_t *file = json_object();
	char text[SIM_SWITCH_TEXT];
	bool ok;

	for (int i = 0; i < SIM_SWITCH_COUNT; i++) {
		if (switches->value[i] == 0)
			continue; /* the default */
		sim_switches_get_text(switches, (enum sim_switch)i, text);
		json_object_set_new(file, sim_switch_table[i].name, json_string(text));
	}
	ok = sim_file_write_json(dir, "switches.json", file, false, error);
	json_decref(file);
	return ok;
}
