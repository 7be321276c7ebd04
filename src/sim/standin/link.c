/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/standin/link.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/socket.h"

int
talk_connect(void)
{
	const char *path = getenv(WIRE_SOCKET_VARIABLE);
	struct sockaddr_un address;

	if (!path || !*path || !socket_address(&address, path, NULL))
		return -1;
	return socket_connect(&address, WIRE_SOCKET_TYPE);
}

LONG
talk_ask(int fd, struct question *question)
{
	struct wire_reply *reply = &question->reply;
	struct iovec out[] = {{&question->request, sizeof question->request},
			      {(void *)(uintptr_t)question->data, question->request.len}};
	struct iovec in[] = {{reply, sizeof *reply}, {question->out, question->room}};
	const struct msghdr sent = {.msg_iov = out, .msg_iovlen = 2};
	struct msghdr received = {.msg_iov = in, .msg_iovlen = 2};
	ssize_t got;

	memset(reply, 0, sizeof *reply);
	question->request.pid = (uint32_t)getpid();
	if (TEMP_FAILURE_RETRY(sendmsg(fd, &sent, MSG_NOSIGNAL)) < 0)
		return SCARD_F_COMM_ERROR;
	got = TEMP_FAILURE_RETRY(recvmsg(fd, &received, 0));
	if (got != (ssize_t)(sizeof *reply + reply->len))
		return SCARD_F_COMM_ERROR;
	return (LONG)reply->rv;
}

/* Of one context; the server refuses more (contextMaxCardHandles). */
#define HANDLES_MAX 200

struct link {
	SCARDCONTEXT context;
	int fd;
	unsigned int users; /* threads that hold or await the lock, and 1 while listed */
	pthread_mutex_t lock;
	SCARDHANDLE handles[HANDLES_MAX]; /* 0: none */
	struct link *next;
};

/*
 * The one global. `list_lock` guards the list, each link's `users` and its handles; it is never
 * held while a link's lock or the server is awaited.
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
		/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): being listed counts as a user */
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

static bool
link_new(int fd, SCARDCONTEXT context)
{
	struct link *link = calloc(1, sizeof *link);

	if (!link)
		return false;
	link->fd = fd;
	link->context = context;
	link->users = 1;
	pthread_mutex_init(&link->lock, NULL);
	list_enter();
	link->next = list;
	list = link;
	list_leave();
	return true;
}

LONG
link_establish(DWORD scope, SCARDCONTEXT *context)
{
	struct question question = {
		.request = {.call = WIRE_ESTABLISH, .arg = {WIRE_VERSION, (uint32_t)scope}}};
	int fd = talk_connect();
	LONG rv;

	if (fd < 0)
		return SCARD_E_NO_SERVICE;
	rv = talk_ask(fd, &question);
	if (rv == SCARD_S_SUCCESS && !link_new(fd, (SCARDCONTEXT)question.reply.value[0]))
		rv = SCARD_E_NO_MEMORY;
	if (rv == SCARD_S_SUCCESS)
		*context = (SCARDCONTEXT)question.reply.value[0];
	else
		(void)close(fd);
	return rv;
}

/* Where the handle stands in the link, or, for 0, where there is room; NULL: nowhere. */
static SCARDHANDLE *
find_handle(struct link *link, SCARDHANDLE handle)
{
	for (unsigned int i = 0; i < HANDLES_MAX; i++)
		if (link->handles[i] == handle)
			return &link->handles[i];
	return NULL;
}

/* The link of a context, or of a handle where the context is 0. */
static bool
is_meant(struct link *link, SCARDCONTEXT context, SCARDHANDLE handle)
{
	if (context != 0)
		return link->context == context;
	return handle != 0 && find_handle(link, handle);
}

/*
 * Waits for the link's lock outside of list_lock, then makes sure that the link or the handle was
 * not forgotten in the meantime.
 */
static struct link *
find_and_lock(SCARDCONTEXT context, SCARDHANDLE handle)
{
	struct link *link;

	list_enter();
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): being listed counts as a user */
	for (link = list; link && !is_meant(link, context, handle); link = link->next)
		;
	if (link)
		link->users++;
	list_leave();
	if (!link)
		return NULL;
	pthread_mutex_lock(&link->lock);
	if (link->fd >= 0 && is_meant(link, context, handle))
		return link;
	link_unlock(link);
	return NULL;
}

struct link *
link_lock_context(SCARDCONTEXT context)
{
	return find_and_lock(context, 0);
}

void
link_unlock(struct link *link)
{
	pthread_mutex_unlock(&link->lock);
	list_enter();
	if (--link->users == 0) {
		pthread_mutex_destroy(&link->lock);
		free(link);
	}
	list_leave();
}

bool
link_knows_context(SCARDCONTEXT context)
{
	struct link *link;

	list_enter();
	for (link = list; link && !is_meant(link, context, 0); link = link->next)
		;
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
	(void)close(link->fd);
	link->fd = -1;
	link_unlock(link);
}

bool
link_change_handle(struct link *link, SCARDHANDLE from, SCARDHANDLE to)
{
	SCARDHANDLE *place;

	list_enter();
	place = find_handle(link, from);
	if (place)
		*place = to;
	list_leave();
	return place != NULL;
}

LONG
link_ask(struct link *link, struct question *question)
{
	return talk_ask(link->fd, question);
}

LONG
link_ask_handle(SCARDHANDLE handle, struct question *question)
{
	/*
	 * How long the context is left to other threads before a card that another program's
	 * transaction holds is asked for again. pcsc-lite waits 100 ms; a test need not.
	 */
	const struct timespec pause = {.tv_nsec = 1000000};
	LONG rv;

	question->request.handle = (uint32_t)handle;
	for (;;) {
		struct link *link = find_and_lock(0, handle);

		if (!link)
			return SCARD_E_INVALID_HANDLE;
		rv = link_ask(link, question);
		if (question->request.call == WIRE_DISCONNECT && rv == SCARD_S_SUCCESS)
			link_change_handle(link, handle, 0);
		link_unlock(link);
		if (!question->reply.again)
			return rv;
		question->request.flags |= WIRE_AGAIN;
		nanosleep(&pause, NULL);
	}
}
