/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_STANDIN_WIRE_H
#define JPKI_SIM_STANDIN_WIRE_H

#include <stdint.h>

/*
 * What the stand-in libpcsclite and the server in jpki-card-sim say to each other over a Unix
 * socket: one connection per PC/SC context, one request and one reply at a time, each a packet, in
 * the machine's own byte order. Both come from the same build; a version that differs is refused.
 */

#define WIRE_VERSION 1
#define WIRE_SOCKET_VARIABLE "JPKI_CARD_SIM_SOCKET"
#define WIRE_SOCKET_TYPE SOCK_SEQPACKET

#define WIRE_READERS 16	    /* PCSCLITE_MAX_READERS_CONTEXTS */
#define WIRE_NAME 128	    /* MAX_READERNAME */
#define WIRE_ATR 36	    /* 33 and padding */
#define WIRE_DATA_MAX 65548 /* MAX_BUFFER_SIZE_EXTENDED */

/*
 * The calls: ROW(call, as a user who counts them and orders faults names it). WIRE_ANY is no call,
 * and "any" in a fault order is every one.
 */
/* clang-format off */
#define WIRE_CALL_ROWS(ROW) \
	ROW(WIRE_ANY, "any") \
	ROW(WIRE_ESTABLISH, "establish") \
	ROW(WIRE_RELEASE, "release") \
	ROW(WIRE_LIST_READERS, "listreaders") \
	ROW(WIRE_CONNECT, "connect") \
	ROW(WIRE_RECONNECT, "reconnect") \
	ROW(WIRE_DISCONNECT, "disconnect") \
	ROW(WIRE_BEGIN, "begin") \
	ROW(WIRE_END, "end") \
	ROW(WIRE_STATUS, "status") \
	ROW(WIRE_STATUS_CHANGE, "statuschange") \
	ROW(WIRE_TRANSMIT, "transmit") \
	ROW(WIRE_CONTROL, "control") \
	ROW(WIRE_GET_ATTRIB, "getattrib") \
	ROW(WIRE_SET_ATTRIB, "setattrib") \
	ROW(WIRE_CANCEL, "cancel")

enum wire_call {
#define ROW(call, name) call,
	WIRE_CALL_ROWS(ROW)
#undef ROW
	WIRE_CALLS
};
/* clang-format on */

/* In wire_request.flags: not a new call of the program, so not counted and no new fault. */
#define WIRE_AGAIN 1u

struct wire_request {
	uint32_t call;
	uint32_t flags;
	uint32_t pid;	 /* who calls; differs from the context's owner in a forked child */
	uint32_t handle; /* the card handle, or the context for WIRE_CANCEL */
	uint32_t arg[4]; /* as each call says below */
	uint32_t len;	 /* of the bytes that follow: reader name, command, attribute */
};

/*
 *                arg                                     bytes         reply: value, bytes
 * ESTABLISH      version, scope                          -             context
 * RELEASE        -                                       -             -
 * LIST_READERS   -                                       -             generation; readers
 * CONNECT        share, protocols                        reader        handle, protocol
 * RECONNECT      share, protocols, initialization        -             -, protocol
 * DISCONNECT     disposition                             -             -
 * BEGIN          -                                       -             -
 * END            disposition                             -             -
 * STATUS         -                                       -             reader's index; readers
 * STATUS_CHANGE  wait?, generation, timeout in ms        -             generation; readers
 * TRANSMIT       protocol, room for the answer           command       length; answer
 * CONTROL        code, room                              input         length; output
 * GET_ATTRIB     id                                      -             length; attribute
 * SET_ATTRIB     id                                      attribute     -
 * CANCEL         -                                       -             -
 *
 * A call that another's transaction holds up is answered with `again`: the library lets the
 * other threads use the context for a moment and asks again, as the real one does.
 */
struct wire_reply {
	uint32_t rv; /* SCARD_… as 32 bits */
	uint32_t again;
	uint32_t value[2];
	uint32_t len;
};

/* One slot of the table of readers that every program sees; an empty name is no reader. */
struct wire_reader {
	char name[WIRE_NAME];
	uint32_t event_counter; /* 0 to 0xFFFF */
	uint32_t state;		/* SCARD_ABSENT, SCARD_PRESENT … */
	int32_t sharing;	/* connections, -1 for an exclusive one */
	uint32_t protocol;
	uint32_t atr_len;
	uint8_t atr[WIRE_ATR];
};

/* wait? = 0: the table at once. Else wait until its generation is not the one given. */
#define WIRE_WAIT_FOREVER 0xFFFFFFFFu

#endif
