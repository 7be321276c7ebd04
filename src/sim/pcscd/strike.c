/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/strike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#include "sim/pcscd/service.h"

/* Random, but the same at the same call of the same kind of run. */
static uint32_t
scramble(uint32_t seed)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed * 2654435761u;
}

/* The reader that a fault is about; see struct fault. */
static struct reader *
fault_reader(struct server *server, const struct fault *fault, const struct pcsc_call *call)
{
	struct reader *reader = NULL;
	char *ignored = NULL;

	if (fault->reader[0] != '\0') {
		reader = server_find_reader(server, fault->reader, &ignored);
		free(ignored);
		return reader;
	}
	if (call)
		reader = call->reader ? call->reader : pcsc_call_reader(call);
	for (unsigned int i = 0; !reader && i < WIRE_READERS; i++)
		if (server->readers[i].plugged && server->readers[i].card)
			reader = &server->readers[i];
	for (unsigned int i = 0; !reader && i < WIRE_READERS; i++)
		if (server->readers[i].plugged)
			reader = &server->readers[i];
	return reader;
}

static void
remember_undo(struct fault *fault, const struct reader *reader)
{
	snprintf(fault->undo_reader, sizeof fault->undo_reader, "%s", reader->name);
	fault->undo_card[0] = '\0';
	if (reader->card_name)
		snprintf(fault->undo_card, sizeof fault->undo_card, "%s", reader->card_name);
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
carry_out_state(struct server *server, struct fault *fault, struct reader *reader)
{
	if (fault->kind == FAULT_SERVICE_STOPPED) {
		standin_stop_service(server);
		return;
	}
	if (!reader)
		return;
	remember_undo(fault, reader);
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
carry_out_other(struct reader *reader, const struct fault *fault)
{
	uint8_t command[5 + 16] = {0x00, 0xA4, 0x04, 0x0C};

	if (fault->kind == FAULT_CARD_RESET) {
		pcsc_other_resets(reader);
		return;
	}
	command[4] = (uint8_t)fault->aid_length;
	memcpy(command + 5, fault->aid, fault->aid_length);
	pcsc_other_sends(reader, command, 5 + fault->aid_length);
}

/* A fault that is no business of a call's answer: at once, or when its turn comes. */
static void
carry_out(struct server *server, struct fault *fault, const struct pcsc_call *call)
{
	struct reader *reader = fault_reader(server, fault, call);

	trace_note(server->trace, !reader ? 0 : reader->index, "fault %s", fault->text);
	if (fault->group == FAULT_STATE) {
		carry_out_state(server, fault, reader);
	} else if (reader && pcsc_lets_others(reader)) {
		carry_out_other(reader, fault);
	} else {
		snprintf(fault->undo_reader, sizeof fault->undo_reader, "%s",
			 !reader ? "" : reader->name);
		fault->due = true;
	}
}

static void
undo(struct server *server, struct fault *fault)
{
	struct reader *reader;
	char *ignored = NULL;

	trace_note(server->trace, 0, "fault %s is over", fault->text);
	if (fault->kind == FAULT_SERVICE_STOPPED) {
		standin_start_service(server);
		return;
	}
	reader = server_find_reader(server, fault->undo_reader, &ignored);
	free(ignored);
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
	if (fault->undo_card[0] != '\0')
		insert_or_note(reader, fault->undo_card, reader_insert);
}

void
strikes_settle(struct server *server)
{
	struct fault *fault = NULL;
	char *ignored = NULL;

	while ((fault = faults_take_undo(server->faults)))
		undo(server, fault);
	fault = NULL;
	while ((fault = faults_due(server->faults, fault))) {
		struct reader *reader =
			fault->undo_reader[0] == '\0'
				? fault_reader(server, fault, NULL)
				: server_find_reader(server, fault->undo_reader, &ignored);

		if (reader && pcsc_lets_others(reader)) {
			fault->due = false;
			carry_out_other(reader, fault);
		}
	}
	free(ignored);
}

void
strikes_now(struct server *server)
{
	struct fault *fault;

	while ((fault = faults_take_immediate(server->faults))) {
		faults_struck(server->faults, fault, WIRE_ANY);
		carry_out(server, fault, NULL);
	}
}

/* What the program is told by a fault that answers in the card's or pcscd's place. */
static LONG
fault_result(const struct fault *fault, const struct pcsc_call *call)
{
	if (fault->kind != FAULT_COMM_ERROR)
		return (LONG)fault->code;
	/* pcscd reports a driver's trouble with a card as SCARD_E_NOT_TRANSACTED */
	return call->request->call == WIRE_TRANSMIT ? SCARD_E_NOT_TRANSACTED : SCARD_F_COMM_ERROR;
}

static void
answer_with(struct pcsc_call *call, LONG rv)
{
	memset(&call->reply, 0, sizeof call->reply);
	call->reply.rv = (uint32_t)rv;
}

static void
answer_bytes(struct pcsc_call *call, const void *bytes, size_t length)
{
	memmove(call->out, bytes, length);
	call->reply.rv = (uint32_t)SCARD_S_SUCCESS;
	call->reply.value[0] = (uint32_t)length;
	call->reply.length = (uint32_t)length;
	if (length > call->request->arg[1]) {
		call->reply.rv = (uint32_t)SCARD_E_INSUFFICIENT_BUFFER;
		call->reply.length = 0;
	}
}

static void
answer_sw(struct pcsc_call *call, uint32_t sw)
{
	const uint8_t bytes[2] = {(uint8_t)(sw >> 8), (uint8_t)sw};

	answer_bytes(call, bytes, sizeof bytes);
}

/* A status word that is no success, as if by chance. */
static uint32_t
random_sw(const struct fault *fault)
{
	uint32_t value = scramble((uint32_t)fault->struck_at * 31 + fault->number);
	uint32_t first = 0x62 + value % (0x70 - 0x62);

	return first << 8 | (value >> 16 & 0xFF);
}

/* The right Le, for a card that refuses the one it was given. */
static uint32_t
right_le(const struct pcsc_call *call)
{
	return call->reply.length >= 2 ? (call->reply.length - 2) & 0xFF : 0;
}

/* 61xx: keeps the data for GET RESPONSE and says how much there is. */
static void
answer_61(struct pcsc_call *call)
{
	struct reader *reader = call->reader;
	size_t length = call->reply.length;
	uint32_t sw;

	if (!reader || length < 2 || length > sizeof reader->waiting)
		return;
	memcpy(reader->waiting, call->out, length);
	reader->waiting_length = length;
	sw = 0x6100 | ((length - 2) & 0xFF);
	answer_sw(call, sw);
}

bool
strikes_answer_waiting(struct pcsc_call *call)
{
	struct reader *reader = pcsc_call_reader(call);
	const uint8_t *command = call->data;
	size_t length, wanted;

	if (!reader || reader->waiting_length == 0 || call->request->call != WIRE_TRANSMIT)
		return false;
	length = reader->waiting_length;
	reader->waiting_length = 0; /* any other command throws it away */
	if (call->request->length < 4 || command[1] != 0xC0)
		return false;
	wanted = call->request->length > 4 && command[4] != 0 ? command[4] : 256;
	trace_note(call->server->trace, reader->index, "GET RESPONSE, answered by the fault 61xx");
	if (wanted < length - 2) {
		memmove(reader->waiting + wanted, reader->waiting + length - 2, 2);
		length = wanted + 2;
	}
	answer_bytes(call, reader->waiting, length);
	return true;
}

static void
lengthen(struct pcsc_call *call, size_t length)
{
	size_t have = call->reply.value[0];

	if (length > have)
		memset(call->out + have, 0xA5, length - have);
	answer_bytes(call, call->out, length > have ? length : have);
}

/* Faults of the card's answer; the command itself has been carried out. */
static void
change_answer(struct pcsc_call *call, struct fault *fault)
{
	if (call->reply.rv != (uint32_t)SCARD_S_SUCCESS)
		return;
	if (fault->kind == FAULT_TRUNCATED && fault->length < call->reply.length)
		answer_bytes(call, call->out, fault->length);
	else if (fault->kind == FAULT_OVERSIZED)
		lengthen(call, fault->length);
	else if (fault->kind == FAULT_SW)
		answer_sw(call, fault->has_value ? fault->code : random_sw(fault));
	else if (fault->kind == FAULT_61XX)
		answer_61(call);
	else if (fault->kind == FAULT_6CXX)
		answer_sw(call, 0x6C00 | right_le(call));
}

/* Does the fault keep the command from the card? Of the answers, those a card gives at once. */
static bool
keeps_from_card(const struct fault *fault, const struct pcsc_call *call)
{
	if (fault->group == FAULT_RESULT)
		return fault->moment == FAULT_BEFORE;
	if (fault->kind == FAULT_SW)
		return fault->moment == FAULT_BEFORE;
	/* READ BINARY is carried out to learn the right Le: it changes nothing */
	return fault->kind == FAULT_6CXX && !(call->request->length >= 4 && call->data[1] == 0xB0);
}

bool
strikes_before(struct strikes *strikes, struct pcsc_call *call)
{
	struct server *server = call->server;
	enum wire_call number = (enum wire_call)call->request->call;
	struct fault *fault = NULL;
	bool carry_on = true;

	strikes->count = 0;
	while (strikes->count < STRIKES_MAX &&
	       (fault = faults_strike(server->faults, number, fault)) != NULL) {
		faults_struck(server->faults, fault, number);
		strikes->fault[strikes->count++] = fault;
		if (fault->group == FAULT_RESULT || fault->group == FAULT_ANSWER)
			trace_note(server->trace, 0, "fault %s", fault->text);
		if (fault->group <= FAULT_OTHER && fault->moment == FAULT_BEFORE)
			carry_out(server, fault, call);
		if (fault->kind == FAULT_SERVICE_STOPPED && fault->moment == FAULT_BEFORE &&
		    number != WIRE_ESTABLISH) {
			answer_with(call, SCARD_F_COMM_ERROR); /* as of a closed connection */
			carry_on = false;
		} else if (fault->group == FAULT_RESULT && keeps_from_card(fault, call)) {
			answer_with(call, fault_result(fault, call));
			carry_on = false;
		} else if (fault->group == FAULT_ANSWER && keeps_from_card(fault, call)) {
			answer_sw(call, fault->kind == FAULT_6CXX ? 0x6C00
					: fault->has_value	  ? fault->code
								  : random_sw(fault));
			carry_on = false;
		}
	}
	return carry_on;
}

/* The card, the reader or pcscd goes while the call is under way. */
static void
lose_answer(struct pcsc_call *call, const struct fault *fault)
{
	LONG rv = fault->group == FAULT_RESULT		 ? fault_result(fault, call)
		  : fault->kind == FAULT_SERVICE_STOPPED ? SCARD_F_COMM_ERROR
		  : call->request->call == WIRE_TRANSMIT ? SCARD_E_NOT_TRANSACTED
		  : fault->kind == FAULT_READER_GONE	 ? SCARD_E_READER_UNAVAILABLE
							 : SCARD_W_REMOVED_CARD;

	if (call->reply.rv == (uint32_t)SCARD_S_SUCCESS)
		answer_with(call, rv);
}

void
strikes_after(struct strikes *strikes, struct pcsc_call *call)
{
	for (unsigned int i = 0; i < strikes->count; i++) {
		struct fault *fault = strikes->fault[i];

		if (fault->group == FAULT_ANSWER) {
			change_answer(call, fault);
			continue;
		}
		if (fault->moment == FAULT_BEFORE)
			continue;
		if (fault->group == FAULT_RESULT || fault->moment == FAULT_DURING)
			lose_answer(call, fault);
		if (fault->group <= FAULT_OTHER)
			carry_out(call->server, fault, call);
	}
	strikes->count = 0;
}
