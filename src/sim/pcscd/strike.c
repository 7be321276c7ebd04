/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/strike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

/* The first reader that is plugged in; `full`: and has a card. */
static struct reader *
first_reader(struct server *server, bool full)
{
	for (unsigned int i = 0; i < WIRE_READERS; i++)
		if (server->readers[i].plugged && (!full || server->readers[i].card))
			return &server->readers[i];
	return NULL;
}

/* The reader that a fault is about; see struct fault. */
static struct reader *
fault_reader(struct pcsc *pcsc, const struct fault *fault, const struct pcsc_call *call)
{
	struct reader *reader = NULL;

	if (fault->reader[0])
		return server_find_reader(pcsc->server, fault->reader, NULL);
	if (call)
		reader = call->reader ? call->reader : pcsc_call_reader(call);
	if (!reader)
		reader = first_reader(pcsc->server, true);
	return reader ? reader : first_reader(pcsc->server, false);
}

static void
insert_or_note(struct reader *reader, const char *card,
	       bool (*insert)(struct reader *reader, const char *card, char **error))
{
	char *error = NULL;

	if (!insert(reader, card, &error))
		trace_note(reader->server->trace, reader->index, "%s", error);
	free(error);
}

static void
carry_out_state(struct pcsc *pcsc, struct fault *fault, struct reader *reader)
{
	if (fault->kind == FAULT_SERVICE_STOPPED) {
		pcsc_stop(pcsc);
		return;
	}
	if (!reader)
		return;
	(void)snprintf(fault->undo_reader, sizeof fault->undo_reader, "%s", reader->name);
	(void)snprintf(fault->undo_card, sizeof fault->undo_card, "%s",
		       reader->card_name ? reader->card_name : "");
	switch ((int)fault->kind) {
	case FAULT_READER_GONE:
		reader_unplug(reader);
		break;
	case FAULT_LINE_DEAD:
		reader->dead = true;
		break;
	case FAULT_SLEPT:
		if (fault->has_value && reader->card)
			insert_or_note(reader, fault->card, reader_swap_unseen);
		break;
	default:
		reader_remove(reader);
		if (fault->kind == FAULT_CARD_SWAPPED)
			insert_or_note(reader, fault->card, reader_insert);
	}
}

static void
send_select(struct reader *reader, const struct fault *fault)
{
	uint8_t command[5 + 16] = {0x00, 0xA4, 0x04, 0x0C, (uint8_t)fault->aid_len};
	uint8_t response[SIM_RESPONSE_MAX];
	unsigned int delay;

	memcpy(command + 5, fault->aid, fault->aid_len);
	trace_note(reader->server->trace, reader->index, "another program:");
	reader_exchange(reader, command, 5 + fault->aid_len, response, &delay);
}

/* Another program connects, resets the card or sends it a command, and disconnects. */
static void
visit(struct reader *reader, const struct fault *fault)
{
	pcsc_take_power(reader);
	if (fault->kind == FAULT_CARD_RESET)
		pcsc_reset_card(reader, SCARD_RESET_CARD);
	else
		send_select(reader, fault);
	if (pcsc_of(reader)->sharing == SHARING_NONE)
		pcsc_start_idle(reader); /* an unused card is unused again */
}

/* What pcscd does by itself does not wait for the end of a transaction, as other programs do. */
static bool
is_visit(const struct fault *fault)
{
	return fault->kind != FAULT_RESET_ENDS && fault->kind != FAULT_RESET_UNSAID;
}

static bool
may_strike(const struct reader *reader, const struct fault *fault)
{
	if (!is_visit(fault))
		return reader->card != NULL;
	return reader->plugged && reader->card && pcsc_of(reader)->lock_handle == 0 &&
	       pcsc_of(reader)->sharing != SHARING_EXCLUSIVE;
}

static void
carry_out_other(struct reader *reader, const struct fault *fault)
{
	if (is_visit(fault)) {
		visit(reader, fault);
		return;
	}
	reader_reset(reader);
	/*
	 * The end of a reset of which handles were told before: pcsc-lite's SCardDisconnect tells
	 * first, then gives power, then forgets the protocol. Whoever connected meanwhile is not
	 * told again.
	 */
	if (fault->kind == FAULT_RESET_ENDS)
		pcsc_of(reader)->protocol = SCARD_PROTOCOL_UNDEFINED;
}

/* A fault that is no business of a call's answer: at once, or when its turn comes. */
static void
carry_out(struct pcsc *pcsc, struct fault *fault, const struct pcsc_call *call)
{
	struct reader *reader = fault_reader(pcsc, fault, call);

	trace_note(pcsc->server->trace, reader ? reader->index : 0, "fault %s", fault->text);
	if (fault->group == FAULT_STATE) {
		carry_out_state(pcsc, fault, reader);
	} else if (reader && may_strike(reader, fault)) {
		carry_out_other(reader, fault);
	} else {
		(void)snprintf(fault->undo_reader, sizeof fault->undo_reader, "%s",
			       reader ? reader->name : "");
		fault->due = true;
	}
}

static void
undo(struct pcsc *pcsc, struct fault *fault)
{
	struct reader *reader;

	trace_note(pcsc->server->trace, 0, "fault %s is over", fault->text);
	if (fault->kind == FAULT_SERVICE_STOPPED) {
		pcsc_start(pcsc);
		return;
	}
	reader = server_find_reader(pcsc->server, fault->undo_reader, NULL);
	if (!reader)
		return;
	if (fault->kind == FAULT_READER_GONE) {
		reader_plug(reader);
		return;
	}
	if (fault->kind == FAULT_LINE_DEAD) {
		reader->dead = false;
		return;
	}
	reader_remove(reader);
	if (fault->undo_card[0])
		insert_or_note(reader, fault->undo_card, reader_insert);
}

void
strikes_settle(struct pcsc *pcsc)
{
	for (struct fault *fault = pcsc->faults.list; fault; fault = fault->next) {
		if (fault->back_at == 0 || pcsc->faults.calls[WIRE_ANY] < fault->back_at)
			continue;
		fault->back_at = 0;
		undo(pcsc, fault);
	}
	for (struct fault *fault = pcsc->faults.list; fault; fault = fault->next) {
		struct reader *reader = NULL;

		if (fault->due)
			reader =
				fault->undo_reader[0]
					? server_find_reader(pcsc->server, fault->undo_reader, NULL)
					: fault_reader(pcsc, fault, NULL);
		if (reader && may_strike(reader, fault)) {
			fault->due = false;
			carry_out_other(reader, fault);
		}
	}
}

void
strikes_now(struct pcsc *pcsc)
{
	for (struct fault *fault = pcsc->faults.list; fault; fault = fault->next) {
		if (fault->at != 0 || fault->struck != 0)
			continue;
		fault_struck(&pcsc->faults, fault, WIRE_ANY);
		carry_out(pcsc, fault, NULL);
	}
}

bool
strikes_before(struct strikes *strikes, struct pcsc_call *call)
{
	struct pcsc *pcsc = call->pcsc;
	enum wire_call number = (enum wire_call)call->request->call;
	bool carry_on = true;

	strikes->count = 0;
	for (struct fault *fault = pcsc->faults.list; fault && strikes->count < STRIKES_MAX;
	     fault = fault->next) {
		if (!fault_meets(&pcsc->faults, fault, number))
			continue;
		fault_struck(&pcsc->faults, fault, number);
		strikes->fault[strikes->count++] = fault;
		if (fault->group == FAULT_RESULT || fault->group == FAULT_ANSWER)
			trace_note(pcsc->server->trace, 0, "fault %s", fault->text);
		else if (fault->moment == FAULT_BEFORE)
			carry_out(pcsc, fault, call);
		if (answer_instead(fault, call))
			carry_on = false;
	}
	return carry_on;
}

/*
 * Where the card goes during a command that it has carried out: one that writes a try off before
 * it compares was caught in between, before it gave the try back.
 */
static void
tear_card(const struct pcsc_call *call)
{
	static const uint8_t done[] = {0x90, 0x00};
	const bool succeeded = call->request->call == WIRE_TRANSMIT &&
			       call->reply.rv == (uint32_t)SCARD_S_SUCCESS &&
			       call->reply.len == sizeof done &&
			       memcmp(call->out, done, sizeof done) == 0;

	if (succeeded && call->reader && call->reader->card)
		sim_card_tear(call->reader->card, call->data, call->request->len);
}

void
strikes_after(struct strikes *strikes, struct pcsc_call *call)
{
	for (unsigned int i = 0; i < strikes->count; i++) {
		struct fault *fault = strikes->fault[i];

		if (fault->group == FAULT_ANSWER) {
			answer_change(fault, call);
			continue;
		}
		if (fault->moment == FAULT_BEFORE)
			continue;
		if (fault->moment == FAULT_DURING &&
		    (fault->kind == FAULT_CARD_REMOVED || fault->kind == FAULT_CARD_SWAPPED ||
		     fault->kind == FAULT_READER_GONE) &&
		    fault_reader(call->pcsc, fault, call) == call->reader)
			tear_card(call);
		if (fault->group == FAULT_RESULT || fault->moment == FAULT_DURING)
			answer_lose(fault, call);
		if (fault->group <= FAULT_OTHER)
			carry_out(call->pcsc, fault, call);
	}
	strikes->count = 0;
}
