/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/memory.h"
#include "sim/doors/doors.h"

#define VPCD_READERS 2

#define RETRY 250000  /* microseconds between attempts to find pcscd */
#define SETTLED 20000 /* until pcscd's table says what its driver has just learnt */
#define LOOKS 3	      /* without power: more than a new card ever gets */
#define LOOKED 500000 /* until pcscd has surely looked: it does so every 0.4 s */

enum { ORDER_POWER_OFF = 0, ORDER_POWER_ON = 1, ORDER_RESET = 2, ORDER_ATR = 4 };

enum slot_state {
	SLOT_CLOSED,	 /* no card, or no pcscd */
	SLOT_CONNECTING, /* the card is in; pcscd has not powered it yet */
	SLOT_POWERED,	 /* powered, but the ATR was not asked for since */
	SLOT_OPEN,	 /* pcscd knows the card */
	SLOT_LEAVING	 /* the card is out; pcscd has not looked yet */
};

struct slot {
	struct reader *reader;
	uint16_t port;
	enum slot_state state;
	int fd; /* -1 while closed */
	struct loop_watch *watch;
	uint64_t retry_at;
	uint64_t settled_at; /* when the last change is known to programs; 0: it is */
	unsigned int looks;  /* of pcscd at the card that is in and that it has not powered yet */
	unsigned int last_orders; /* messages read since the card was taken out */
	bool looked;		  /* the only one was the question for the ATR: pcscd's look */
	size_t got;
	uint8_t request[2 + 65535];
	uint64_t answer_at; /* a slow card's answer waits; 0: none does */
	size_t answer_len;
	uint8_t answer[2 + SIM_RESPONSE_MAX];
};

static void
slot_close(struct slot *slot)
{
	if (slot->fd >= 0)
		loop_watch_close(slot->watch);
	slot->fd = -1;
	slot->got = 0;
	slot->answer_at = 0;
	slot->state = SLOT_CLOSED;
	reader_power_off(slot->reader);
}

static void
slot_send(struct slot *slot, const uint8_t *body, size_t len)
{
	uint8_t message[2 + SIM_RESPONSE_MAX];

	message[0] = (uint8_t)(len >> 8);
	message[1] = (uint8_t)len;
	memcpy(message + 2, body, len);
	if (send(slot->fd, message, 2 + len, MSG_NOSIGNAL) != (ssize_t)(2 + len))
		slot->state = SLOT_LEAVING; /* the end is read soon */
}

/*
 * Only our half of the connection is closed: pcscd's driver finds it at its next look and closes
 * its own half, and so we learn that it has looked.
 */
static void
slot_leave(struct slot *slot)
{
	slot->last_orders = 0;
	slot->looked = false;
	(void)shutdown(slot->fd, SHUT_WR);
	slot->state = SLOT_LEAVING;
}

/*
 * The question for the ATR is pcscd's look, too. A new card is powered after the first. If it is
 * not, a busy pcscd has overlooked that the card before it was out: then this look has to see that.
 */
static void
slot_tell_atr(struct slot *slot)
{
	if (slot->state == SLOT_CONNECTING && ++slot->looks > LOOKS) {
		slot_leave(slot);
		slot->looked = true;
		return;
	}
	slot_send(slot, slot->reader->atr, slot->reader->atr_len);
	if (slot->state == SLOT_POWERED) {
		slot->state = SLOT_OPEN;
		slot->settled_at = loop_now() + SETTLED;
	}
}

static void
slot_order(struct slot *slot, uint8_t order)
{
	switch (order) {
	case ORDER_POWER_OFF:
		reader_power_off(slot->reader);
		break;
	case ORDER_POWER_ON:
		reader_power_on(slot->reader);
		if (slot->state == SLOT_CONNECTING)
			slot->state = SLOT_POWERED;
		break;
	case ORDER_RESET:
		reader_reset(slot->reader);
		break;
	case ORDER_ATR:
		slot_tell_atr(slot);
		break;
	default:
		break; /* unknown orders are not answered, as by other virtual cards */
	}
}

static void
slot_command(struct slot *slot, const uint8_t *command, size_t len)
{
	unsigned int delay;

	if (!slot->reader->powered)
		reader_power_on(slot->reader);
	slot->answer_len = reader_exchange(slot->reader, command, len, slot->answer, &delay);
	if (delay == 0)
		slot_send(slot, slot->answer, slot->answer_len);
	else
		slot->answer_at = loop_now() + delay;
}

/* Takes the messages that are complete. */
static void
slot_messages(struct slot *slot)
{
	while (slot->got >= 2) {
		size_t len = (size_t)slot->request[0] << 8 | slot->request[1];

		if (slot->got < 2 + len)
			return;
		if (slot->state != SLOT_LEAVING && len == 1)
			slot_order(slot, slot->request[2]);
		else if (slot->state != SLOT_LEAVING && len > 1)
			slot_command(slot, slot->request + 2, len);
		else if (slot->state == SLOT_LEAVING)
			slot->looked = slot->last_orders++ == 0 && len == 1 &&
				       slot->request[2] == ORDER_ATR;
		slot->got -= 2 + len;
		memmove(slot->request, slot->request + 2 + len, slot->got);
	}
}

static void
slot_ready(void *arg)
{
	struct slot *slot = arg;
	const int yes = 1;
	bool was_leaving = slot->state == SLOT_LEAVING;
	ssize_t got;

	/* Without this each exchange costs 44 ms: vpcd writes length and body apart. */
	setsockopt(slot->fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
	got = recv(slot->fd, slot->request + slot->got, sizeof slot->request - slot->got,
		   MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		slot->got += (size_t)got;
		slot_messages(slot);
		return;
	}
	slot_close(slot);
	/*
	 * The end came at pcscd's look, or at some program's command: then pcscd itself does not
	 * know yet, and would overlook the removal if another card came before its look.
	 */
	if (was_leaving)
		slot->settled_at = loop_now() + (slot->looked ? SETTLED : LOOKED);
	else
		slot->retry_at = loop_now() + RETRY; /* pcscd went away */
}

static void
slot_connect(struct slot *slot)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(slot->port),
				      .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	const int yes = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	slot->retry_at = loop_now() + RETRY;
	if (fd < 0)
		return;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		(void)close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	slot->watch = loop_watch_add(slot->reader->server->loop, fd, slot_ready, slot);
	slot->fd = fd;
	slot->looks = 0;
	slot->state = SLOT_CONNECTING;
}

static uint64_t
slot_turn(void *arg)
{
	struct slot *slot = arg;
	uint64_t now = loop_now();

	if (slot->answer_at != 0 && slot->answer_at <= now) {
		slot->answer_at = 0;
		slot_send(slot, slot->answer, slot->answer_len);
	}
	if (slot->settled_at != 0 && slot->settled_at <= now)
		slot->settled_at = 0;
	if (slot->state == SLOT_CLOSED && slot->reader->card && slot->retry_at <= now)
		slot_connect(slot);
	now = LOOP_NEVER;
	if (slot->answer_at != 0)
		now = slot->answer_at;
	if (slot->settled_at != 0)
		now = loop_sooner(now, slot->settled_at);
	if (slot->state == SLOT_CLOSED && slot->reader->card)
		now = loop_sooner(now, slot->retry_at);
	return now;
}

static void
slot_inserted(struct reader *reader)
{
	struct slot *slot = reader->door_data;

	slot_close(slot); /* of a card that pcscd never saw leave */
	slot->retry_at = 0;
	slot->settled_at = 0;
}

static void
slot_removed(struct reader *reader)
{
	struct slot *slot = reader->door_data;

	slot->settled_at = 0;
	slot->answer_at = 0;
	if (slot->fd < 0)
		return;
	slot_leave(slot);
}

static bool
slot_seen(const struct reader *reader)
{
	const struct slot *slot = reader->door_data;

	if (slot->settled_at != 0)
		return false;
	return slot->state == (reader->card ? SLOT_OPEN : SLOT_CLOSED);
}

static char *
vpcd_explain(const struct server *server, bool *taken)
{
	const struct slot *slot = server->door_data;

	while (slot_seen(slot->reader))
		slot++;
	*taken = slot->state != SLOT_CLOSED;
	return sim_text(*taken ? "whoever listens at port %u does not take the card: is another "
				 "simulator there, or something else than vpcd?"
			       : "nobody listens at port %u: is pcscd running, with the driver "
				 "vpcd? Waiting for it",
			(unsigned int)slot->port);
}

static bool
vpcd_open(struct server *server, const char *port, char **error)
{
	struct slot *slots = sim_alloc(VPCD_READERS * sizeof *slots);

	(void)error;
	for (int i = 0; i < VPCD_READERS; i++) {
		slots[i].reader = &server->readers[i];
		slots[i].port = (uint16_t)(strtoul(port, NULL, 10) + (unsigned long)i);
		slots[i].fd = -1;
		server->readers[i].door_data = &slots[i];
		loop_on_turn(server->loop, slot_turn, &slots[i]);
	}
	server->door = &vpcd_door;
	server->door_data = slots;
	return true;
}

static void
vpcd_close(struct server *server)
{
	struct slot *slots = server->door_data;

	for (int i = 0; i < VPCD_READERS; i++)
		slot_close(&slots[i]);
	free(slots);
}

const struct door vpcd_door = {
	.name = "serve",
	.readers = VPCD_READERS,
	.reader_name = "Virtual PCD 00 %02X",
	.refusal = "vpcd has only 2 readers",
	.open = vpcd_open,
	.close = vpcd_close,
	.inserted = slot_inserted,
	.removed = slot_removed,
	.seen = slot_seen,
	.explain = vpcd_explain,
};
