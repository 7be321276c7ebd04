/* SPDX-License-Identifier: BSD-2-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"
#include "sim/base/socket.h"
#include "sim/doors/doors.h"

#define READER_NAME "QEMU USB CCID"

#define RETRY 250000 /* microseconds between attempts to find QEMU */
#define LOOKED                                                                                     \
	1000000 /* until the computer has surely seen that a card is out: no hand is faster */

#define HEADER_SIZE 12
#define BODY_MAX 65536 /* QEMU's own limit */

#define MAGIC "VSCD"
#define READER_ID 0
#define READER_ID_NONE 0xffffffffU

enum type {
	TYPE_INIT = 1,
	TYPE_ERROR = 2,
	TYPE_READER_ADD = 3,
	TYPE_ATR = 5,
	TYPE_CARD_REMOVE = 6,
	TYPE_APDU = 7,
};

#define GENERAL_ERROR 1

struct qemu {
	struct reader *reader;
	struct sockaddr_un address;
	int fd; /* -1: QEMU is not there */
	struct loop_watch *watch;
	unsigned int unconfirmed; /* what QEMU was told of reader and card */
	uint64_t settled_at;	  /* when the computer has surely seen it */
	uint64_t retry_at;
	uint64_t answer_at; /* a slow card's answer waits; 0: none does */
	size_t answer_len;
	uint8_t answer[SIM_RESPONSE_MAX];
	size_t got;
	uint8_t message[HEADER_SIZE + BODY_MAX];
};

/* QEMU is gone, or speaks something else. */
static void
hang_up(struct qemu *qemu)
{
	if (qemu->fd < 0)
		return;
	loop_watch_close(qemu->watch);
	qemu->fd = -1;
	qemu->got = 0;
	qemu->answer_at = 0;
	qemu->unconfirmed = 0;
	qemu->retry_at = loop_now() + RETRY;
	reader_power_off(qemu->reader);
}

/* What QEMU does not take at once is lost, and the end of the connection is read soon. */
static void
say(struct qemu *qemu, enum type type, uint32_t reader, const void *body, size_t len)
{
	uint8_t message[HEADER_SIZE + SIM_RESPONSE_MAX];
	const uint32_t header[] = {htonl(type), htonl(reader), htonl((uint32_t)len)};

	memcpy(message, header, sizeof header);
	if (len > 0)
		memcpy(message + HEADER_SIZE, body, len);
	if (send(qemu->fd, message, HEADER_SIZE + len, MSG_NOSIGNAL | MSG_DONTWAIT) !=
	    (ssize_t)(HEADER_SIZE + len))
		(void)shutdown(qemu->fd, SHUT_RDWR);
}

static void
tell_inserted(struct qemu *qemu)
{
	reader_power_on(qemu->reader);
	say(qemu, TYPE_ATR, READER_ID, qemu->reader->atr, qemu->reader->atr_len);
	qemu->unconfirmed++;
}

static void
greet(struct qemu *qemu)
{
	uint8_t init[12] = MAGIC "\0\0\0\2"; /* version 0.0.2; no capabilities */

	say(qemu, TYPE_INIT, READER_ID_NONE, init, sizeof init);
	say(qemu, TYPE_READER_ADD, READER_ID, READER_NAME, sizeof READER_NAME);
	qemu->unconfirmed = 1;
	if (qemu->reader->card)
		tell_inserted(qemu);
}

/* A card that does not answer, or has just gone: the computer's reader tells of a failure. */
static void
answer(struct qemu *qemu)
{
	const uint32_t code = htonl(GENERAL_ERROR);

	qemu->answer_at = 0;
	if (qemu->answer_len > 0)
		say(qemu, TYPE_APDU, READER_ID, qemu->answer, qemu->answer_len);
	else
		say(qemu, TYPE_ERROR, READER_ID, &code, sizeof code);
}

static void
command(struct qemu *qemu, const uint8_t *bytes, size_t len)
{
	unsigned int delay = 0;

	qemu->answer_len = reader_exchange(qemu->reader, bytes, len, qemu->answer, &delay);
	if (delay == 0)
		answer(qemu);
	else
		qemu->answer_at = loop_now() + delay;
}

static void
message(struct qemu *qemu, uint32_t type, const uint8_t *body, size_t len)
{
	if (type == TYPE_ERROR && qemu->unconfirmed > 0)
		qemu->unconfirmed--; /* most of the time it says that all is well */
	else if (type == TYPE_APDU && len > 0)
		command(qemu, body, len);
}

/* Takes the messages that are complete. False: no VSCard is spoken here. */
static bool
messages(struct qemu *qemu)
{
	uint32_t header[HEADER_SIZE / sizeof(uint32_t)]; /* type, reader, length */

	while (qemu->got >= HEADER_SIZE) {
		size_t len, whole;

		memcpy(header, qemu->message, sizeof header);
		len = ntohl(header[2]);
		whole = HEADER_SIZE + len;

		if (len > BODY_MAX)
			return false;
		if (qemu->got < whole)
			return true;
		message(qemu, ntohl(header[0]), qemu->message + HEADER_SIZE, len);
		qemu->got -= whole;
		memmove(qemu->message, qemu->message + whole, qemu->got);
	}
	return true;
}

static void
readable(void *arg)
{
	struct qemu *qemu = arg;
	ssize_t got = recv(qemu->fd, qemu->message + qemu->got, sizeof qemu->message - qemu->got,
			   MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		qemu->got += (size_t)got;
	if (got <= 0 || !messages(qemu))
		hang_up(qemu);
}

static void
find(struct qemu *qemu)
{
	qemu->retry_at = loop_now() + RETRY;
	qemu->fd = socket_connect(&qemu->address, SOCK_STREAM);
	if (qemu->fd < 0)
		return;
	qemu->watch = loop_watch_add(qemu->reader->server->loop, qemu->fd, readable, qemu);
	greet(qemu);
}

static uint64_t
turn(void *arg)
{
	struct qemu *qemu = arg;

	if (qemu->fd < 0 && qemu->retry_at <= loop_now())
		find(qemu);
	if (qemu->fd < 0)
		return qemu->retry_at;
	if (qemu->answer_at != 0 && qemu->answer_at <= loop_now())
		answer(qemu);
	if (qemu->answer_at != 0)
		return qemu->answer_at;
	return qemu->settled_at > loop_now() ? qemu->settled_at : LOOP_NEVER;
}

static struct qemu *
qemu_of(const struct reader *reader)
{
	return reader->door_data;
}

static void
inserted(struct reader *reader)
{
	if (qemu_of(reader)->fd >= 0)
		tell_inserted(qemu_of(reader));
}

static void
removed(struct reader *reader)
{
	struct qemu *qemu = qemu_of(reader);

	qemu->answer_at = 0;
	if (qemu->fd < 0)
		return;
	say(qemu, TYPE_CARD_REMOVE, READER_ID, NULL, 0);
	qemu->unconfirmed++;
	qemu->settled_at = loop_now() + LOOKED;
}

static bool
seen(const struct reader *reader)
{
	const struct qemu *qemu = qemu_of(reader);

	return qemu->fd >= 0 && qemu->unconfirmed == 0 && qemu->settled_at <= loop_now();
}

/* The device came anew on QEMU's monitor, which nobody else tells. */
static void
plugged(struct reader *reader)
{
	if (qemu_of(reader)->fd >= 0)
		greet(qemu_of(reader));
}

static char *
qemu_explain(const struct server *server, bool *taken)
{
	const struct qemu *qemu = qemu_of(&server->readers[0]);

	*taken = qemu->fd >= 0;
	return sim_text(*taken ? "whoever listens at %s does not answer as QEMU's "
				 "ccid-card-passthru does"
			       : "nobody listens at %s: is QEMU running, with "
				 "-chardev socket,path=...,server=on? Waiting for it",
			qemu->address.sun_path);
}

static bool
qemu_open(struct server *server, const char *path, char **error)
{
	struct qemu *qemu = sim_alloc(sizeof *qemu);

	if (!socket_address(&qemu->address, path, NULL)) {
		free(qemu);
		return sim_error_set(error, "the path of a socket is too long: %s", path);
	}
	qemu->fd = -1;
	qemu->reader = &server->readers[0];
	qemu->reader->door_data = qemu;
	loop_on_turn(server->loop, turn, qemu);
	server->door = &qemu_door;
	return true;
}

static void
qemu_close(struct server *server)
{
	hang_up(qemu_of(&server->readers[0]));
	free(qemu_of(&server->readers[0]));
}

const struct door qemu_door = {
	.name = "serve",
	.readers = 1,
	.reader_name = READER_NAME,
	.refusal = "a QEMU reader takes one card",
	.open = qemu_open,
	.close = qemu_close,
	.inserted = inserted,
	.removed = removed,
	.plugged = plugged,
	.seen = seen,
	.explain = qemu_explain,
};
