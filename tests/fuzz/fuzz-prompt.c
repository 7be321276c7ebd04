/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzing: what an agent says to the module. Whatever it says, the module takes a PIN only from a
 * whole message that makes sense, keeps nothing of any other, and comes back.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "prompt/prompt.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/guard.h"
#include "tests/fuzz/input.h"

const char fuzz_corpus[] = "prompt";

#define MESSAGE_MAX (sizeof(struct jpki_agent_answer) + 16)

static struct {
	bool runs; /* else its clock and its turns are the system's */
	struct input in;
	int socket; /* the agent's end; -1: it hung up */
	time_t now;
	struct line line;
	struct jpki_agent_answer said; /* last, if it was of the right size */
	unsigned int messages;
} agent;

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	const int r = (int)syscall(SYS_clock_gettime, clock, now);

	if (agent.runs)
		*now = (struct timespec){.tv_sec = agent.now};
	return r;
}

static void
hang_up(void)
{
	if (agent.socket >= 0)
		(void)close(agent.socket);
	agent.socket = -1;
}

static void
say(const void *message, size_t size)
{
	agent.said = (struct jpki_agent_answer){0};
	if (size == sizeof agent.said)
		memcpy(&agent.said, message, size);
	if (send(agent.socket, message, size, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size)
		agent.messages++;
}

static uint32_t
length(void)
{
	const uint8_t b = input_byte(&agent.in);

	return b < 0xf0 ? b % (JPKI_AGENT_PIN_MAX + 2) : UINT32_MAX - b;
}

static void
say_answer(uint32_t outcome)
{
	struct jpki_agent_answer answer = {.version = JPKI_AGENT_VERSION, .outcome = outcome};

	if (outcome == JPKI_AGENT_TYPED) {
		answer.pin_len = length();
		answer.new_pin_len = length();
		input_copy(&agent.in, answer.pin, sizeof answer.pin);
		input_copy(&agent.in, answer.new_pin, sizeof answer.new_pin);
	}
	say(&answer, sizeof answer);
}

static void
say_anything(size_t size)
{
	uint8_t message[MESSAGE_MAX];

	input_copy(&agent.in, message, sizeof message);
	say(message, size);
}

/* One thing that an agent does, or that happens. */
static void
act(void)
{
	const uint8_t what = input_byte(&agent.in);

	switch (agent.socket >= 0 ? what % 8 : 0) {
	case 1:
		say_answer(JPKI_AGENT_WAITS);
		break;
	case 2:
		say_answer(JPKI_AGENT_TYPED);
		break;
	case 3:
		say_answer(input_number(&agent.in));
		break;
	case 4:
		say_anything(sizeof(struct jpki_agent_answer));
		break;
	case 5:
		say_anything(input_byte(&agent.in) % MESSAGE_MAX);
		break;
	case 6:
		agent.now += input_byte(&agent.in);
		break;
	case 7:
		line_draw(&agent.line);
		act(); /* at the same time */
		break;
	default:
		hang_up();
	}
}

/* Whenever the module waits, it is the agent's turn. */
int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	const struct timespec none = {0}, wait = {.tv_sec = timeout / 1000};

	if (agent.runs)
		act();
	return ppoll(fds, count, agent.runs ? &none : timeout < 0 ? NULL : &wait, NULL);
}

static void
check_typed(const struct secret *answer, bool two)
{
	const struct jpki_agent_answer *typed = (const void *)answer->data;

	if (line_is_drawn(&agent.line))
		guard_fail("a PIN was taken after C_Finalize");
	if (memcmp(typed, &agent.said, sizeof *typed) != 0 ||
	    typed->version != JPKI_AGENT_VERSION || typed->outcome != JPKI_AGENT_TYPED)
		guard_fail("a PIN was taken from what is no answer");
	if (typed->pin_len == 0 || typed->pin_len > JPKI_AGENT_PIN_MAX ||
	    typed->new_pin_len > JPKI_AGENT_PIN_MAX || (two && typed->new_pin_len == 0))
		guard_fail("a PIN was taken that has no length that can be");
}

static void
check_nothing(const struct secret *answer)
{
	for (size_t i = 0; i < answer->size; i++)
		if (answer->data[i] != 0)
			guard_fail("something of an answer that was not taken is left");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct secret *answer = prompt_answer_new();
	struct jpki_agent_request request = {.version = JPKI_AGENT_VERSION};
	int ends[2];
	enum result r;

	agent.in = (struct input){data, len};
	request.purpose = input_byte(&agent.in) % (JPKI_AGENT_CHANGE + 1);
	if (!answer || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends) != 0)
		abort();
	agent.socket = ends[0];
	agent.line = (struct line){0};
	agent.messages = 0;
	agent.runs = true;
	r = prompt_ask(ends[1], &request, &agent.line, answer);
	agent.runs = false;
	if (r == RESULT_OK)
		check_typed(answer, request.purpose == JPKI_AGENT_CHANGE);
	else
		check_nothing(answer);
	if (r != RESULT_OK && r != RESULT_CANCELLED && r != RESULT_ENDED)
		guard_fail("an agent makes the module fail in another way than by cancelling");
	if ((r == RESULT_ENDED) != line_is_drawn(&agent.line))
		guard_fail("C_Finalize is not what ends the wait, or does not");
	hang_up();
	(void)close(ends[1]);
	secret_free(answer);
	return 0;
}
