/* SPDX-License-Identifier: BSD-2-Clause */
#include "token/refused.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "token/digest.h"

struct entry {
	uint8_t card[REFUSED_CARD_SIZE];
	uint8_t hash[REFUSED_HASH_SIZE];
	uint32_t since; /* in order of arrival; 0: free */
	uint8_t key, tries;
	bool unanswered; /* sent with so many `tries` left, and no answer came */
	bool repeated;	 /* asked for since, and no other PIN for this key after that */
};

/* More than anybody refuses: a card's PIN locks after 3 or 5. */
#define ENTRIES 200

struct memory {
	uint8_t key[SHA256_DIGEST_SIZE]; /* without it, hashes of 4 digits are as good as PINs */
	bool has_key;
	bool has_lost_some;
	uint32_t count; /* of arrivals */
	struct entry entries[ENTRIES];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct secret *secret; /* lock: holds a struct memory */

/* The memory, made if need be; NULL if the host has none. */
static struct memory *
open_locked(void)
{
	struct memory *m;

	if (!secret)
		secret = secret_new(sizeof(struct memory));
	if (!secret)
		return NULL;
	m = (struct memory *)(void *)secret->data;
	if (!m->has_key)
		m->has_key = getrandom(m->key, sizeof m->key, 0) == (ssize_t)sizeof m->key;
	return m->has_key ? m : NULL;
}

static void
hash_locked(const struct memory *m, struct bytes text, uint8_t hash[REFUSED_HASH_SIZE])
{
	uint8_t whole[SHA256_DIGEST_SIZE];

	digest_keyed((struct bytes){m->key, sizeof m->key}, text, whole);
	memcpy(hash, whole, REFUSED_HASH_SIZE);
	secret_wipe(whole, sizeof whole);
}

static bool
is_of(const struct entry *e, const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key)
{
	return e->since && e->key == key && memcmp(e->card, card, REFUSED_CARD_SIZE) == 0;
}

static struct entry *
find_locked(struct memory *m, const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
	    const struct secret *pin)
{
	uint8_t hash[REFUSED_HASH_SIZE];

	hash_locked(m, secret_bytes(pin), hash);
	for (size_t i = 0; i < ENTRIES; i++)
		if (is_of(&m->entries[i], card, key) &&
		    memcmp(m->entries[i].hash, hash, sizeof hash) == 0)
			return &m->entries[i];
	return NULL;
}

/* A free one, or the oldest. */
static struct entry *
take_locked(struct memory *m)
{
	struct entry *oldest = m->entries;

	for (size_t i = 1; i < ENTRIES; i++)
		if (m->entries[i].since < oldest->since)
			oldest = &m->entries[i];
	m->has_lost_some |= oldest->since != 0;
	return oldest;
}

/* The entry of a PIN, a new one if need be. */
static struct entry *
enter_locked(struct memory *m, const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
	     const struct secret *pin)
{
	struct entry *e = find_locked(m, card, key, pin);

	if (e)
		return e;
	e = take_locked(m);
	*e = (struct entry){.since = ++m->count, .key = (uint8_t)key};
	memcpy(e->card, card, REFUSED_CARD_SIZE);
	hash_locked(m, secret_bytes(pin), e->hash);
	return e;
}

enum refused_verdict
refused_ask(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key, const struct secret *pin)
{
	enum refused_verdict verdict = REFUSED_NEVER;
	struct memory *m;
	struct entry *known;

	(void)pthread_mutex_lock(&lock);
	m = open_locked();
	known = m ? find_locked(m, card, key, pin) : NULL;
	if (known && !known->unanswered)
		verdict = known->repeated ? REFUSED_AGAIN : REFUSED_BEFORE;
	for (size_t i = 0; m && i < ENTRIES; i++)
		if (is_of(&m->entries[i], card, key))
			m->entries[i].repeated = &m->entries[i] == known;
	(void)pthread_mutex_unlock(&lock);
	return verdict;
}

bool
refused_sending(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key,
		const struct secret *pin, unsigned int tries)
{
	struct memory *m;
	struct entry *e;

	(void)pthread_mutex_lock(&lock);
	m = open_locked();
	if (m) {
		e = enter_locked(m, card, key, pin);
		e->tries = (uint8_t)tries;
		e->unanswered = true;
	}
	(void)pthread_mutex_unlock(&lock);
	return m != NULL;
}

void
refused_note(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key, const struct secret *pin)
{
	struct memory *m;

	(void)pthread_mutex_lock(&lock);
	m = open_locked();
	if (m)
		enter_locked(m, card, key, pin)->unanswered = false;
	(void)pthread_mutex_unlock(&lock);
}

/* The right PIN gives all tries back, and nothing else gives any. */
static bool
is_full(enum layout_key key, unsigned int left)
{
	return left >= layout_roles[key].tries;
}

static void
note_tries_locked(struct entry *e, unsigned int left)
{
	const bool arrived_and_was_wrong = left < e->tries;

	if (e->unanswered ? !arrived_and_was_wrong : is_full((enum layout_key)e->key, left))
		*e = (struct entry){0};
	e->unanswered = false;
}

void
refused_note_tries(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key, unsigned int left)
{
	struct memory *m;

	(void)pthread_mutex_lock(&lock);
	m = open_locked();
	for (size_t i = 0; m && i < ENTRIES; i++)
		if (is_of(&m->entries[i], card, key))
			note_tries_locked(&m->entries[i], left);
	(void)pthread_mutex_unlock(&lock);
}

bool
refused_would_forget(const uint8_t card[REFUSED_CARD_SIZE], enum layout_key key, unsigned int left)
{
	const struct memory *m;
	bool would = false;

	(void)pthread_mutex_lock(&lock);
	m = open_locked();
	for (size_t i = 0; m && is_full(key, left) && i < ENTRIES; i++)
		would |= is_of(&m->entries[i], card, key) && !m->entries[i].unanswered;
	(void)pthread_mutex_unlock(&lock);
	return would;
}

bool
refused_has_lost_some(void)
{
	struct memory *m;
	bool lost;

	(void)pthread_mutex_lock(&lock);
	m = open_locked();
	lost = !m || m->has_lost_some;
	(void)pthread_mutex_unlock(&lock);
	return lost;
}

bool
refused_hash(struct bytes text, uint8_t hash[REFUSED_HASH_SIZE])
{
	struct memory *m;

	(void)pthread_mutex_lock(&lock);
	m = open_locked();
	if (m)
		hash_locked(m, text, hash);
	(void)pthread_mutex_unlock(&lock);
	return m != NULL;
}

static bool
is_empty_locked(void)
{
	const struct memory *m = (const struct memory *)(const void *)secret->data;
	bool empty = !m->has_lost_some;

	for (size_t i = 0; i < ENTRIES; i++)
		empty &= m->entries[i].since == 0;
	return empty;
}

/* Programs unload the module after C_Finalize and load it again: what is in here must outlast it.
 */
static void
stay_loaded(void)
{
	Dl_info self;

	if (dladdr(&secret, &self) != 0 && self.dli_fname)
		(void)dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

void
refused_end(void)
{
	(void)pthread_mutex_lock(&lock);
	if (secret && is_empty_locked()) {
		secret_free(secret);
		secret = NULL;
	} else if (secret) {
		stay_loaded();
	}
	(void)pthread_mutex_unlock(&lock);
}

void
refused_abandon(void)
{
	(void)pthread_mutex_init(&lock, NULL);
	if (secret)
		secret_wipe(secret->data, secret->size);
}
