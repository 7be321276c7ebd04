/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/control/status.h"

#include "sim/pcscd/service.h"

static json_t *
describe_pins(const struct reader *reader)
{
	json_t *pins = json_object();

	for (int i = 0; i < SIM_PIN_COUNT; i++)
		json_object_set_new(pins, sim_pin_names[i],
				    json_pack("{s:i, s:b}", "tries",
					      (int)sim_card_tries(reader->card, (enum sim_pin)i),
					      "open",
					      sim_card_is_open(reader->card, (enum sim_pin)i)));
	return pins;
}

static json_t *
describe_reader(const struct reader *reader)
{
	const struct pcsc_reader *state = standin_pcsc(reader->server) ? pcsc_of(reader) : NULL;
	json_t *description =
		json_pack("{s:s, s:b, s:i, s:b, s:I}", "name", reader->name, "plugged",
			  reader->plugged, "connections", state ? (int)state->sharing : 0,
			  "transaction", state && state->lock_handle != 0, "events",
			  state ? (json_int_t)state->event_counter : 0);

	if (!reader->card) {
		json_object_set_new(description, "card", json_null());
		return description;
	}
	json_object_set_new(description, "card", json_string(reader->card_name));
	json_object_set_new(description, "powered", json_boolean(reader->powered));
	json_object_set_new(description, "pins", describe_pins(reader));
	return description;
}

void
status_describe(const struct server *server, json_t *status)
{
	const struct pcsc *pcsc = standin_pcsc(server);
	json_t *readers = json_array();

	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].name[0] != '\0')
			json_array_append_new(readers, describe_reader(&server->readers[i]));
	json_object_set_new(status, "door", json_string(server->door->name));
	json_object_set_new(status, "readers", readers);
	json_object_set_new(status, "exchanges",
			    json_integer((json_int_t)trace_total(server->trace)));
	if (pcsc) {
		json_object_set_new(status, "pcsc", standin_status(server));
		json_object_set_new(status, "calls",
				    json_integer((json_int_t)faults_call_total(pcsc->faults)));
	}
}
