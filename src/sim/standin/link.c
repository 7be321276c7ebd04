/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/standin/link.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

struct channel {
	SCARDHANDLE handle;
	struct channel *next;
	char reader[];
};

struct link {
	SCARDCONTEXT context;
	int fd;
	unsigned int users; /* threads that hold or await the lock, and 1 while listed */
	pthread_mutex_t lock;
	struct channel *channels;
	struct link *next;
};

/*
 * The one global. `list_lock` guards the list, each link's `users` and its channels' list
 * structure; it is never held while a link's lock or the server is awaited.
 */
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct link *list;
static atomic_int list_owner; /* process id */

/*
 * Takes list_lock. A forked child has the parent's locks as they were, perhaps held by threads
 * that it does not have: its first call makes them anew. The connections are still shared with
 * the parent, as with the real library: a child that disconnects disconnects its parent.
 */
static void
list_enter(void)
{
	int me = (int)getpid();
	int was = atomic_load(&list_owner);
	struct link *link;

	if (was != me && atomic_compare_exchange_strong(&list_owner, &was, me) && was != 0) {
		pthread_mutex_init(&list_lock, NULL);
		for (link = list; link; link = link->next)
			pthread_mutex_init(&link->lock, NULL);
	}
	pthread_mutex_lock(&list_lock);
}

static void
list_leave(void)
{
	pthread_mutex_unlock(&list_lock);
}

static int
server_connect(void)
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

static LONG
ask(int fd, struct wire_request *request, const void *data, struct wire_reply *reply, void *out,
    size_t room)
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

LONG
link_ask(struct link *link, struct wire_request *request, const void *data,
	 struct wire_reply *reply, void *out, size_t room)
{
	return ask(link->fd, request, data, reply, out, room);
}

static struct link *
link_new(int fd, SCARDCONTEXT context)
{
	struct link *link = calloc(1, sizeof *link);

	if (!link)
		return NULL;
	link->fd = fd;
	link->context = context;
	link->users = 1;
	pthread_mutex_init(&link->lock, NULL);
	list_enter();
	link->next = list;
	list = link;
	list_leave();
	return link;
}

LONG
link_establish(DWORD scope, SCARDCONTEXT *context)
{
	struct wire_request request = {.call = WIRE_ESTABLISH, .arg = {WIRE_VERSION}};
	struct wire_reply reply;
	int fd = server_connect();
	LONG rv;

	if (fd == -1)
		return SCARD_E_NO_SERVICE;
	request.arg[1] = (uint32_t)scope;
	rv = ask(fd, &request, NULL, &reply, NULL, 0);
	if (rv == SCARD_S_SUCCESS && !link_new(fd, (SCARDCONTEXT)reply.value[0]))
		rv = SCARD_E_NO_MEMORY;
	if (rv == SCARD_S_SUCCESS)
		*context = (SCARDCONTEXT)reply.value[0];
	else
		close(fd);
	return rv;
}

static struct channel *
find_channel(const struct link *link, SCARDHANDLE handle)
{
	struct channel *channel;

	for (channel = link->channels; channel; channel = channel->next)
		if (channel->handle == handle)
			return channel;
	return NULL;
}

static void
link_free(struct link *link)
{
	struct channel *channel;

	while ((channel = link->channels)) {
		link->channels = channel->next;
		free(channel);
	}
	pthread_mutex_destroy(&link->lock);
	free(link);
}

/* Drops one use; the last one frees. Called with list_lock held. */
static void
drop_locked(struct link *link)
{
	if (--link->users == 0)
		link_free(link);
}

/*
 * Waits for the link's lock outside of list_lock, then makes sure that the link was not
 * forgotten in the meantime. The caller counted itself in `users`.
 */
static struct link *
lock_counted(struct link *link)
{
	if (!link)
		return NULL;
	pthread_mutex_lock(&link->lock);
	if (link->fd != -1)
		return link;
	link_unlock(link);
	return NULL;
}

static struct link *
find_link_locked(SCARDCONTEXT context)
{
	struct link *link = list;

	while (link && link->context != context)
		link = link->next;
	return link;
}

struct link *
link_lock_context(SCARDCONTEXT context)
{
	struct link *link;

	list_enter();
	link = find_link_locked(context);
	if (link)
		link->users++;
	list_leave();
	return lock_counted(link);
}

struct link *
link_lock_handle(SCARDHANDLE handle, const char **reader)
{
	struct link *link;
	struct channel *channel = NULL;

	list_enter();
	for (link = list; link; link = link->next)
		if (find_channel(link, handle))
			break;
	if (link)
		link->users++;
	list_leave();
	link = lock_counted(link);
	if (!link)
		return NULL;
	channel = find_channel(link, handle);
	if (!channel) {
		link_unlock(link);
		return NULL;
	}
	if (reader)
		*reader = channel->reader;
	return link;
}

void
link_unlock(struct link *link)
{
	pthread_mutex_unlock(&link->lock);
	list_enter();
	drop_locked(link);
	list_leave();
}

bool
link_knows_context(SCARDCONTEXT context)
{
	struct link *link;

	list_enter();
	link = find_link_locked(context);
	list_leave();
	return link != NULL;
}

void
link_forget(struct link *link)
{
	struct link **at;

	list_enter();
	for (at = &list; *at && *at != link; at = &(*at)->next)
		;
	if (*at) {
		*at = link->next;
		link->users--;
	}
	list_leave();
	close(link->fd);
	link->fd = -1;
	link_unlock(link);
}

bool
link_add_handle(struct link *link, SCARDHANDLE handle, const char *reader)
{
	size_t size = strlen(reader) + 1;
	struct channel *channel = malloc(sizeof *channel + size);

	if (!channel)
		return false;
	channel->handle = handle;
	memcpy(channel->reader, reader, size);
	list_enter();
	channel->next = link->channels;
	link->channels = channel;
	list_leave();
	return true;
}

void
link_remove_handle(struct link *link, SCARDHANDLE handle)
{
	struct channel **at;
	struct channel *gone;

	list_enter();
	for (at = &link->channels; *at && (*at)->handle != handle; at = &(*at)->next)
		;
	gone = *at;
	if (gone)
		*at = gone->next;
	list_leave();
	free(gone);
}

LONG
link_cancel(SCARDCONTEXT context)
{
	struct wire_request request = {.call = WIRE_CANCEL, .handle = (uint32_t)context};
	struct wire_reply reply;
	int fd;
	LONG rv;

	if (!link_knows_context(context))
		return SCARD_E_INVALID_HANDLE;
	fd = server_connect();
	if (fd == -1)
		return SCARD_E_NO_SERVICE;
	rv = ask(fd, &request, NULL, &reply, NULL, 0);
	close(fd);
	return rv;
}
