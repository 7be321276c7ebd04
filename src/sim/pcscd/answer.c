/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>
#include <winscard.h>

#include "sim/pcscd/strike.h"

/* What the program is told by a fault that answers in the card's or pcscd's place. */
static LONG
fault_result(const struct fault *fault, const struct pcsc_call *call)
{
	if (fault->kind != FAULT_COMM_ERROR)
		return (LONG)fault->code;
	/* pcscd reports a driver's trouble with a card as SCARD_E_NOT_TRANSACTED. */
	return call->request->call == WIRE_TRANSMIT ? SCARD_E_NOT_TRANSACTED : SCARD_F_COMM_ERROR;
}

static void
answer_with(struct pcsc_call *call, LONG rv)
{
	memset(&call->reply, 0, sizeof call->reply);
	call->reply.rv = (uint32_t)rv;
}

static void
answer_bytes(struct pcsc_call *call, const void *bytes, size_t len)
{
	memmove(call->out, bytes, len);
	call->reply.rv = (uint32_t)SCARD_S_SUCCESS;
	call->reply.value[0] = (uint32_t)len;
	call->reply.len = (uint32_t)len;
	if (len > call->request->arg[1]) {
		call->reply.rv = (uint32_t)SCARD_E_INSUFFICIENT_BUFFER;
		call->reply.len = 0;
	}
}

static void
answer_sw(struct pcsc_call *call, uint32_t sw)
{
	const uint8_t bytes[2] = {(uint8_t)(sw >> 8), (uint8_t)sw};

	answer_bytes(call, bytes, sizeof bytes);
}

/* The one of the order, or one that is no success, as if by chance. */
static uint32_t
fault_sw(const struct fault *fault)
{
	uint32_t value = (uint32_t)fault->struck_at * 31 + fault->number, first;

	/* Random, but the same at the same call of the same kind of run. */
	value ^= value << 13;
	value ^= value >> 17;
	value ^= value << 5;
	value *= 2654435761u;
	first = 0x62 + value % (0x70 - 0x62);
	return fault->has_value ? fault->code : first << 8 | (value >> 16 & 0xFF);
}

bool
answer_instead(const struct fault *fault, struct pcsc_call *call)
{
	bool before = fault->moment == FAULT_BEFORE;
	bool reads = call->request->len >= 4 && call->data[1] == 0xB0;

	if (before && fault->kind == FAULT_SERVICE_STOPPED && call->request->call != WIRE_ESTABLISH)
		answer_with(call, SCARD_F_COMM_ERROR); /* as of a closed connection */
	else if (before && fault->group == FAULT_RESULT)
		answer_with(call, fault_result(fault, call));
	else if (before && fault->kind == FAULT_SW)
		answer_sw(call, fault_sw(fault));
	/* READ BINARY is carried out to learn the right Le: it changes nothing. */
	else if (fault->kind == FAULT_6CXX && !reads)
		answer_sw(call, 0x6C00);
	else
		return false;
	return true;
}

/* The card, the reader or pcscd goes while the call is under way. */
void
answer_lose(const struct fault *fault, struct pcsc_call *call)
{
	LONG rv = fault->group == FAULT_RESULT		 ? fault_result(fault, call)
		  : fault->kind == FAULT_SERVICE_STOPPED ? SCARD_F_COMM_ERROR
		  : call->request->call == WIRE_TRANSMIT ? SCARD_E_NOT_TRANSACTED
		  : fault->kind == FAULT_READER_GONE	 ? SCARD_E_READER_UNAVAILABLE
							 : SCARD_W_REMOVED_CARD;

	if (call->reply.rv == (uint32_t)SCARD_S_SUCCESS)
		answer_with(call, rv);
}

/* 61xx: keeps the data for GET RESPONSE and says how much there is. */
static void
answer_61(struct pcsc_call *call)
{
	struct pcsc_reader *state = call->reader ? pcsc_of(call->reader) : NULL;
	size_t len = call->reply.len;

	if (!state || len < 2 || len > sizeof state->waiting)
		return;
	memcpy(state->waiting, call->out, len);
	state->waiting_len = len;
	answer_sw(call, 0x6100 | ((len - 2) & 0xFF));
}

bool
answer_waiting(struct pcsc_call *call)
{
	struct reader *reader = pcsc_call_reader(call);
	struct pcsc_reader *state = reader ? pcsc_of(reader) : NULL;
	const uint8_t *command = call->data;
	size_t len, wanted;

	if (!state || state->waiting_len == 0 || call->request->call != WIRE_TRANSMIT)
		return false;
	len = state->waiting_len;
	state->waiting_len = 0; /* any other command throws it away */
	if (call->request->len < 4 || command[1] != 0xC0)
		return false;
	wanted = call->request->len > 4 && command[4] != 0 ? command[4] : 256;
	trace_note(call->pcsc->server->trace, reader->index,
		   "GET RESPONSE, answered by the fault 61xx");
	if (wanted < len - 2) {
		memmove(state->waiting + wanted, state->waiting + len - 2, 2);
		len = wanted + 2;
	}
	answer_bytes(call, state->waiting, len);
	return true;
}

static void
lengthen(struct pcsc_call *call, size_t len)
{
	size_t have = call->reply.value[0];

	if (len > have)
		memset(call->out + have, 0xA5, len - have);
	answer_bytes(call, call->out, len > have ? len : have);
}

/* Faults of the card's answer; the command itself has been carried out. */
void
answer_change(const struct fault *fault, struct pcsc_call *call)
{
	/* The right Le, for a card that refuses the one it was given. */
	uint32_t le = call->reply.len >= 2 ? (call->reply.len - 2) & 0xFF : 0;

	if (call->reply.rv != (uint32_t)SCARD_S_SUCCESS)
		return;
	if (fault->kind == FAULT_TRUNCATED && fault->len < call->reply.len)
		answer_bytes(call, call->out, fault->len);
	else if (fault->kind == FAULT_OVERSIZED)
		lengthen(call, fault->len);
	else if (fault->kind == FAULT_SW)
		answer_sw(call, fault_sw(fault));
	else if (fault->kind == FAULT_61XX)
		answer_61(call);
	else if (fault->kind == FAULT_6CXX)
		answer_sw(call, 0x6C00 | le);
}
