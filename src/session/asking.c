/* SPDX-License-Identifier: BSD-2-Clause */
#include "session/asking.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "session/access.h"

/* A user does not err so often; an agent that types by itself might for ever. */
#define ROUNDS_MAX 10

#define CANCEL_MS_MIN 1000
#define STEP_NS 20000000L

static const struct {
	enum result r;
	enum jpki_agent_fault fault;
} faults[] = {
	{RESULT_PIN_WRONG, JPKI_AGENT_FAULT_WRONG},
	{RESULT_PIN_SHAPE, JPKI_AGENT_FAULT_SHAPE},
	{RESULT_PIN_REPEATED, JPKI_AGENT_FAULT_REPEATED},
	{RESULT_FEWER_TRIES, JPKI_AGENT_FAULT_FEWER},
	{RESULT_NEW_PIN_LENGTH, JPKI_AGENT_FAULT_NEW_LENGTH},
	{RESULT_NEW_PIN_INVALID, JPKI_AGENT_FAULT_NEW},
};

/* JPKI_AGENT_FAULT_NONE: nothing that the user could mend. */
static enum jpki_agent_fault
fault_of(enum result r)
{
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		if (faults[i].r == r)
			return faults[i].fault;
	return JPKI_AGENT_FAULT_NONE;
}

bool
asking_is_possible(const struct module *m)
{
	return m->asks_agent && prompt_is_there();
}

_Static_assert(sizeof((struct jpki_asking){0}.excepts) == SETTINGS_TEXT_MAX, "the setting fits");

void
asking_describe(const struct module *m, struct jpki_asking *asking)
{
	const char *excepts = m->settings.ask_pin_agent_not_for;

	*asking = (struct jpki_asking){
		.size = sizeof *asking,
		.by_agent = m->settings.ask_pin == SETTINGS_ASK_AGENT,
		.excepted = !prompt_is_for_this_process(excepts),
		.is_there = prompt_is_there(),
	};
	memcpy(asking->excepts, excepts, sizeof asking->excepts);
}

/* One after another: whoever waited finds somebody logged in, most of the time. */
static void
enter(struct module *m, struct reader *reader, enum layout_key key)
{
	(void)pthread_mutex_lock(&m->state);
	m->waiting++;
	while (reader->asking[key] && !line_is_drawn(&m->line))
		(void)pthread_cond_wait(&m->changed, &m->state);
	reader->asking[key] = true;
	(void)pthread_mutex_unlock(&m->state);
}

static void
leave(struct module *m, struct reader *reader, enum layout_key key)
{
	(void)pthread_mutex_lock(&m->state);
	reader->asking[key] = false;
	m->waiting--;
	(void)pthread_cond_broadcast(&m->changed);
	(void)pthread_mutex_unlock(&m->state);
}

/* What the user is to be told of the card, as it is now. */
static enum result
describe(struct module *m, const struct session *s, struct jpki_agent_request *request)
{
	struct token_info info = {0};
	struct token_view view;
	struct token *t;
	enum result r = access_begin(m, s->reader, &t);

	if (r != RESULT_OK)
		return r;
	r = token_read_info(t, s->key, &info);
	token_view(t, &view);
	r = access_end(m, s->reader, r);
	if (r != RESULT_OK)
		return r;
	if (view.insertion != s->insertion)
		return RESULT_CARD_CHANGED;
	if (request->purpose == JPKI_AGENT_LOGIN && view.keys[s->key].logged_in)
		return RESULT_LOGGED_IN;
	/* Wrong, but not sent: it was refused before. */
	if (request->fault == JPKI_AGENT_FAULT_WRONG && request->tries_left == info.tries_left)
		request->fault = JPKI_AGENT_FAULT_REPEATED;
	request->tries_left = info.tries_left;
	memcpy(request->serial, info.serial, sizeof info.serial);
	return info.tries_left > 0 ? RESULT_OK : RESULT_PIN_BLOCKED;
}

static enum result
ask(int agent, struct module *m, struct session *s, struct jpki_agent_request *request,
    struct secret *answer, asking_use *use)
{
	const struct jpki_agent_answer *typed = (const void *)answer->data;
	enum result r = RESULT_CANCELLED;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		r = describe(m, s, request);
		if (r == RESULT_OK)
			r = prompt_ask(agent, request, &m->line, answer);
		if (r != RESULT_OK)
			return r;
		s->told = request->tries_left;
		r = use(m, s, (struct bytes){typed->pin, typed->pin_len},
			(struct bytes){typed->new_pin, typed->new_pin_len});
		s->told = 0;
		secret_wipe(answer->data, answer->size);
		request->fault = fault_of(r);
		if (request->fault == JPKI_AGENT_FAULT_NONE)
			return r;
	}
	return RESULT_CANCELLED;
}

static enum result
converse(struct module *m, struct session *s, enum jpki_agent_purpose purpose, asking_use *use)
{
	struct jpki_agent_request request = {
		.version = JPKI_AGENT_VERSION,
		.purpose = purpose,
		.key = s->key == LAYOUT_SIGN ? JPKI_AGENT_KEY_SIGN : JPKI_AGENT_KEY_AUTH,
		.tries_allowed = layout_roles[s->key].tries,
	};
	const int agent = prompt_connect(&m->line);
	struct secret *answer = prompt_answer_new();
	enum result r = answer ? RESULT_CANCELLED : RESULT_NO_MEMORY;

	(void)pthread_mutex_lock(&m->state);
	bytes_clean_text(request.reader, sizeof request.reader, s->reader->name);
	(void)pthread_mutex_unlock(&m->state);
	if (agent >= 0 && answer)
		r = ask(agent, m, s, &request, answer, use);
	secret_free(answer);
	prompt_hang_up(agent);
	return r;
}

enum result
asking_run(struct module *m, struct session *s, enum jpki_agent_purpose purpose, asking_use *use)
{
	const struct timespec step = {.tv_nsec = STEP_NS};
	const int64_t begun = clock_now_ms();
	enum result r;

	enter(m, s->reader, s->key);
	r = line_is_drawn(&m->line) ? RESULT_ENDED : converse(m, s, purpose, use);
	while (r == RESULT_CANCELLED && clock_now_ms() - begun < CANCEL_MS_MIN)
		if (line_is_drawn(&m->line))
			r = RESULT_ENDED;
		else
			(void)nanosleep(&step, NULL);
	leave(m, s->reader, s->key);
	return r;
}
