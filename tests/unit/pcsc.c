/* SPDX-License-Identifier: BSD-2-Clause */
#include "reader/pcsc.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * What the real libpcsclite is told by a pcscd that refuses, is not there, or is just coming. In
 * pcscd's place is a thread of this test, which does one thing to each program that connects.
 */

/* pcsc-lite's exchanges begin with a length and a command; an answer is as long as its question. */
struct header {
	uint32_t size;
	uint32_t command;
};

#define REFUSED_BY_VERSION 0x8010001eU /* SCARD_E_SERVICE_STOPPED, as pcscd answers */

static char folder[] = "/tmp/unit-pcsc.XXXXXX";
static char path[64];

struct pcscd {
	int listener;
	void (*serve)(int fd, unsigned int number); /* the connections, counted from 0 */
	pthread_t thread;
};

static bool
receive(int fd, void *to, size_t len)
{
	return recv(fd, to, len, MSG_WAITALL) == (ssize_t)len;
}

static void
hang_up_at_once(int fd, unsigned int number)
{
	(void)fd, (void)number;
}

static void
hang_up_when_spoken_to(int fd, unsigned int number)
{
	struct pollfd heard = {fd, POLLIN, 0};

	(void)number;
	(void)poll(&heard, 1, -1);
}

static void
hang_up_when_heard(int fd, unsigned int number)
{
	struct header header;
	uint32_t version[3];

	(void)number;
	(void)(receive(fd, &header, sizeof header) && receive(fd, version, sizeof version));
}

static void
hang_up_at_any_time(int fd, unsigned int number)
{
	(void)fd;
	for (volatile unsigned int i = 0; i < number % 100 * 300; i++)
		;
}

static void
speak_another_version(int fd, unsigned int number)
{
	struct header header;
	uint32_t version[3];

	(void)number;
	if (!receive(fd, &header, sizeof header) || !receive(fd, version, sizeof version))
		return;
	version[0] = 3; /* as old as no libpcsclite goes back */
	version[1] = 0;
	version[2] = REFUSED_BY_VERSION;
	(void)send(fd, version, sizeof version, MSG_NOSIGNAL);
}

/* Every question is answered by itself: agreed. */
static void
agree(int fd)
{
	struct header header;
	uint32_t body[64];

	while (receive(fd, &header, sizeof header) && header.size <= sizeof body &&
	       receive(fd, body, header.size))
		(void)send(fd, body, header.size, MSG_NOSIGNAL);
}

static void
break_off_once(int fd, unsigned int number)
{
	if (number == 0)
		hang_up_when_heard(fd, number);
	else if (number > 1) /* between the two, somebody looks whether anybody is there */
		agree(fd);
}

static void *
run(void *argument)
{
	const struct pcscd *pcscd = argument;
	unsigned int number = 0;
	int fd;

	while ((fd = accept(pcscd->listener, NULL, NULL)) >= 0) {
		pcscd->serve(fd, number++);
		(void)close(fd);
	}
	return NULL;
}

static int
listen_at_path(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(fd, 16), 0);
	return fd;
}

static void
pcscd_start(struct pcscd *pcscd, void (*serve)(int, unsigned int))
{
	pcscd->listener = listen_at_path();
	pcscd->serve = serve;
	assert_int_equal(pthread_create(&pcscd->thread, NULL, run, pcscd), 0);
}

static void
pcscd_stop(struct pcscd *pcscd)
{
	(void)shutdown(pcscd->listener, SHUT_RDWR);
	assert_int_equal(pthread_join(pcscd->thread, NULL), 0);
	(void)close(pcscd->listener);
	assert_int_equal(unlink(path), 0);
}

static enum result
open_once(void)
{
	struct pcsc_service service;
	struct pcsc_context context;
	enum result r;

	pcsc_service_init(&service);
	pcsc_init(&context, &service);
	r = pcsc_open(&context);
	pcsc_close(&context);
	return r;
}

static void
refused_always(void (*serve)(int, unsigned int))
{
	struct pcscd pcscd;

	pcscd_start(&pcscd, serve);
	for (int i = 0; i < 200; i++)
		assert_int_equal(open_once(), RESULT_REFUSED);
	pcscd_stop(&pcscd);
}

static void
a_service_that_hangs_up_refuses_whenever_it_does_so(void **state)
{
	(void)state;
	refused_always(hang_up_at_once);
	refused_always(hang_up_when_spoken_to);
	refused_always(hang_up_when_heard);
	refused_always(hang_up_at_any_time);
}

static void
where_nobody_listens_there_is_no_service(void **state)
{
	(void)state;
	assert_int_equal(open_once(), RESULT_NO_SERVICE);
	(void)close(listen_at_path()); /* the socket of a service that died */
	assert_int_equal(open_once(), RESULT_NO_SERVICE);
	assert_int_equal(unlink(path), 0);
}

static void
a_service_of_another_version_refuses_nobody(void **state)
{
	struct pcscd pcscd;

	(void)state;
	pcscd_start(&pcscd, speak_another_version);
	assert_int_equal(open_once(), RESULT_NO_SERVICE);
	pcscd_stop(&pcscd);
}

static void
a_service_that_is_restarted_just_now_is_asked_again(void **state)
{
	struct pcscd pcscd;

	(void)state;
	pcscd_start(&pcscd, break_off_once);
	assert_int_equal(open_once(), RESULT_OK);
	pcscd_stop(&pcscd);
}

static int
make_place(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof path, "%s/pcscd.comm", mkdtemp(folder));
	return setenv("PCSCLITE_CSOCK_NAME", path, 1);
}

static int
remove_place(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_that_hangs_up_refuses_whenever_it_does_so),
		cmocka_unit_test(where_nobody_listens_there_is_no_service),
		cmocka_unit_test(a_service_of_another_version_refuses_nobody),
		cmocka_unit_test(a_service_that_is_restarted_just_now_is_asked_again),
	};

	return cmocka_run_group_tests(tests, make_place, remove_place);
}
