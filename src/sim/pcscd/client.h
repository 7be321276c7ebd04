/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_CLIENT_H
#define JPKI_SIM_PCSCD_CLIENT_H

#include "sim/pcscd/call.h"
#include "sim/pcscd/strike.h"

/* One connection of a program, which is one context, and the request that it waits for. */

struct client {
	struct pcsc *pcsc;
	int fd;
	struct loop_watch *watch;
	uint32_t pid;
	struct pcsc_context context;
	struct wire_request request;
	bool busy;	     /* a whole request is there, its answer is not */
	bool answered;	     /* the answer is there, but not its time (call.hold_until) */
	uint32_t held_event; /* reader's event counter when the answer was held */
	struct pcsc_call call;
	struct strikes strikes;
	struct client *next;
	uint8_t data[WIRE_DATA_MAX];
	uint8_t out[WIRE_DATA_MAX];
};

/* A whole request has come in. False: the program is to be dropped. */
bool client_begin(struct client *client);

/* Goes on with the request in hand, as far as it goes. */
void client_step(struct client *client);

/* The answer's time has come, or its card has gone while it was awaited. */
bool client_may_send(struct client *client);

/* Of a service that was stopped since? Who was connected then finds the connection closed. */
bool client_is_stale(const struct client *client);

#endif
