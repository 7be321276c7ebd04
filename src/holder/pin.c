/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/pin.h"

#include <openssl/crypto.h>
#include <string.h>

#include "holder/secret.h"
#include "holder/text.h"

struct pin *
pin_new(void)
{
	return secret_new(sizeof(struct pin));
}

void
pin_free(struct pin *pin)
{
	secret_free(pin, sizeof *pin);
}

/* ---- the shape ---- */

static const struct {
	size_t least, most;
	bool letters;
} shapes[KEYS] = {
	[KEY_AUTH] = {4, 4, false},
	[KEY_SIGN] = {6, 16, true},
};

enum pin_fault
pin_fold(struct pin *pin, enum key key, bool is_new)
{
	size_t letters = 0, digits = 0;

	pin->len = text_fold(pin->text, pin->len);
	for (size_t i = 0; i < pin->len; i++) {
		if (pin->text[i] >= 'a' && pin->text[i] <= 'z')
			pin->text[i] = (char)(pin->text[i] - 'a' + 'A');
		digits += pin->text[i] >= '0' && pin->text[i] <= '9';
		letters += pin->text[i] >= 'A' && pin->text[i] <= 'Z';
	}
	if (pin->len == 0)
		return PIN_EMPTY;
	if (digits + (shapes[key].letters ? letters : 0) != pin->len)
		return PIN_CHARACTER;
	if (pin->len < shapes[key].least || pin->len > shapes[key].most)
		return PIN_LENGTH;
	if (is_new && shapes[key].letters && (letters == 0 || digits == 0))
		return PIN_NEEDS_BOTH;
	return PIN_FINE;
}

/* ---- asking ---- */

/* Asks until it is a PIN; what was typed is wiped where there is none. */
static struct outcome
ask(const struct module *module, struct pin_request *request, struct pin *pin)
{
	const struct person *person = &module->person;
	int answer;

	for (request->entry = 0;; request->entry++) {
		answer = person->ask_pin(person->context, request, pin);
		if (answer > PIN_GIVEN)
			break;
		request->fault = answer == PIN_TOO_LONG ? PIN_LENGTH
							: pin_fold(pin, request->key,
								   request->question == PIN_NEW);
		if (request->fault == PIN_FINE ||
		    (request->question == PIN_AGAIN && answer == PIN_GIVEN))
			return outcome_just(OUTCOME_OK);
	}
	explicit_bzero(pin, sizeof *pin);
	return (struct outcome){.what = OUTCOME_NO_PIN, .code = answer};
}

/* Where others spend tries while it is typed, what the person was told is not true any more. */
static struct outcome
ask_now(const struct session *session, struct pin *pin)
{
	struct pin_request request = {.key = session->key,
				      .question = PIN_NOW,
				      .reader = session->reader,
				      .tries_left = session_token(session)->status.tries_left};

	if (request.tries_left == 0)
		return outcome_just(OUTCOME_PIN_LOCKED);
	(void)session->module->jpki->tell_tries(
		session->handle, request.tries_left > 0 ? (CK_ULONG)request.tries_left : 0);
	return pin ? ask(session->module, &request, pin) : outcome_just(OUTCOME_NO_MEMORY);
}

static bool
is_same(const struct pin *a, const struct pin *b)
{
	return a->len == b->len && CRYPTO_memcmp(a->text, b->text, a->len) == 0;
}

/* Typed once more: *same says whether it was the same. */
static struct outcome
ask_again(const struct module *module, struct pin_request request, const struct pin *new,
	  bool *same)
{
	struct pin *again = pin_new();
	struct outcome outcome = outcome_just(OUTCOME_NO_MEMORY);

	request.question = PIN_AGAIN;
	if (again)
		outcome = ask(module, &request, again);
	*same = outcome.what == OUTCOME_OK && is_same(new, again);
	pin_free(again);
	return outcome;
}

/* The new PIN, typed twice. */
static struct outcome
ask_new(const struct module *module, const struct reader *reader, enum key key,
	const struct pin *old, struct pin *new)
{
	struct pin_request request = {.key = key,
				      .question = PIN_NEW,
				      .reader = reader,
				      .tries_left = JPKI_TRIES_UNKNOWN};
	struct outcome outcome;
	bool same = false;

	do {
		outcome = ask(module, &request, new);
		if (outcome.what == OUTCOME_OK && is_same(old, new))
			return outcome_just(OUTCOME_PIN_SAME);
		if (outcome.what != OUTCOME_OK || module->person.types_once)
			return outcome;
		outcome = ask_again(module, request, new, &same);
		request.round++;
		request.fault = PIN_DIFFERS;
	} while (outcome.what == OUTCOME_OK && !same);
	return outcome;
}

/* ---- presenting ---- */

/* What is left of the tries, and whether one was lost. */
static struct outcome
was_wrong(struct module *module, struct token *token)
{
	const int before = token->status.tries_left;
	int left;

	module_look(module, token);
	left = token->status.tries_left;
	return (struct outcome){.what = OUTCOME_PIN_WRONG,
				.tries_left = left,
				.is_spent = left < 0 || left != before};
}

/*
 * Sends the PIN that is asked for to the card that the session was opened on: to log in, or, with
 * `report`, for the probes that need one.
 */
static struct outcome
present(const struct session *session, struct jpki_probe_report *report)
{
	struct module *module = session->module;
	struct token *token = session_token(session);
	struct pin *pin = pin_new();
	struct outcome outcome = ask_now(session, pin);
	sigset_t before;
	CK_RV rv = CKR_OK;

	if (outcome.what == OUTCOME_OK) {
		CK_UTF8CHAR *text = (CK_UTF8CHAR *)pin->text;

		work_begin(module, BUSY_CHECKING_PIN, &before);
		rv = report ? module->jpki->probe_card_with_pin(session->handle, text, pin->len,
								report)
			    : module->f->C_Login(session->handle, CKU_USER, text, pin->len);
		work_end(module, &before);
	}
	pin_free(pin);
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID || rv == CKR_PIN_LOCKED)
		return was_wrong(module, token);
	if (rv == CKR_OK)
		return outcome;
	return report ? outcome_of(rv) : module_outcome(module, token, rv);
}

struct outcome
pin_login(const struct session *session)
{
	return present(session, NULL);
}

struct outcome
pin_session(struct session *session, struct module *module, struct reader *reader, enum key key)
{
	struct outcome outcome = outcome_of(session_open(session, module, reader, key, false));

	if (outcome.what != OUTCOME_OK)
		return outcome;
	outcome = pin_login(session);
	if (outcome.what != OUTCOME_OK)
		session_close(session);
	return outcome;
}

struct outcome
pin_probe(struct module *module, struct reader *reader, CK_SLOT_ID slot, bool with_pin,
	  struct jpki_probe_report *report)
{
	struct session session;
	struct outcome outcome;
	sigset_t before;
	CK_RV rv;

	*report = (struct jpki_probe_report){.size = sizeof *report};
	if (!with_pin) {
		work_begin(module, BUSY_PROBING, &before);
		rv = module->jpki->probe_card(slot, report);
		work_end(module, &before);
		return outcome_of(rv);
	}
	rv = session_open(&session, module, reader, KEY_AUTH, false);
	if (rv != CKR_OK)
		return outcome_of(rv);
	outcome = present(&session, report);
	session_close(&session);
	return outcome;
}

static struct outcome
change(const struct session *session, struct pin *old, struct pin *new)
{
	struct module *module = session->module;
	struct outcome outcome;
	sigset_t before;
	CK_RV rv;

	work_begin(module, BUSY_CHANGING_PIN, &before);
	rv = module->f->C_SetPIN(session->handle, (CK_UTF8CHAR *)old->text, old->len,
				 (CK_UTF8CHAR *)new->text, new->len);
	work_end(module, &before);
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LOCKED)
		return was_wrong(module, session_token(session));
	outcome = outcome_of(rv);
	outcome.is_open =
		rv != CKR_OK && rv != CKR_SESSION_HANDLE_INVALID && rv != CKR_FUNCTION_REJECTED;
	return outcome;
}

/* The session is that of the card whose tries were told: another one put in since gets no PIN. */
struct outcome
pin_change(struct module *module, struct reader *reader, enum key key)
{
	struct pin *old = pin_new(), *new = pin_new();
	struct session session;
	const CK_RV rv = session_open(&session, module, reader, key, true);
	struct outcome outcome =
		rv == CKR_OK && !new ? outcome_just(OUTCOME_NO_MEMORY) : outcome_of(rv);

	if (outcome.what == OUTCOME_OK)
		outcome = ask_now(&session, old);
	if (outcome.what == OUTCOME_OK)
		outcome = ask_new(module, reader, key, old, new);
	if (outcome.what == OUTCOME_OK)
		outcome = change(&session, old, new);
	if (rv == CKR_OK)
		session_close(&session);
	pin_free(old);
	pin_free(new);
	return outcome;
}

/* Why there is none: nothing in its place, or something that is no certificate. */
static struct outcome
none_seen(const struct session *session, enum object_id id, CK_RV rv)
{
	bool is_own = id == id_of(session->key);
	struct outcome outcome =
		rv != CKR_OK || is_own ? module_outcome(session->module, session_token(session), rv)
				       : outcome_just(OUTCOME_OK);

	return outcome.what == OUTCOME_OK ? outcome_just(OUTCOME_NO_CERTIFICATE) : outcome;
}

struct outcome
certificate_read(struct module *module, enum object_id id, X509 **certificate)
{
	struct reader *reader;
	struct session session;
	struct outcome outcome = module_choose(module, id_key(id), &reader);
	CK_RV rv;

	if (outcome.what != OUTCOME_OK)
		return outcome;
	rv = session_open(&session, module, reader, id_key(id), false);
	if (rv != CKR_OK)
		return outcome_of(rv);
	rv = session_certificate(&session, id, certificate);
	if (rv == CKR_OK && !*certificate && id == id_of(session.key)) {
		outcome = pin_login(&session);
		if (outcome.what == OUTCOME_OK)
			rv = session_certificate(&session, id, certificate);
	}
	session_close(&session);
	return outcome.what == OUTCOME_OK && !*certificate ? none_seen(&session, id, rv) : outcome;
}
