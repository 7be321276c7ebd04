/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/call.h"

#include <reader.h>
#include <string.h>

#include "sim/pcscd/connect.h"

static struct pcsc_handle *
find_handle(const struct pcsc_context *context, uint32_t id)
{
	struct pcsc_handle *handle;

	for (handle = context->handles; handle; handle = handle->next)
		if (handle->id == id)
			return handle;
	return NULL;
}

struct reader *
pcsc_call_reader(const struct pcsc_call *call)
{
	struct pcsc_handle *handle;

	if (call->request->call == WIRE_CONNECT) {
		for (unsigned int i = 0; i < WIRE_READERS; i++) {
			struct reader *reader = &call->pcsc->server->readers[i];

			if (reader->plugged && strlen(reader->name) == call->request->len &&
			    memcmp(reader->name, call->data, call->request->len) == 0)
				return reader;
		}
		return NULL;
	}
	handle = find_handle(call->context, call->request->handle);
	return handle ? handle->reader : NULL;
}

static enum pcsc_outcome
call_begin(struct pcsc_call *call)
{
	struct pcsc_reader *state = pcsc_of(call->reader);

	if (pcsc_is_held(call->reader, call->handle->id))
		return pcsc_again(call);
	state->lock_handle = call->handle->id;
	state->lock_count++;
	return pcsc_done(call, SCARD_S_SUCCESS);
}

/* RFUnlockSharing. */
static LONG
unlock(struct reader *reader, uint32_t handle)
{
	struct pcsc_reader *state = pcsc_of(reader);

	if (pcsc_is_held(reader, handle))
		return SCARD_E_SHARING_VIOLATION;
	if (state->lock_count <= (state->sharing == SHARING_EXCLUSIVE ? 1 : 0))
		return SCARD_E_NOT_TRANSACTED;
	if (--state->lock_count == 0)
		state->lock_handle = 0;
	return SCARD_S_SUCCESS;
}

static enum pcsc_outcome
call_end(struct pcsc_call *call)
{
	const struct pcsc_handle *handle = call->handle;
	uint32_t disposition = call->request->arg[0];
	struct reader *reader = call->reader;

	if (disposition > SCARD_EJECT_CARD)
		return pcsc_done(call, SCARD_E_INVALID_VALUE);
	/* After a reset by this very program the transaction stays: so in pcsc-lite. */
	if (handle->event != 0)
		return pcsc_done(call, (LONG)handle->event);
	if (disposition != SCARD_LEAVE_CARD && pcsc_is_held(reader, handle->id))
		return pcsc_done(call, SCARD_E_SHARING_VIOLATION);
	if (disposition == SCARD_RESET_CARD || disposition == SCARD_UNPOWER_CARD)
		pcsc_reset_card(reader, disposition);
	return pcsc_done(call, unlock(reader, handle->id));
}

/* The call succeeds with these bytes. */
static enum pcsc_outcome
give(struct pcsc_call *call, const void *bytes, size_t len)
{
	memcpy(call->out, bytes, len);
	call->reply.len = (uint32_t)len;
	return pcsc_done(call, SCARD_S_SUCCESS);
}

/* All readers, and which one the handle has, or of which generation they are. */
static enum pcsc_outcome
call_table(struct pcsc_call *call)
{
	struct wire_reader table[WIRE_READERS];

	pcsc_table(call->pcsc, table);
	call->reply.value[0] =
		call->request->call == WIRE_STATUS ? call->reader->index : call->pcsc->generation;
	return give(call, table, sizeof table);
}

static enum pcsc_outcome
call_status_change(struct pcsc_call *call)
{
	uint32_t wait = call->request->arg[2];
	uint64_t now = loop_now();

	if (call->wait_until == 0)
		call->wait_until =
			wait == WIRE_WAIT_FOREVER ? LOOP_NEVER : now + (uint64_t)wait * 1000;
	/* The library sees for itself that its time is over. */
	if (call->request->arg[0] != 0 && call->request->arg[1] == call->pcsc->generation &&
	    now < call->wait_until)
		return PCSC_WAIT;
	return call_table(call);
}

static enum pcsc_outcome
call_transmit(struct pcsc_call *call)
{
	uint32_t protocol = call->request->arg[0], room = call->request->arg[1];
	struct reader *reader = call->reader;
	struct pcsc_reader *state = pcsc_of(reader);
	unsigned int delay;
	size_t len;

	if (protocol != SCARD_PROTOCOL_RAW && !(state->state & SCARD_PRESENT))
		return pcsc_done(call, SCARD_E_NO_SMARTCARD);
	if (protocol != SCARD_PROTOCOL_RAW && protocol != PROTOCOL_ANY_OLD &&
	    protocol != state->protocol)
		return pcsc_done(call, SCARD_E_PROTO_MISMATCH);
	if (state->busy_until > loop_now()) {
		call->wait_until = state->busy_until;
		return PCSC_WAIT;
	}
	len = reader_exchange(reader, call->data, call->request->len, call->out, &delay);
	if (len == 0)
		return pcsc_done(call, SCARD_E_NOT_TRANSACTED);
	if (delay > 0)
		call->hold_until = state->busy_until = loop_now() + delay;
	call->reply.value[0] = (uint32_t)len;
	/* The card has done its work; only the program does not learn of it. */
	if (len > room)
		return pcsc_done(call, SCARD_E_INSUFFICIENT_BUFFER);
	call->reply.len = (uint32_t)len;
	return pcsc_done(call, SCARD_S_SUCCESS);
}

/* Of SCardControl and SCardSetAttrib: a reader without features. */
static enum pcsc_outcome
call_unsupported(struct pcsc_call *call)
{
	return pcsc_done(call, SCARD_E_UNSUPPORTED_FEATURE);
}

static enum pcsc_outcome
call_get_attrib(struct pcsc_call *call)
{
	static const char vendor[] = "jpki-card-sim";
	const struct reader *reader = call->reader;

	switch (call->request->arg[0]) {
	case SCARD_ATTR_ATR_STRING:
		return give(call, reader->atr, reader->card ? reader->atr_len : 0);
	case SCARD_ATTR_VENDOR_NAME:
		return give(call, vendor, sizeof vendor);
	case SCARD_ATTR_DEVICE_FRIENDLY_NAME:
	case SCARD_ATTR_DEVICE_SYSTEM_NAME:
		return give(call, reader->name, strlen(reader->name) + 1);
	default:
		return pcsc_done(call, SCARD_E_UNSUPPORTED_FEATURE);
	}
}

static enum pcsc_outcome
call_release(struct pcsc_call *call)
{
	pcsc_remove_context(call->pcsc, call->context);
	return pcsc_done(call, SCARD_S_SUCCESS);
}

/* What stands in the way of a call on a card handle before it is looked at more closely. */
enum held { HELD_LATER, HELD_AGAIN, HELD_REFUSED };
static const struct {
	enum pcsc_outcome (*run)(struct pcsc_call *call);
	bool on_handle;
	LONG gone;	 /* where the handle's reader is; 0: the call sees to that itself */
	enum held held;	 /* where another handle holds the card */
	bool told_event; /* is told of a reset or a removal instead */
} calls[WIRE_CALLS] = {
	[WIRE_RELEASE] = {.run = call_release},
	[WIRE_LIST_READERS] = {.run = call_table},
	[WIRE_CONNECT] = {.run = pcsc_connect},
	[WIRE_RECONNECT] = {.run = pcsc_reconnect, .on_handle = true},
	[WIRE_DISCONNECT] = {.run = pcsc_disconnect, .on_handle = true},
	[WIRE_BEGIN] = {call_begin, true, SCARD_E_INVALID_VALUE, HELD_LATER, true},
	[WIRE_END] = {call_end, true, SCARD_E_INVALID_VALUE, HELD_LATER, false},
	/* The library misses the name in the table before it asks the daemon. */
	[WIRE_STATUS] = {call_table, true, SCARD_E_READER_UNAVAILABLE, HELD_AGAIN, true},
	[WIRE_STATUS_CHANGE] = {.run = call_status_change},
	[WIRE_TRANSMIT] = {call_transmit, true, SCARD_E_INVALID_VALUE, HELD_AGAIN, true},
	[WIRE_CONTROL] = {call_unsupported, true, SCARD_E_INVALID_VALUE, HELD_REFUSED, false},
	[WIRE_GET_ATTRIB] = {call_get_attrib, true, SCARD_E_INVALID_VALUE, HELD_REFUSED, true},
	[WIRE_SET_ATTRIB] = {call_unsupported, true, SCARD_E_INVALID_VALUE, HELD_REFUSED, false},
};

enum pcsc_outcome
pcsc_call(struct pcsc_call *call)
{
	uint32_t number = call->request->call;
	const struct pcsc_handle *handle;
	bool held;

	if (number >= WIRE_CALLS || !calls[number].run || call->context->id == 0)
		return pcsc_done(call, SCARD_E_INVALID_PARAMETER);
	call->handle = find_handle(call->context, call->request->handle);
	call->reader = pcsc_call_reader(call);
	if (!calls[number].on_handle)
		return calls[number].run(call);
	handle = call->handle;
	if (!handle)
		return pcsc_done(call, SCARD_E_INVALID_HANDLE);
	if (!handle->reader && calls[number].gone != 0)
		return pcsc_done(call, calls[number].gone);
	held = handle->reader && pcsc_is_held(handle->reader, handle->id);
	if (held && calls[number].held == HELD_AGAIN)
		return pcsc_again(call);
	if (held && calls[number].held == HELD_REFUSED)
		return pcsc_done(call, SCARD_E_SHARING_VIOLATION);
	if (handle->event != 0 && calls[number].told_event)
		return pcsc_done(call, (LONG)handle->event);
	return calls[number].run(call);
}
