/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "card/card.h"
#include "token/digest.h"
#include "token/state.h"

/* How long an answer to C_GetTokenInfo is good: programs ask again and again. */
#define INFO_AGE_MAX_MS 1000

static enum token_learnt
pss_by_setting(enum settings_pss pss)
{
	switch (pss) {
	case SETTINGS_PSS_ON:
		return TOKEN_LEARNT_YES;
	case SETTINGS_PSS_OFF:
		return TOKEN_LEARNT_NO;
	case SETTINGS_PSS_AUTO:
		break;
	}
	return TOKEN_NOT_LEARNT;
}

static void
reset_key(struct state_key *k, const struct layout_role *role)
{
	secret_free(k->pin);
	secret_free(k->recent);
	files_forget_certificate(&k->certificate);
	files_forget_certificate(&k->ca);
	*k = (struct state_key){
		.tries = STATE_TRIES_UNKNOWN,
		.is_private = role->certificate_private,
	};
}

void
state_reset(struct token *t)
{
	for (int k = 0; k < LAYOUT_KEYS; k++)
		reset_key(&t->keys[k], &layout_roles[k]);
	t->insertion = 0;
	t->kind = TOKEN_UNKNOWN;
	t->met = t->logged_out = t->unproven = t->doubted = t->power_off = t->pss_asked = false;
	t->have_info = t->have_id = t->have_head = t->shown = false;
	t->short_read = TOKEN_NOT_LEARNT;
	t->pss = pss_by_setting(t->settings->pss);
	t->model[0] = t->info_serial[0] = t->serial[0] = '\0';
}

void
state_logout(struct token *t, enum layout_key key)
{
	struct state_key *k = &t->keys[key];
	const bool unusable = k->certificate.unusable;

	secret_free(k->pin);
	k->pin = NULL;
	if (k->is_private) {
		files_forget_certificate(&k->certificate);
		k->certificate.unusable = unusable; /* no secret, and logged once is enough */
	}
}

bool
state_anybody_logged_in(const struct token *t)
{
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (t->keys[k].pin)
			return true;
	return false;
}

void
state_doubt_tries(struct token *t)
{
	for (int k = 0; k < LAYOUT_KEYS; k++)
		t->keys[k].tries_at = 0;
}

struct token *
token_new(struct pcsc_service *service, struct line *line, const char *reader,
	  const struct settings *settings)
{
	struct token *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->line = line;
	t->settings = settings;
	t->link = link_new(service, reader);
	if (!t->link) {
		free(t);
		return NULL;
	}
	state_reset(t);
	return t;
}

void
token_forget(struct token *t)
{
	state_reset(t);
	link_drop(t->link);
}

void
token_free(struct token *t)
{
	if (!t)
		return;
	token_forget(t);
	link_free(t->link);
	free(t);
}

void
token_view(const struct token *t, struct token_view *view)
{
	*view = (struct token_view){.insertion = t->insertion, .kind = t->kind, .pss = t->pss};
	for (int i = 0; i < LAYOUT_KEYS; i++) {
		const struct state_key *k = &t->keys[i];

		view->keys[i] = (struct token_key_view){
			.present = k->present,
			.unusable = k->certificate.unusable,
			.logged_in = k->pin != NULL,
			.is_private = k->is_private,
			.loaded = k->certificate.file != NULL,
			.ca_unusable = k->ca.unusable,
		};
	}
}

enum result
token_look(struct token *t)
{
	enum result r = work_begin(t, 0);

	return r == RESULT_OK ? work_end(t, r) : r;
}

/* Begins work on one key of the card. */
static enum result
begin_on_key(struct token *t, uint64_t expected, enum layout_key key)
{
	enum result r = work_begin(t, expected);

	if (r == RESULT_OK && !t->keys[key].present)
		return work_end(t, RESULT_NO_CERTIFICATE);
	return r;
}

/* The same for all tokens of a card, different between cards, stable until renewal. */
static void
make_serial(struct token *t)
{
	const struct state_key *auth = &t->keys[LAYOUT_AUTH];
	uint8_t hash[DIGEST_SIZE_MAX];

	if (auth->present && !auth->is_private && t->have_head) {
		(void)digest_of(DIGEST_SHA256, (struct bytes){t->head, sizeof t->head}, hash);
		bytes_to_hex((struct bytes){hash, 8}, t->serial);
	} else {
		memcpy(t->serial, t->info_serial, sizeof t->serial);
	}
}

static void
fill_info(struct token *t, enum layout_key key, struct token_info *info)
{
	make_serial(t);
	t->shown = true;
	info->tries_left = (unsigned int)t->keys[key].tries;
	memcpy(info->model, t->model, sizeof info->model);
	memcpy(info->serial, t->serial, sizeof info->serial);
}

static enum result
read_info_in_work(struct token *t, enum layout_key key)
{
	enum result r = look_read_info(t);

	return r == RESULT_OK ? present_query(t, key) : r;
}

enum result
token_read_info(struct token *t, enum layout_key key, struct token_info *info)
{
	enum result r = begin_on_key(t, 0, key);

	if (r != RESULT_OK)
		return r;
	do {
		r = read_info_in_work(t, key);
	} while (work_resume(t, &r));
	if (r == RESULT_OK)
		fill_info(t, key, info);
	return work_end(t, r);
}

bool
token_recall_info(struct token *t, enum layout_key key, struct token_info *info)
{
	const struct state_key *k = &t->keys[key];
	const int64_t age = clock_boot_ms() - k->tries_at;

	if (!t->have_info || t->doubted || t->unproven || k->tries == STATE_TRIES_UNKNOWN)
		return false;
	if (k->tries_at == 0 || age < 0 || age >= INFO_AGE_MAX_MS)
		return false;
	fill_info(t, key, info);
	return true;
}

/*
 * What is read in the login's own transaction. Failing to read is failing to log in; a
 * certificate that was read and is no good is not.
 */
static enum result
read_after_login(struct token *t, enum layout_key key)
{
	const struct layout_role *role = &layout_roles[key];
	enum result r = RESULT_OK;

	if (t->keys[key].is_private)
		r = files_read_certificate(t, role->certificate_file, role->name,
					   &t->keys[key].certificate);
	if (r == RESULT_BAD_CERTIFICATE)
		r = RESULT_OK;
	return r == RESULT_OK ? sign_learn_pss_open(t, key) : r;
}

static void
drop_recent(struct state_key *k)
{
	secret_free(k->recent);
	k->recent = NULL;
}

/* What was typed, as the card wants it; programs in a loop with what cannot be a PIN are stopped.
 */
static enum result
read_typed(struct token *t, enum layout_key key, struct bytes typed, struct secret **pin)
{
	struct pin_repeat *unshaped = &t->keys[key].unshaped;
	enum result r = pin_read(&layout_roles[key], typed, pin);

	drop_recent(&t->keys[key]); /* it may be changed now, or not be the right one any more */
	if (r == RESULT_PIN_SHAPE)
		return pin_refuse_shape(unshaped, typed);
	if (r == RESULT_OK)
		*unshaped = (struct pin_repeat){0};
	return r;
}

static enum result
login_in_work(struct token *t, enum layout_key key, const struct secret *pin, unsigned int told,
	      bool keep)
{
	enum result r = look_know_card(t);

	if (r == RESULT_OK)
		r = present_typed(t, key, pin, told);
	if (r == RESULT_OK && keep)
		r = read_after_login(t, key);
	return r;
}

/* The PIN that is right is the one to go on with, also where another was kept before. */
static void
adopt_pin(struct state_key *k, struct secret **pin)
{
	secret_free(k->pin);
	k->pin = *pin;
	*pin = NULL;
}

/* Takes over the PIN if it was right and is to be kept, or takes the place of one that was. */
static enum result
login(struct token *t, uint64_t expected, enum layout_key key, struct bytes typed,
      unsigned int told, bool keep)
{
	struct secret *pin = NULL;
	enum result r = read_typed(t, key, typed, &pin);

	if (r == RESULT_OK)
		r = begin_on_key(t, expected, key);
	if (r == RESULT_OK) {
		r = login_in_work(t, key, pin, told, keep);
		if (r == RESULT_OK && (keep || t->keys[key].pin))
			adopt_pin(&t->keys[key],
				  &pin); /* before work_end: it keeps the connection */
		r = work_end(t, r);
	}
	secret_free(pin);
	return r;
}

enum result
token_login(struct token *t, uint64_t expected, enum layout_key key, struct bytes typed,
	    unsigned int told, unsigned int linger)
{
	enum result r = login(t, expected, key, typed, told, true);

	if (r == RESULT_OK)
		t->keys[key].linger_ms = linger * 1000;
	return r;
}

enum result
token_confirm(struct token *t, uint64_t expected, enum layout_key key, struct bytes typed,
	      unsigned int told)
{
	return login(t, expected, key, typed, told, false);
}

void
token_logout(struct token *t, enum layout_key key, bool linger)
{
	struct state_key *k = &t->keys[key];

	drop_recent(k);
	if (linger && k->linger_ms > 0) {
		k->recent = k->pin;
		k->recent_until = clock_boot_ms() + k->linger_ms;
		k->pin = NULL;
	}
	state_logout(t, key);
	if (!state_anybody_logged_in(t))
		link_drop(t->link);
}

void
token_expire(struct token *t)
{
	for (int k = 0; k < LAYOUT_KEYS; k++)
		if (t->keys[k].recent && clock_boot_ms() > t->keys[k].recent_until)
			drop_recent(&t->keys[k]);
}

/*
 * Under the rules for a PIN that nobody types now; and where others spent tries meanwhile, it is
 * for the user. That another program changed the PIN cannot be seen: that costs one of all the
 * tries.
 */
static enum result
login_again_in_work(struct token *t, enum layout_key key)
{
	struct state_key *k = &t->keys[key];
	enum result r;

	adopt_pin(k, &k->recent);
	k->tries = STATE_TRIES_UNKNOWN; /* others may have spent some: the card and it are asked */
	r = present_login(t, key, layout_roles[key].tries);
	if (r == RESULT_OK)
		r = read_after_login(t, key);
	if (r != RESULT_OK)
		state_logout(t, key);
	return r;
}

enum result
token_login_again(struct token *t, uint64_t expected, enum layout_key key)
{
	enum result r = t->keys[key].recent ? begin_on_key(t, expected, key) : RESULT_NOT_LOGGED_IN;

	/* The card may turn out to be another one: its PINs are gone then. */
	if (r == RESULT_OK && !t->keys[key].recent)
		return work_end(t, RESULT_NOT_LOGGED_IN);
	return r == RESULT_OK ? work_end(t, login_again_in_work(t, key)) : r;
}

/* No answer, or one that says nothing about PINs: the one that is kept may be the old one. */
static enum result
change_is_uncertain(struct token *t, enum layout_key key, enum result r)
{
	log_line(LOG_LEVEL_ERROR, "%s: changing the %s PIN: %s; either PIN may be in force now",
		 link_reader(t->link), layout_roles[key].name, result_name(r));
	t->keys[key].uncertain = true;
	state_logout(t, key);
	return work_is_answer(r) ? RESULT_CARD_ERROR : r;
}

/* CHANGE is sent once. A plain refusal leaves the old PIN in force. */
static enum result
change_in_work(struct token *t, enum layout_key key, const struct secret *old_pin,
	       const struct secret *new_pin, unsigned int told)
{
	enum result r = login_in_work(t, key, old_pin, told, false);

	if (r == RESULT_OK)
		r = card_select_file(t->link, layout_roles[key].pin_file);
	if (r == RESULT_OK)
		r = work_cross(t);
	if (r != RESULT_OK)
		return r;
	state_doubt_tries(t);
	r = card_change_pin(t->link, CARD_CURRENT_FILE, secret_bytes(new_pin));
	line_crossed(t->line);
	if (r == RESULT_BAD_DATA || r == RESULT_WRONG_LENGTH || r == RESULT_CONDITIONS) {
		(void)present_query(t, key);
		return RESULT_NEW_PIN_INVALID;
	}
	return r == RESULT_OK ? r : change_is_uncertain(t, key, r);
}

enum result
token_change_pin(struct token *t, uint64_t expected, enum layout_key key, struct bytes old_typed,
		 struct bytes new_typed, unsigned int told)
{
	struct secret *old_pin = NULL, *new_pin = NULL;
	enum result r = pin_read_new(&layout_roles[key], new_typed, &new_pin);

	if (r == RESULT_OK)
		r = read_typed(t, key, old_typed, &old_pin);
	if (r == RESULT_OK)
		r = begin_on_key(t, expected, key);
	if (r == RESULT_OK) {
		r = change_in_work(t, key, old_pin, new_pin, told);
		if (r == RESULT_OK && t->keys[key].pin)
			adopt_pin(&t->keys[key], &new_pin);
		r = work_end(t, r);
	}
	secret_free(old_pin);
	secret_free(new_pin);
	return r;
}

static enum result
read_certificate(struct token *t, uint16_t file, const char *name, struct state_certificate *c)
{
	enum result r;

	do {
		r = files_read_certificate(t, file, name, c);
	} while (work_asks_again(t, &r) || work_resume(t, &r));
	return r;
}

enum result
token_load_certificate(struct token *t, uint64_t expected, enum layout_key key,
		       const struct certificate **certificate)
{
	const struct layout_role *role = &layout_roles[key];
	struct state_key *k = &t->keys[key];
	enum result r;

	*certificate = &k->certificate.fields;
	if (work_is_over(t, expected))
		return RESULT_CARD_CHANGED;
	if (k->certificate.file)
		return RESULT_OK;
	if (k->is_private)
		return k->certificate.unusable ? RESULT_BAD_CERTIFICATE : RESULT_NOT_LOGGED_IN;
	r = begin_on_key(t, expected, key);
	if (r != RESULT_OK)
		return r;
	r = read_certificate(t, role->certificate_file, role->name, &k->certificate);
	t->shown = true;
	if (r == RESULT_SECURITY_STATUS) {
		k->is_private = true;
		r = RESULT_NOT_LOGGED_IN;
	}
	return work_end(t, r);
}

enum result
token_load_ca_certificate(struct token *t, uint64_t expected, enum layout_key key,
			  const struct certificate **certificate)
{
	struct state_key *k = &t->keys[key];
	enum result r;

	*certificate = &k->ca.fields;
	if (work_is_over(t, expected))
		return RESULT_CARD_CHANGED;
	if (k->ca.file)
		return RESULT_OK;
	r = begin_on_key(t, expected, key);
	if (r == RESULT_OK)
		r = work_end(t, read_certificate(t, layout_roles[key].ca_file, "CA", &k->ca));
	return r;
}
