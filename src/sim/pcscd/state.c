/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/state.h"

#include <string.h>
#include <winscard.h>

#include "sim/base/memory.h"

#define STATE_POWERED (SCARD_PRESENT | SCARD_POWERED | SCARD_NEGOTIABLE)

/* A reader is new each time: counter at 0, nobody connected. */
static void
forget(struct pcsc_reader *state)
{
	*state = (struct pcsc_reader){.pcsc = state->pcsc, .power_off_at = LOOP_NEVER};
}

struct pcsc *
pcsc_new(struct server *server, uint64_t idle_power_off)
{
	struct pcsc *pcsc = sim_alloc(sizeof *pcsc);

	pcsc->server = server;
	pcsc->idle_power_off = idle_power_off;
	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		pcsc->readers[i].pcsc = pcsc;
		forget(&pcsc->readers[i]);
		server->readers[i].door_data = &pcsc->readers[i];
	}
	return pcsc;
}

void
pcsc_table(const struct pcsc *pcsc, struct wire_reader table[WIRE_READERS])
{
	memset(table, 0, WIRE_READERS * sizeof table[0]);
	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		const struct reader *reader = &pcsc->server->readers[i];
		const struct pcsc_reader *state = &pcsc->readers[i];

		if (!reader->name[0] || !reader->plugged)
			continue;
		memcpy(table[i].name, reader->name, sizeof table[i].name);
		table[i].event_counter = state->event_counter;
		table[i].state = state->state;
		table[i].sharing = state->sharing;
		table[i].protocol = state->protocol;
		if (state->state & SCARD_PRESENT) {
			table[i].atr_len = (uint32_t)reader->atr_len;
			memcpy(table[i].atr, reader->atr, reader->atr_len);
		}
	}
}

bool
pcsc_is_held(const struct reader *reader, uint32_t handle)
{
	return pcsc_of(reader)->lock_handle != 0 && pcsc_of(reader)->lock_handle != handle;
}

/* RFSetReaderEventState: every handle of the reader learns of it at its next call. */
void
pcsc_tell_handles(struct reader *reader, uint32_t event)
{
	for (struct pcsc_context *context = pcsc_of(reader)->pcsc->contexts; context;
	     context = context->next)
		for (struct pcsc_handle *handle = context->handles; handle; handle = handle->next)
			if (handle->reader == reader)
				handle->event = event;
}

/* An unused card keeps its power for a while (POWER_STATE_POWERED and GRACE_PERIOD). */
void
pcsc_start_idle(struct reader *reader)
{
	uint64_t idle = pcsc_of(reader)->pcsc->idle_power_off;

	pcsc_of(reader)->power_off_at = idle == 0 ? LOOP_NEVER : loop_now() + idle;
}

uint64_t
pcsc_idle(struct pcsc *pcsc)
{
	uint64_t now = loop_now(), next = LOOP_NEVER;

	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		struct pcsc_reader *state = &pcsc->readers[i];

		if (state->power_off_at <= now) {
			/* The table goes on saying "powered": so does pcscd's. */
			reader_power_off(&pcsc->server->readers[i]);
			state->protocol = SCARD_PROTOCOL_UNDEFINED;
			state->power_off_at = LOOP_NEVER;
		}
		next = loop_sooner(next, state->power_off_at);
	}
	return next;
}

static void
count_event(struct pcsc_reader *state)
{
	state->protocol = SCARD_PROTOCOL_UNDEFINED;
	state->event_counter = (state->event_counter + 1) & 0xFFFF;
	state->pcsc->generation++;
}

/* EHStatusHandlerThread at an insertion. */
void
pcsc_inserted(struct reader *reader)
{
	reader_power_on(reader);
	pcsc_of(reader)->state = STATE_POWERED;
	pcsc_start_idle(reader);
	count_event(pcsc_of(reader));
}

/* EHStatusHandlerThread at a removal; a transaction ends with the card. */
void
pcsc_removed(struct reader *reader)
{
	struct pcsc_reader *state = pcsc_of(reader);

	pcsc_tell_handles(reader, (uint32_t)SCARD_W_REMOVED_CARD);
	state->lock_handle = 0;
	state->lock_count = 0;
	state->state = SCARD_ABSENT;
	state->power_off_at = LOOP_NEVER;
	state->busy_until = 0;
	count_event(state);
}

void
pcsc_plugged(struct reader *reader)
{
	struct pcsc_reader *state = pcsc_of(reader);

	forget(state);
	state->state = SCARD_ABSENT;
	if (reader->card) {
		reader_power_on(reader);
		state->state = STATE_POWERED;
		pcsc_start_idle(reader);
	}
	state->pcsc->generation++;
}

void
pcsc_unplugged(struct reader *reader)
{
	struct pcsc *pcsc = pcsc_of(reader)->pcsc;

	for (struct pcsc_context *context = pcsc->contexts; context; context = context->next)
		for (struct pcsc_handle *handle = context->handles; handle; handle = handle->next)
			if (handle->reader == reader)
				handle->reader = NULL;
	forget(pcsc_of(reader));
	pcsc->generation++;
}

void
pcsc_stop(struct pcsc *pcsc)
{
	if (pcsc->stopped)
		return;
	pcsc->stopped = true;
	pcsc->life++;
	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		reader_power_off(&pcsc->server->readers[i]);
		if (pcsc->server->readers[i].plugged)
			pcsc_unplugged(&pcsc->server->readers[i]);
	}
}

void
pcsc_start(struct pcsc *pcsc)
{
	if (!pcsc->stopped)
		return;
	pcsc->stopped = false;
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (pcsc->server->readers[i].plugged)
			pcsc_plugged(&pcsc->server->readers[i]);
}

/* A reset, or power off and on, as seen by everybody with a handle. */
void
pcsc_reset_card(struct reader *reader, uint32_t disposition)
{
	pcsc_tell_handles(reader, (uint32_t)SCARD_W_RESET_CARD);
	pcsc_of(reader)->protocol = SCARD_PROTOCOL_UNDEFINED;
	if (disposition == SCARD_UNPOWER_CARD)
		reader_power_off(reader);
	if (reader->card) {
		reader_reset(reader);
		pcsc_of(reader)->state = STATE_POWERED;
	}
}

void
pcsc_take_power(struct reader *reader)
{
	pcsc_of(reader)->power_off_at = LOOP_NEVER;
	if (!reader->powered) {
		reader_power_on(reader);
		pcsc_of(reader)->state = STATE_POWERED;
	}
}
