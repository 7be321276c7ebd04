/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/standin/talk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

int
talk_connect(void)
{
	const char *path = getenv(WIRE_SOCKET_VARIABLE);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (!path || *path == '\0' || strlen(path) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
send_all(int fd, const struct wire_request *request, const void *data)
{
	struct iovec parts[2] = {
		{.iov_base = (void *)(uintptr_t)request, .iov_len = sizeof *request},
		{.iov_base = (void *)(uintptr_t)data, .iov_len = request->length}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = request->length > 0 ? 2 : 1};
	size_t left = sizeof *request + request->length;

	while (left > 0) {
		ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		left -= (size_t)sent;
		while (left > 0 && (size_t)sent >= message.msg_iov->iov_len) {
			sent -= (ssize_t)message.msg_iov->iov_len;
			message.msg_iov++;
			message.msg_iovlen--;
		}
		if (left > 0) {
			message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= (size_t)sent;
		}
	}
	return true;
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

static bool
receive_and_drop(int fd, size_t length)
{
	char dropped[512];

	while (length > 0) {
		size_t part = length < sizeof dropped ? length : sizeof dropped;

		if (!receive_all(fd, dropped, part))
			return false;
		length -= part;
	}
	return true;
}

LONG
talk_ask(int fd, struct wire_request *request, const void *data, struct wire_reply *reply,
	 void *out, size_t room)
{
	size_t kept;

	memset(reply, 0, sizeof *reply);
	request->pid = (uint32_t)getpid();
	if (!send_all(fd, request, data) || !receive_all(fd, reply, sizeof *reply))
		return SCARD_F_COMM_ERROR;
	if (reply->length > WIRE_DATA_MAX)
		return SCARD_F_COMM_ERROR;
	kept = reply->length < room ? reply->length : room;
	if (!receive_all(fd, out, kept) || !receive_and_drop(fd, reply->length - kept))
		return SCARD_F_COMM_ERROR;
	return (LONG)reply->rv;
}
