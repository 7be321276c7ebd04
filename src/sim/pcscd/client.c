/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/client.h"

#include <string.h>

#include "sim/pcscd/connect.h"

bool
client_is_stale(const struct client *client)
{
	return client->context.id != 0 && client->context.life != client->pcsc->life;
}

static LONG
establish(struct client *client)
{
	if (client->request.arg[0] != WIRE_VERSION)
		return SCARD_E_SERVICE_STOPPED;
	if (client->pcsc->stopped || client->context.id != 0)
		return SCARD_E_NO_SERVICE;
	if (client->request.arg[1] > SCARD_SCOPE_GLOBAL)
		return SCARD_E_INVALID_VALUE;
	client->pid = client->request.pid;
	pcsc_add_context(client->pcsc, &client->context);
	client->context.life = client->pcsc->life;
	client->call.reply.value[0] = client->context.id;
	return SCARD_S_SUCCESS;
}

/* SCardCancel ends a wait for changes, if the context is waiting; else it does nothing. */
static LONG
cancel(struct client *canceller)
{
	struct client *client;

	for (client = canceller->pcsc->clients; client; client = client->next) {
		if (client->context.id != canceller->request.handle || client == canceller)
			continue;
		if (client->busy && client->request.call == WIRE_STATUS_CHANGE) {
			memset(&client->call.reply, 0, sizeof client->call.reply);
			client->call.reply.rv = (uint32_t)SCARD_E_CANCELLED;
			client->answered = true;
		}
		return SCARD_S_SUCCESS;
	}
	return SCARD_E_INVALID_HANDLE;
}

/* Carries the request out; false while it has to wait. */
static bool
carry_out(struct client *client)
{
	struct pcsc_call *call = &client->call;

	switch (client->request.call) {
	case WIRE_ESTABLISH:
		call->reply.rv = (uint32_t)establish(client);
		return true;
	case WIRE_CANCEL:
		call->reply.rv = (uint32_t)cancel(client);
		return true;
	default:
		return answer_waiting(call) || pcsc_call(call) == PCSC_DONE;
	}
}

/* A program that got an error instead of its new context or handle does not have it. */
static void
undo_if_lost(struct client *client, uint32_t made)
{
	struct wire_request request = {.call = WIRE_DISCONNECT, .handle = made};
	struct pcsc_call call = {
		.pcsc = client->pcsc, .context = &client->context, .request = &request};

	if (made == 0 || client->call.reply.rv == (uint32_t)SCARD_S_SUCCESS)
		return;
	if (client->request.call == WIRE_CONNECT)
		pcsc_call(&call);
	else if (client->request.call == WIRE_ESTABLISH)
		pcsc_remove_context(client->pcsc, &client->context);
}

void
client_step(struct client *client)
{
	struct pcsc_call *call = &client->call;
	uint32_t made;

	if (!carry_out(client))
		return;
	client->answered = true;
	if (call->reply.again)
		return;
	made = call->reply.value[0];
	strikes_after(&client->strikes, call);
	undo_if_lost(client, made);
	if (call->hold_until != 0 && call->reader)
		client->held_event = pcsc_of(call->reader)->event_counter;
}

bool
client_begin(struct client *client)
{
	struct pcsc *pcsc = client->pcsc;
	struct pcsc_call *call = &client->call;
	bool counts = client->request.call > WIRE_ANY && client->request.call < WIRE_CALLS &&
		      !(client->request.flags & WIRE_AGAIN);

	client->busy = true;
	*call = (struct pcsc_call){.pcsc = pcsc,
				   .context = &client->context,
				   .request = &client->request,
				   .data = client->data,
				   .out = client->out};
	if (client->context.id != 0 && client->request.pid != client->pid)
		pcsc->trespasses++;
	if (counts) {
		pcsc->faults.calls[WIRE_ANY]++;
		pcsc->faults.calls[client->request.call]++;
		strikes_settle(pcsc);
	}
	if (client_is_stale(client))
		return false;
	if (counts && !strikes_before(&client->strikes, call)) {
		client->strikes.count = 0;
		client->answered = true;
	}
	if (!client->answered)
		client_step(client);
	return true;
}

bool
client_may_send(struct client *client)
{
	struct pcsc_call *call = &client->call;

	if (call->hold_until == 0 || !call->reader)
		return true;
	if (!call->reader->plugged || pcsc_of(call->reader)->event_counter != client->held_event) {
		memset(&call->reply, 0, sizeof call->reply);
		call->reply.rv = (uint32_t)SCARD_E_NOT_TRANSACTED;
		return true;
	}
	return loop_now() >= call->hold_until;
}
