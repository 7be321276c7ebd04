/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/base/socket.h"
#include "sim/standin/link.h"

int
talk_connect(void)
{
	const char *path = getenv(WIRE_SOCKET_VARIABLE);
	struct sockaddr_un address;

	if (!path || *path == '\0' || !socket_address(&address, path, NULL))
		return -1;
	return socket_connect(&address);
}

/* In one piece as a rule, which is what makes an exchange quick. */
static bool
send_question(int fd, const struct question *question)
{
	const char *head = (const char *)&question->request, *data = question->data;
	const size_t size = sizeof question->request, length = question->request.length;
	struct iovec parts[2] = {{(void *)(uintptr_t)head, size},
				 {(void *)(uintptr_t)data, length}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	size_t done = sent < 0 ? 0 : (size_t)sent;

	if (sent < 0 && errno != EINTR)
		return false;
	if (done < size)
		return socket_send(fd, head + done, size - done, -1) &&
		       socket_send(fd, data, length, -1);
	return done == size + length ||
	       socket_send(fd, data + (done - size), size + length - done, -1);
}

static bool
receive_all(int fd, void *buffer, size_t length)
{
	char *at = buffer;

	while (length > 0) {
		ssize_t got = recv(fd, at, length, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		length -= (size_t)got;
	}
	return true;
}

LONG
talk_ask(int fd, struct question *question)
{
	struct wire_reply *reply = &question->reply;

	memset(reply, 0, sizeof *reply);
	question->request.pid = (uint32_t)getpid();
	if (!send_question(fd, question) || !receive_all(fd, reply, sizeof *reply) ||
	    reply->length > question->room || !receive_all(fd, question->out, reply->length))
		return SCARD_F_COMM_ERROR;
	return (LONG)reply->rv;
}
