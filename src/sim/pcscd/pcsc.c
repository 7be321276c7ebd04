/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/pcsc.h"

#include <reader.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

/* Names as in the sources cited above: rContext->contexts. */
#define SHARING_EXCLUSIVE (-1)
#define SHARING_NONE 0
#define SHARING_LAST 1

#define STATE_POWERED (SCARD_PRESENT | SCARD_POWERED | SCARD_NEGOTIABLE)
#define PROTOCOL_ANY_OLD 0x1000u
#define CONTEXT_HANDLES_MAX 200 /* contextMaxCardHandles */

static void
changed(struct server *server)
{
	server->generation++;
}

uint32_t
pcsc_generation(const struct server *server)
{
	return server->generation;
}

void
pcsc_table(const struct server *server, struct wire_reader table[WIRE_READERS])
{
	memset(table, 0, WIRE_READERS * sizeof table[0]);
	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		const struct reader *reader = &server->readers[i];

		if (reader->name[0] == '\0' || !reader->plugged)
			continue;
		memcpy(table[i].name, reader->name, sizeof table[i].name);
		table[i].event_counter = reader->pcsc.event_counter;
		table[i].state = reader->pcsc.state;
		table[i].sharing = reader->pcsc.sharing;
		table[i].protocol = reader->pcsc.protocol;
		if (reader->pcsc.state & SCARD_PRESENT) {
			table[i].atr_length = (uint32_t)reader->atr_length;
			memcpy(table[i].atr, reader->atr, reader->atr_length);
		}
	}
}

static bool
held_by_other(const struct reader *reader, uint32_t handle)
{
	return reader->pcsc.lock_handle != 0 && reader->pcsc.lock_handle != handle;
}

/* RFSetReaderEventState: every handle of the reader learns of it at its next call. */
static void
tell_handles(struct reader *reader, LONG event)
{
	struct pcsc_context *context;
	struct pcsc_handle *handle;

	for (context = reader->server->contexts; context; context = context->next)
		for (handle = context->handles; handle; handle = handle->next)
			if (handle->reader == reader)
				handle->event = (uint32_t)event;
}

/* An unused card keeps its power for a while (POWER_STATE_POWERED and GRACE_PERIOD). */
static void
start_idle(struct reader *reader)
{
	reader->pcsc.power_off_at = reader->server->idle_power_off == 0
					    ? LOOP_NEVER
					    : loop_now() + reader->server->idle_power_off;
}

uint64_t
pcsc_idle(struct server *server)
{
	uint64_t now = loop_now(), next = LOOP_NEVER;

	for (unsigned int i = 0; i < WIRE_READERS; i++) {
		struct reader *reader = &server->readers[i];

		if (reader->pcsc.power_off_at <= now) {
			/* the table goes on saying "powered": so does pcscd's */
			reader_power_off(reader);
			reader->pcsc.protocol = SCARD_PROTOCOL_UNDEFINED;
			reader->pcsc.power_off_at = LOOP_NEVER;
		}
		if (reader->pcsc.power_off_at < next)
			next = reader->pcsc.power_off_at;
	}
	return next;
}

/* EHStatusHandlerThread at an insertion. */
void
pcsc_inserted(struct reader *reader)
{
	reader_power_on(reader);
	reader->pcsc.state = STATE_POWERED;
	reader->pcsc.protocol = SCARD_PROTOCOL_UNDEFINED;
	reader->pcsc.event_counter = (reader->pcsc.event_counter + 1) & 0xFFFF;
	start_idle(reader);
	changed(reader->server);
}

/* EHStatusHandlerThread at a removal; a transaction ends with the card. */
void
pcsc_removed(struct reader *reader)
{
	tell_handles(reader, SCARD_W_REMOVED_CARD);
	reader->pcsc.lock_handle = 0;
	reader->pcsc.lock_count = 0;
	reader->pcsc.state = SCARD_ABSENT;
	reader->pcsc.protocol = SCARD_PROTOCOL_UNDEFINED;
	reader->pcsc.event_counter = (reader->pcsc.event_counter + 1) & 0xFFFF;
	reader->pcsc.power_off_at = LOOP_NEVER;
	reader->pcsc.busy_until = 0;
	changed(reader->server);
}

/* A reader is new each time: counter at 0, nobody connected. */
void
pcsc_plugged(struct reader *reader)
{
	memset(&reader->pcsc, 0, sizeof reader->pcsc);
	reader->pcsc.power_off_at = LOOP_NEVER;
	reader->pcsc.state = SCARD_ABSENT;
	if (reader->card) {
		reader_power_on(reader);
		reader->pcsc.state = STATE_POWERED;
		start_idle(reader);
	}
	changed(reader->server);
}

void
pcsc_unplugged(struct reader *reader)
{
	struct pcsc_context *context;
	struct pcsc_handle *handle;

	for (context = reader->server->contexts; context; context = context->next)
		for (handle = context->handles; handle; handle = handle->next)
			if (handle->reader == reader)
				handle->reader = NULL;
	memset(&reader->pcsc, 0, sizeof reader->pcsc);
	reader->pcsc.power_off_at = LOOP_NEVER;
	changed(reader->server);
}

/* A reset, or power off and on, as seen by everybody with a handle. */
static void
reset_card(struct reader *reader, uint32_t disposition)
{
	tell_handles(reader, SCARD_W_RESET_CARD);
	reader->pcsc.protocol = SCARD_PROTOCOL_UNDEFINED;
	if (disposition == SCARD_UNPOWER_CARD)
		reader_power_off(reader);
	if (reader->card) {
		reader_reset(reader);
		reader->pcsc.state = STATE_POWERED;
	}
}

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
			struct reader *reader = &call->server->readers[i];

			if (reader->plugged && strlen(reader->name) == call->request->length &&
			    memcmp(reader->name, call->data, call->request->length) == 0)
				return reader;
		}
		return NULL;
	}
	handle = find_handle(call->context, call->request->handle);
	return !handle ? NULL : handle->reader;
}

static enum pcsc_outcome
done(struct pcsc_call *call, LONG rv)
{
	call->reply.rv = (uint32_t)rv;
	return PCSC_DONE;
}

/* Another handle holds a transaction: the library is to ask again. */
static enum pcsc_outcome
again(struct pcsc_call *call)
{
	call->reply.again = 1;
	return done(call, SCARD_E_SHARING_VIOLATION);
}

/* Which protocols an ATR offers (ATRDecodeAtr). */
static uint32_t
atr_protocols(const uint8_t *atr, size_t length)
{
	uint32_t offered = 0;
	unsigned int y;
	size_t at = 2;

	if (length < 2 || (atr[0] != 0x3B && atr[0] != 0x3F))
		return 0;
	y = atr[1] >> 4;
	for (unsigned int round = 1; y != 0 && at < length; round++) {
		if (round == 2 && (y & 1) != 0) /* TA2: specific mode */
			return (atr[at] & 0x0F) == 0 ? SCARD_PROTOCOL_T0 : SCARD_PROTOCOL_T1;
		at += (y & 1) + (y >> 1 & 1) + (y >> 2 & 1);
		if ((y & 8) == 0 || at >= length)
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
	uint32_t offered;

	if (preferred & SCARD_PROTOCOL_RAW) {
		reader->pcsc.protocol = SCARD_PROTOCOL_RAW;
		return SCARD_S_SUCCESS;
	}
	if (share == SCARD_SHARE_DIRECT)
		return SCARD_S_SUCCESS;
	if (reader->pcsc.protocol != SCARD_PROTOCOL_UNDEFINED)
		return preferred & reader->pcsc.protocol ? SCARD_S_SUCCESS : SCARD_E_PROTO_MISMATCH;
	if (preferred & PROTOCOL_ANY_OLD)
		preferred = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
	offered = preferred & atr_protocols(reader->atr, reader->atr_length);
	if (offered == 0)
		return SCARD_E_PROTO_MISMATCH;
	reader->pcsc.protocol = offered & SCARD_PROTOCOL_T1 ? SCARD_PROTOCOL_T1 : SCARD_PROTOCOL_T0;
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
	handle = calloc(1, sizeof *handle);
	if (!handle)
		return NULL;
	handle->id = ++call->server->last_id;
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

static void
take_power(struct reader *reader)
{
	reader->pcsc.power_off_at = LOOP_NEVER;
	if (!reader->powered) {
		reader_power_on(reader);
		reader->pcsc.state = STATE_POWERED;
	}
}

static enum pcsc_outcome
call_connect(struct pcsc_call *call)
{
	uint32_t share = call->request->arg[0], protocols = call->request->arg[1];
	struct reader *reader = pcsc_call_reader(call);
	struct pcsc_handle *handle;
	LONG rv;

	if (!names_protocol(share, protocols))
		return done(call, SCARD_E_PROTO_MISMATCH);
	if (!is_share(share))
		return done(call, SCARD_E_INVALID_VALUE);
	if (!reader)
		return done(call, SCARD_E_UNKNOWN_READER);
	if (reader->pcsc.sharing == SHARING_EXCLUSIVE)
		return done(call, SCARD_E_SHARING_VIOLATION);
	/* SCardConnect waits for the end of whosever transaction, its own program's too */
	if (reader->pcsc.lock_handle != 0)
		return PCSC_WAIT;
	if (share != SCARD_SHARE_DIRECT) {
		if (!(reader->pcsc.state & SCARD_PRESENT))
			return done(call, SCARD_E_NO_SMARTCARD);
		take_power(reader);
	}
	rv = choose_protocol(reader, share, protocols);
	if (rv != SCARD_S_SUCCESS)
		return done(call, rv);
	if (share == SCARD_SHARE_EXCLUSIVE && reader->pcsc.sharing != SHARING_NONE)
		return done(call, SCARD_E_SHARING_VIOLATION);
	handle = add_handle(call, reader);
	if (!handle)
		return done(call, SCARD_E_NO_MEMORY);
	if (share == SCARD_SHARE_EXCLUSIVE) {
		reader->pcsc.sharing = SHARING_EXCLUSIVE;
		reader->pcsc.lock_handle = handle->id;
		reader->pcsc.lock_count = 1;
	} else {
		reader->pcsc.sharing++;
	}
	changed(call->server);
	call->reply.value[0] = handle->id;
	call->reply.value[1] = reader->pcsc.protocol;
	return done(call, SCARD_S_SUCCESS);
}

/* Changes between shared and exclusive. */
static LONG
reshare(struct reader *reader, struct pcsc_handle *handle, uint32_t share)
{
	bool exclusive = reader->pcsc.sharing == SHARING_EXCLUSIVE;

	if (share == SCARD_SHARE_EXCLUSIVE && !exclusive) {
		if (reader->pcsc.sharing != SHARING_LAST)
			return SCARD_E_SHARING_VIOLATION;
		reader->pcsc.sharing = SHARING_EXCLUSIVE;
		reader->pcsc.lock_handle = handle->id;
		reader->pcsc.lock_count++;
	} else if (share != SCARD_SHARE_EXCLUSIVE && exclusive) {
		/*
		 * RFUnlockSharing refuses the last lock of an exclusive connection and its result
		 * is not looked at: pcsc-lite keeps the lock after this reconnect.
		 */
		if (reader->pcsc.lock_count > 1)
			reader->pcsc.lock_count--;
		reader->pcsc.sharing = SHARING_LAST;
	}
	return SCARD_S_SUCCESS;
}

static enum pcsc_outcome
call_reconnect(struct pcsc_call *call)
{
	uint32_t share = call->request->arg[0], protocols = call->request->arg[1];
	uint32_t initialization = call->request->arg[2];
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);
	struct reader *reader;
	LONG rv;

	if (initialization > SCARD_UNPOWER_CARD || !is_share(share))
		return done(call, SCARD_E_INVALID_VALUE);
	if (!names_protocol(share, protocols))
		return done(call, SCARD_E_PROTO_MISMATCH);
	reader = handle->reader;
	if (!reader)
		return done(call, SCARD_E_INVALID_VALUE);
	if (held_by_other(reader, handle->id))
		return again(call);
	if (initialization != SCARD_LEAVE_CARD)
		reset_card(reader, initialization);
	if (!reader->card)
		return done(call, SCARD_E_NO_SMARTCARD);
	rv = choose_protocol(reader, share, protocols);
	/* no power: a card that another program left unpowered stays so without a reset */
	if (rv == SCARD_S_SUCCESS)
		rv = reshare(reader, handle, share);
	if (rv == SCARD_S_SUCCESS) {
		handle->event = 0;
		changed(call->server);
		call->reply.value[1] = reader->pcsc.protocol;
	}
	return done(call, rv);
}

/* SCardDisconnect, once nothing stands in its way. */
static void
disconnect(struct server *server, struct pcsc_context *context, struct pcsc_handle *handle,
	   uint32_t disposition)
{
	struct reader *reader = handle->reader;

	if (!reader) {
		remove_handle(context, handle);
		return;
	}
	if (!held_by_other(reader, handle->id)) {
		reader->pcsc.lock_handle = 0;
		reader->pcsc.lock_count = 0;
	}
	if (disposition == SCARD_RESET_CARD) {
		reset_card(reader, disposition);
	} else if (disposition == SCARD_UNPOWER_CARD) {
		tell_handles(reader, SCARD_W_RESET_CARD);
		reader_power_off(reader);
		reader->pcsc.protocol = SCARD_PROTOCOL_UNDEFINED;
		if (reader->card)
			reader->pcsc.state = SCARD_PRESENT;
	}
	remove_handle(context, handle);
	if (reader->pcsc.sharing == SHARING_EXCLUSIVE)
		reader->pcsc.sharing = SHARING_NONE;
	else if (reader->pcsc.sharing > 0)
		reader->pcsc.sharing--;
	if (reader->pcsc.sharing == SHARING_NONE && reader->powered)
		start_idle(reader);
	changed(server);
}

static enum pcsc_outcome
call_disconnect(struct pcsc_call *call)
{
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);
	uint32_t disposition = call->request->arg[0];

	if (disposition > SCARD_EJECT_CARD)
		return done(call, SCARD_E_INVALID_VALUE);
	if (handle->reader && disposition != SCARD_LEAVE_CARD &&
	    held_by_other(handle->reader, handle->id))
		return PCSC_WAIT;
	disconnect(call->server, call->context, handle, disposition);
	return done(call, SCARD_S_SUCCESS);
}

static enum pcsc_outcome
call_begin(struct pcsc_call *call)
{
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);
	struct reader *reader = handle->reader;

	if (!reader)
		return done(call, SCARD_E_INVALID_VALUE);
	if (handle->event != 0)
		return done(call, (LONG)handle->event);
	if (held_by_other(reader, handle->id))
		return again(call);
	reader->pcsc.lock_handle = handle->id;
	reader->pcsc.lock_count++;
	return done(call, SCARD_S_SUCCESS);
}

/* RFUnlockSharing. */
static LONG
unlock(struct reader *reader, uint32_t handle)
{
	unsigned int last = reader->pcsc.sharing == SHARING_EXCLUSIVE ? 1 : 0;

	if (held_by_other(reader, handle))
		return SCARD_E_SHARING_VIOLATION;
	if (reader->pcsc.lock_count <= last)
		return SCARD_E_NOT_TRANSACTED;
	reader->pcsc.lock_count--;
	if (reader->pcsc.lock_count == 0)
		reader->pcsc.lock_handle = 0;
	return SCARD_S_SUCCESS;
}

static enum pcsc_outcome
call_end(struct pcsc_call *call)
{
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);
	uint32_t disposition = call->request->arg[0];
	struct reader *reader = handle->reader;

	if (disposition > SCARD_EJECT_CARD)
		return done(call, SCARD_E_INVALID_VALUE);
	if (!reader)
		return done(call, SCARD_E_INVALID_VALUE);
	/* after a reset by this very program the transaction stays: so in pcsc-lite */
	if (handle->event != 0)
		return done(call, (LONG)handle->event);
	if (disposition != SCARD_LEAVE_CARD && held_by_other(reader, handle->id))
		return done(call, SCARD_E_SHARING_VIOLATION);
	if (disposition == SCARD_RESET_CARD || disposition == SCARD_UNPOWER_CARD)
		reset_card(reader, disposition);
	return done(call, unlock(reader, handle->id));
}

static enum pcsc_outcome
reply_table(struct pcsc_call *call, uint32_t value)
{
	struct wire_reader table[WIRE_READERS];

	pcsc_table(call->server, table);
	memcpy(call->out, table, sizeof table);
	call->reply.length = sizeof table;
	call->reply.value[0] = value;
	return done(call, SCARD_S_SUCCESS);
}

static enum pcsc_outcome
call_status(struct pcsc_call *call)
{
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);
	struct reader *reader = handle->reader;

	/* the library misses the name in the table before it asks the daemon */
	if (!reader)
		return done(call, SCARD_E_READER_UNAVAILABLE);
	if (held_by_other(reader, handle->id))
		return again(call);
	if (handle->event != 0)
		return done(call, (LONG)handle->event);
	return reply_table(call, reader->index);
}

static enum pcsc_outcome
call_list_readers(struct pcsc_call *call)
{
	return reply_table(call, call->server->generation);
}

static enum pcsc_outcome
call_status_change(struct pcsc_call *call)
{
	uint32_t wait = call->request->arg[2];
	uint64_t now = loop_now();

	if (call->request->arg[0] == 0 || call->request->arg[1] != call->server->generation)
		return reply_table(call, call->server->generation);
	if (call->wait_until == 0)
		call->wait_until =
			wait == WIRE_WAIT_FOREVER ? LOOP_NEVER : now + (uint64_t)wait * 1000;
	if (now >= call->wait_until) /* the library sees for itself that its time is over */
		return reply_table(call, call->server->generation);
	return PCSC_WAIT;
}

static enum pcsc_outcome
call_transmit(struct pcsc_call *call)
{
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);
	uint32_t protocol = call->request->arg[0], room = call->request->arg[1];
	struct reader *reader = handle->reader;
	unsigned int delay;
	size_t length;

	if (!reader)
		return done(call, SCARD_E_INVALID_VALUE);
	if (held_by_other(reader, handle->id))
		return again(call);
	if (handle->event != 0)
		return done(call, (LONG)handle->event);
	if (protocol != SCARD_PROTOCOL_RAW && !(reader->pcsc.state & SCARD_PRESENT))
		return done(call, SCARD_E_NO_SMARTCARD);
	if (protocol != SCARD_PROTOCOL_RAW && protocol != PROTOCOL_ANY_OLD &&
	    protocol != reader->pcsc.protocol)
		return done(call, SCARD_E_PROTO_MISMATCH);
	if (reader->dead)
		return done(call, SCARD_E_NOT_TRANSACTED);
	if (reader->pcsc.busy_until > loop_now()) {
		call->wait_until = reader->pcsc.busy_until;
		return PCSC_WAIT;
	}
	length = reader_exchange(reader, call->data, call->request->length, call->out, &delay);
	if (length == 0)
		return done(call, SCARD_E_NOT_TRANSACTED);
	if (delay > 0)
		call->hold_until = reader->pcsc.busy_until = loop_now() + delay;
	call->reply.value[0] = (uint32_t)length;
	/* the card has done its work; only the program does not learn of it */
	if (length > room)
		return done(call, SCARD_E_INSUFFICIENT_BUFFER);
	call->reply.length = (uint32_t)length;
	return done(call, SCARD_S_SUCCESS);
}

static enum pcsc_outcome
call_control(struct pcsc_call *call)
{
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);

	if (!handle->reader)
		return done(call, SCARD_E_INVALID_VALUE);
	if (held_by_other(handle->reader, handle->id))
		return done(call, SCARD_E_SHARING_VIOLATION);
	return done(call, SCARD_E_UNSUPPORTED_FEATURE); /* a reader without features */
}

static enum pcsc_outcome
call_set_attrib(struct pcsc_call *call)
{
	return call_control(call);
}

static enum pcsc_outcome
call_get_attrib(struct pcsc_call *call)
{
	struct pcsc_handle *handle = find_handle(call->context, call->request->handle);
	struct reader *reader = handle->reader;
	const void *value;
	size_t length;

	if (!reader)
		return done(call, SCARD_E_INVALID_VALUE);
	if (held_by_other(reader, handle->id))
		return done(call, SCARD_E_SHARING_VIOLATION);
	if (handle->event != 0)
		return done(call, (LONG)handle->event);
	switch (call->request->arg[0]) {
	case SCARD_ATTR_ATR_STRING:
		value = reader->atr;
		length = !reader->card ? 0 : reader->atr_length;
		break;
	case SCARD_ATTR_VENDOR_NAME:
		value = "jpki-card-sim";
		length = sizeof "jpki-card-sim";
		break;
	case SCARD_ATTR_DEVICE_FRIENDLY_NAME:
	case SCARD_ATTR_DEVICE_SYSTEM_NAME:
		value = reader->name;
		length = strlen(reader->name) + 1;
		break;
	default:
		return done(call, SCARD_E_UNSUPPORTED_FEATURE);
	}
	memcpy(call->out, value, length);
	call->reply.length = (uint32_t)length;
	return done(call, SCARD_S_SUCCESS);
}

static enum pcsc_outcome
call_release(struct pcsc_call *call)
{
	pcsc_remove_context(call->server, call->context);
	return done(call, SCARD_S_SUCCESS);
}

static const struct {
	enum pcsc_outcome (*run)(struct pcsc_call *call);
	bool on_handle;
} calls[WIRE_CALLS] = {
	[WIRE_RELEASE] = {call_release, false},
	[WIRE_LIST_READERS] = {call_list_readers, false},
	[WIRE_CONNECT] = {call_connect, false},
	[WIRE_RECONNECT] = {call_reconnect, true},
	[WIRE_DISCONNECT] = {call_disconnect, true},
	[WIRE_BEGIN] = {call_begin, true},
	[WIRE_END] = {call_end, true},
	[WIRE_STATUS] = {call_status, true},
	[WIRE_STATUS_CHANGE] = {call_status_change, false},
	[WIRE_TRANSMIT] = {call_transmit, true},
	[WIRE_CONTROL] = {call_control, true},
	[WIRE_GET_ATTRIB] = {call_get_attrib, true},
	[WIRE_SET_ATTRIB] = {call_set_attrib, true},
};

enum pcsc_outcome
pcsc_call(struct pcsc_call *call)
{
	uint32_t number = call->request->call;

	if (number >= WIRE_CALLS || !calls[number].run || call->context->id == 0)
		return done(call, SCARD_E_INVALID_PARAMETER);
	if (calls[number].on_handle && !find_handle(call->context, call->request->handle))
		return done(call, SCARD_E_INVALID_HANDLE);
	call->reader = pcsc_call_reader(call);
	return calls[number].run(call);
}

void
pcsc_add_context(struct server *server, struct pcsc_context *context)
{
	context->id = ++server->last_id;
	context->next = server->contexts;
	server->contexts = context;
}

/*
 * Each handle is disconnected and the card left as it is, except where the handle holds a
 * transaction (an exclusive connection counts as one): then the card is reset, unless it was
 * reset or removed already.
 */
void
pcsc_remove_context(struct server *server, struct pcsc_context *context)
{
	struct pcsc_context **at;
	struct pcsc_handle *handle;

	while ((handle = context->handles)) {
		bool holds = handle->reader && handle->reader->pcsc.lock_handle == handle->id;

		disconnect(server, context, handle,
			   holds && handle->event == 0 ? SCARD_RESET_CARD : SCARD_LEAVE_CARD);
	}
	for (at = &server->contexts; *at && *at != context; at = &(*at)->next)
		;
	if (*at)
		*at = context->next;
	context->id = 0;
}

bool
pcsc_lets_others(const struct reader *reader)
{
	return reader->plugged && reader->card && reader->pcsc.lock_handle == 0 &&
	       reader->pcsc.sharing != SHARING_EXCLUSIVE;
}

/* After the other program's short visit, an unused card is unused again. */
static void
end_visit(struct reader *reader)
{
	if (reader->pcsc.sharing == SHARING_NONE)
		start_idle(reader);
}

void
pcsc_other_resets(struct reader *reader)
{
	take_power(reader);
	reset_card(reader, SCARD_RESET_CARD);
	end_visit(reader);
}

void
pcsc_other_sends(struct reader *reader, const uint8_t *command, size_t length)
{
	uint8_t response[SIM_RESPONSE_MAX];
	unsigned int delay;

	take_power(reader);
	trace_note(reader->server->trace, reader->index, "another program:");
	reader_exchange(reader, command, length, response, &delay);
	end_visit(reader);
}
