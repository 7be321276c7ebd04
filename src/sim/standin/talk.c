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
	return socket_connect(&address, WIRE_SOCKET_TYPE);
}

LONG
talk_ask(int fd, struct question *question)
{
	struct wire_reply *reply = &question->reply;
	struct iovec out[] = {{&question->request, sizeof question->request},
			      {(void *)(uintptr_t)question->data, question->request.length}};
	struct iovec in[] = {{reply, sizeof *reply}, {question->out, question->room}};
	const struct msghdr sent = {.msg_iov = out, .msg_iovlen = 2};
	struct msghdr received = {.msg_iov = in, .msg_iovlen = 2};
	ssize_t got;

	memset(reply, 0, sizeof *reply);
	question->request.pid = (uint32_t)getpid();
	if (TEMP_FAILURE_RETRY(sendmsg(fd, &sent, MSG_NOSIGNAL)) < 0)
		return SCARD_F_COMM_ERROR;
	got = TEMP_FAILURE_RETRY(recvmsg(fd, &received, 0));
	if (got != (ssize_t)(sizeof *reply + reply->length))
		return SCARD_F_COMM_ERROR;
	return (LONG)reply->rv;
}
