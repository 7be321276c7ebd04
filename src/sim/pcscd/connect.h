/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_PCSCD_CONNECT_H
#define JPKI_SIM_PCSCD_CONNECT_H

#include <winscard.h>

#include "sim/pcscd/state.h"

#define PROTOCOL_ANY_OLD 0x1000u /* for programs built long ago */

/* How a call ends. */
static inline enum pcsc_outcome
pcsc_done(struct pcsc_call *call, LONG rv)
{
	call->reply.rv = (uint32_t)rv;
	return PCSC_DONE;
}

/* Another handle holds a transaction: the library is to ask again. */
static inline enum pcsc_outcome
pcsc_again(struct pcsc_call *call)
{
	call->reply.again = 1;
	return pcsc_done(call, SCARD_E_SHARING_VIOLATION);
}

/* Connections of programs to readers: SCardConnect, SCardReconnect, SCardDisconnect. */
enum pcsc_outcome pcsc_connect(struct pcsc_call *call);
enum pcsc_outcome pcsc_reconnect(struct pcsc_call *call);
enum pcsc_outcome pcsc_disconnect(struct pcsc_call *call);

void pcsc_add_context(struct pcsc *pcsc, struct pcsc_context *context);

/* The program released its context or died: pcscd's MSGRemoveContext. */
void pcsc_remove_context(struct pcsc *pcsc, struct pcsc_context *context);

#endif
