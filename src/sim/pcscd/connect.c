/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/connect.h"

#include <stdlib.h>

#include "sim/base/memory.h"

#define CONTEXT_HANDLES_MAX 200 /* contextMaxCardHandles */

/* Which protocols an ATR offers (ATRDecodeAtr). */
static uint32_t
atr_protocols(const uint8_t *atr, size_t len)
{
	uint32_t offered = 0;
	unsigned int y;
	size_t at = 2;

	if (len < 2 || (atr[0] != 0x3B && atr[0] != 0x3F))
		return 0;
	y = atr[1] >> 4;
	for (unsigned int round = 1; y != 0 && at < len; round++) {
		if (round == 2 && (y & 1) != 0) /* TA2: specific mode */
			return (atr[at] & 0x0F) == 0 ? SCARD_PROTOCOL_T0 : SCARD_PROTOCOL_T1;
		at += (y & 1) + (y >> 1 & 1) + (y >> 2 & 1);
		if ((y & 8) == 0 || at >= len)
			break;
		if ((atr[at] & 0x0F) == 0)
			offered |= SCARD_PROTOCOL_T0;
		if ((atr[at] & 0x0F) == 1)
			offered |= SCARD_PROTOCOL_T1;
		y = atr[at++] >> 4;
	}
	return offered == 0 ? SCARD_PROTOCOL_T0 : offered;
}

/* The part on protocols that SCardConnect and SCardReconnect have in common (PHSetProtocol). */
static LONG
choose_protocol(struct reader *reader, uint32_t share, uint32_t preferred)
{
	uint32_t *chosen = &pcsc_of(reader)->protocol;
	uint32_t offered;

	if (preferred & SCARD_PROTOCOL_RAW) {
		*chosen = SCARD_PROTOCOL_RAW;
		return SCARD_S_SUCCESS;
	}
	if (share == SCARD_SHARE_DIRECT)
		return SCARD_S_SUCCESS;
	if (*chosen != SCARD_PROTOCOL_UNDEFINED)
		return preferred & *chosen ? SCARD_S_SUCCESS : SCARD_E_PROTO_MISMATCH;
	if (preferred & PROTOCOL_ANY_OLD)
		preferred = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
	offered = preferred & atr_protocols(reader->atr, reader->atr_len);
	if (offered == 0)
		return SCARD_E_PROTO_MISMATCH;
	*chosen = offered & SCARD_PROTOCOL_T1 ? SCARD_PROTOCOL_T1 : SCARD_PROTOCOL_T0;
	return SCARD_S_SUCCESS;
}

static bool
names_protocol(uint32_t share, uint32_t protocols)
{
	return share == SCARD_SHARE_DIRECT ||
	       (protocols & (SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1 | SCARD_PROTOCOL_RAW |
			     PROTOCOL_ANY_OLD)) != 0;
}

static bool
is_share(uint32_t share)
{
	return share == SCARD_SHARE_EXCLUSIVE || share == SCARD_SHARE_SHARED ||
	       share == SCARD_SHARE_DIRECT;
}

static struct pcsc_handle *
add_handle(struct pcsc_call *call, struct reader *reader)
{
	struct pcsc_handle *handle, *each;
	unsigned int count = 0;

	for (each = call->context->handles; each; each = each->next)
		count++;
	if (count >= CONTEXT_HANDLES_MAX)
		return NULL;
	handle = sim_alloc(sizeof *handle);
	handle->id = ++call->pcsc->last_id;
	handle->reader = reader;
	handle->next = call->context->handles;
	call->context->handles = handle;
	return handle;
}

static void
remove_handle(struct pcsc_context *context, struct pcsc_handle *gone)
{
	struct pcsc_handle **at = &context->handles;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	free(gone);
}

enum pcsc_outcome
pcsc_connect(struct pcsc_call *call)
{
	uint32_t share = call->request->arg[0], protocols = call->request->arg[1];
	struct reader *reader = call->reader;
	struct pcsc_reader *state;
	struct pcsc_handle *handle;
	LONG rv;

	if (!names_protocol(share, protocols))
		return pcsc_done(call, SCARD_E_PROTO_MISMATCH);
	if (!is_share(share))
		return pcsc_done(call, SCARD_E_INVALID_VALUE);
	if (!reader)
		return pcsc_done(call, SCARD_E_UNKNOWN_READER);
	state = pcsc_of(reader);
	if (state->sharing == SHARING_EXCLUSIVE)
		return pcsc_done(call, SCARD_E_SHARING_VIOLATION);
	/* SCardConnect waits for the end of whosever transaction, its own program's too. */
	if (state->lock_handle != 0)
		return PCSC_WAIT;
	if (share != SCARD_SHARE_DIRECT) {
		if (!(state->state & SCARD_PRESENT))
			return pcsc_done(call, SCARD_E_NO_SMARTCARD);
		pcsc_take_power(reader);
	}
	rv = choose_protocol(reader, share, protocols);
	if (rv != SCARD_S_SUCCESS)
		return pcsc_done(call, rv);
	if (share == SCARD_SHARE_EXCLUSIVE && state->sharing != SHARING_NONE)
		return pcsc_done(call, SCARD_E_SHARING_VIOLATION);
	handle = add_handle(call, reader);
	if (!handle)
		return pcsc_done(call, SCARD_E_NO_MEMORY);
	if (share == SCARD_SHARE_EXCLUSIVE) {
		state->sharing = SHARING_EXCLUSIVE;
		state->lock_handle = handle->id;
		state->lock_count = 1;
	} else {
		state->sharing++;
	}
	call->pcsc->generation++;
	call->reply.value[0] = handle->id;
	call->reply.value[1] = state->protocol;
	return pcsc_done(call, SCARD_S_SUCCESS);
}

/* Changes between shared and exclusive. */
static LONG
reshare(struct reader *reader, struct pcsc_handle *handle, uint32_t share)
{
	struct pcsc_reader *state = pcsc_of(reader);
	bool exclusive = state->sharing == SHARING_EXCLUSIVE;

	if (share == SCARD_SHARE_EXCLUSIVE && !exclusive) {
		if (state->sharing != SHARING_LAST)
			return SCARD_E_SHARING_VIOLATION;
		state->sharing = SHARING_EXCLUSIVE;
		state->lock_handle = handle->id;
		state->lock_count++;
	} else if (share != SCARD_SHARE_EXCLUSIVE && exclusive) {
		/*
		 * RFUnlockSharing refuses the last lock of an exclusive connection and its result
		 * is not looked at: pcsc-lite keeps the lock after this reconnect.
		 */
		if (state->lock_count > 1)
			state->lock_count--;
		state->sharing = SHARING_LAST;
	}
	return SCARD_S_SUCCESS;
}

enum pcsc_outcome
pcsc_reconnect(struct pcsc_call *call)
{
	uint32_t share = call->request->arg[0], protocols = call->request->arg[1];
	uint32_t initialization = call->request->arg[2];
	struct pcsc_handle *handle = call->handle;
	struct reader *reader;
	LONG rv;

	if (initialization > SCARD_UNPOWER_CARD || !is_share(share))
		return pcsc_done(call, SCARD_E_INVALID_VALUE);
	if (!names_protocol(share, protocols))
		return pcsc_done(call, SCARD_E_PROTO_MISMATCH);
	reader = handle->reader;
	if (!reader)
		return pcsc_done(call, SCARD_E_INVALID_VALUE);
	if (pcsc_is_held(reader, handle->id))
		return pcsc_again(call);
	if (initialization != SCARD_LEAVE_CARD)
		pcsc_reset_card(reader, initialization);
	if (!reader->card)
		return pcsc_done(call, SCARD_E_NO_SMARTCARD);
	rv = choose_protocol(reader, share, protocols);
	/* No power: a card that another program left unpowered stays so without a reset. */
	if (rv == SCARD_S_SUCCESS)
		rv = reshare(reader, handle, share);
	if (rv == SCARD_S_SUCCESS) {
		handle->event = 0;
		call->pcsc->generation++;
		call->reply.value[1] = pcsc_of(reader)->protocol;
	}
	return pcsc_done(call, rv);
}

/* SCardDisconnect, once nothing stands in its way. */
static void
disconnect(struct pcsc *pcsc, struct pcsc_context *context, struct pcsc_handle *handle,
	   uint32_t disposition)
{
	struct reader *reader = handle->reader;
	struct pcsc_reader *state;

	if (!reader) {
		remove_handle(context, handle);
		return;
	}
	state = pcsc_of(reader);
	if (!pcsc_is_held(reader, handle->id))
		state->lock_handle = state->lock_count = 0;
	if (disposition == SCARD_RESET_CARD) {
		pcsc_reset_card(reader, disposition);
	} else if (disposition == SCARD_UNPOWER_CARD) {
		pcsc_tell_handles(reader, (uint32_t)SCARD_W_RESET_CARD);
		reader_power_off(reader);
		state->protocol = SCARD_PROTOCOL_UNDEFINED;
		if (reader->card)
			state->state = SCARD_PRESENT;
	}
	remove_handle(context, handle);
	if (state->sharing == SHARING_EXCLUSIVE)
		state->sharing = SHARING_NONE;
	else if (state->sharing > 0)
		state->sharing--;
	if (state->sharing == SHARING_NONE && reader->powered)
		pcsc_start_idle(reader);
	pcsc->generation++;
}

enum pcsc_outcome
pcsc_disconnect(struct pcsc_call *call)
{
	struct pcsc_handle *handle = call->handle;
	uint32_t disposition = call->request->arg[0];

	if (disposition > SCARD_EJECT_CARD)
		return pcsc_done(call, SCARD_E_INVALID_VALUE);
	if (handle->reader && disposition != SCARD_LEAVE_CARD &&
	    pcsc_is_held(handle->reader, handle->id))
		return PCSC_WAIT;
	disconnect(call->pcsc, call->context, handle, disposition);
	return pcsc_done(call, SCARD_S_SUCCESS);
}

void
pcsc_add_context(struct pcsc *pcsc, struct pcsc_context *context)
{
	context->id = ++pcsc->last_id;
	context->next = pcsc->contexts;
	pcsc->contexts = context;
}

/*
 * Each handle is disconnected and the card left as it is, except where the handle holds a
 * transaction (an exclusive connection counts as one): then the card is reset, unless it was
 * reset or removed already.
 */
void
pcsc_remove_context(struct pcsc *pcsc, struct pcsc_context *context)
{
	struct pcsc_context **at;
	struct pcsc_handle *handle;

	while ((handle = context->handles)) {
		bool holds = handle->reader && pcsc_of(handle->reader)->lock_handle == handle->id;

		disconnect(pcsc, context, handle,
			   holds && handle->event == 0 ? SCARD_RESET_CARD : SCARD_LEAVE_CARD);
	}
	for (at = &pcsc->contexts; *at && *at != context; at = &(*at)->next)
		;
	if (*at)
		*at = context->next;
	context->id = 0;
}
