/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/module.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "holder/text.h"

/* ---- loading ---- */

static bool
load_interface(struct module *module)
{
	CK_C_GetInterface get;
	CK_UTF8CHAR name[] = JPKI_INTERFACE_NAME;
	CK_INTERFACE *interface = NULL;

	/* POSIX has dlsym give functions; ISO C has no cast from a data pointer to one. */
	*(void **)&get = dlsym(module->library, "C_GetInterface");
	if (!get || get(name, NULL, &interface, 0) != CKR_OK)
		return false;
	module->jpki = interface->pFunctionList;
	return module->jpki->version.major == JPKI_INTERFACE_VERSION_MAJOR &&
	       module->jpki->version.minor >= JPKI_INTERFACE_VERSION_MINOR;
}

static struct outcome
load(struct module *module, const char *path)
{
	CK_C_GetFunctionList get;
	CK_RV rv;

	module->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!module->library) {
		module->why = strdup(dlerror());
		return outcome_just(OUTCOME_CANNOT_LOAD);
	}
	*(void **)&get = dlsym(module->library, "C_GetFunctionList");
	if (!get || !load_interface(module) || get(&module->f) != CKR_OK) {
		module->f = NULL;
		return outcome_just(OUTCOME_NOT_OURS);
	}
	rv = module->f->C_Initialize(NULL);
	if (rv != CKR_OK)
		module->f = NULL;
	return outcome_of(rv);
}

/* ---- readers ---- */

bool
module_shows_any(const struct module *module)
{
	for (CK_ULONG i = 0; i < module->all.count; i++)
		if (!module->all.readers[i].hidden)
			return true;
	return false;
}

void
module_look(struct module *module, struct token *token)
{
	token->status = (struct jpki_slot_status){.size = sizeof token->status};
	if (module->jpki->get_slot_status(token->slot, &token->status) != CKR_OK) {
		token->status.reason = JPKI_REASON_NO_ANSWER;
		token->status.tries_left = JPKI_TRIES_UNKNOWN;
	}
	token->status.reader[sizeof token->status.reader - 1] = '\0';
}

/* The reader of that name, which is added if it is not there yet. NULL without memory. */
static struct reader *
reader_named(struct module *module, const char *raw)
{
	char *name = text_safe(raw, strlen(raw));
	struct reader *reader;
	size_t i = 0;

	if (!name)
		return NULL;
	while (i < module->count && strcmp(module->readers[i].name, name) != 0)
		i++;
	reader = &module->readers[i];
	if (i == module->count) {
		(void)snprintf(reader->name, sizeof reader->name, "%s", name);
		module->count++;
	}
	free(name);
	return reader;
}

CK_RV
module_serial(const struct module *module, CK_SLOT_ID slot, char serial[SERIAL_LENGTH + 1])
{
	CK_TOKEN_INFO info;
	const CK_RV rv = module->f->C_GetTokenInfo(slot, &info);

	memset(serial, '\0', SERIAL_LENGTH + 1);
	if (rv != CKR_OK)
		return rv;
	_Static_assert(sizeof info.serialNumber == SERIAL_LENGTH, "PKCS#11's own length");
	for (size_t i = 0; i < SERIAL_LENGTH; i++) {
		char c = (char)info.serialNumber[i];

		serial[i] = c >= ' ' && c <= '~' ? c : '?';
	}
	for (size_t i = SERIAL_LENGTH; i > 0 && serial[i - 1] == ' '; i--)
		serial[i - 1] = '\0';
	return rv;
}

/*
 * Whether a slot may be of the reader that is wanted: a card that is not meant may be held by
 * another program, and would have to be waited for. A description that begins with dots is cut, and
 * a ? may have been another character.
 */
static bool
may_be_meant(const struct module *module, CK_SLOT_ID slot)
{
	const char *name = module_shows_any(module) ? module->wanted.reader : NULL;
	char description[sizeof((CK_SLOT_INFO *)0)->slotDescription + 1] = "";
	CK_SLOT_INFO info;

	if (!name || module->f->C_GetSlotInfo(slot, &info) != CKR_OK)
		return true;
	memcpy(description, info.slotDescription, sizeof info.slotDescription);
	return strncmp(description, "...", 3) == 0 || strchr(description, '?') ||
	       strstr(description, name);
}

static bool
add_slot(struct module *module, CK_SLOT_ID slot)
{
	struct token token = {.listed = true, .slot = slot};
	struct reader *reader;

	module_look(module, &token);
	reader = reader_named(module, token.status.reader);
	if (!reader)
		return false;
	reader->tokens[token.status.signature_token ? KEY_SIGN : KEY_AUTH] = token;
	reader->card = token.status.card;
	if (token.status.reason == JPKI_REASON_NONE && !reader->serial[0])
		(void)module_serial(module, slot, reader->serial);
	return true;
}

static struct outcome
read_slots(struct module *module)
{
	CK_ULONG count = 0;
	CK_SLOT_ID *slots = NULL;
	CK_RV rv;

	module->all.size = sizeof module->all;
	rv = module->jpki->get_readers(&module->all);
	if (rv == CKR_OK)
		rv = module->f->C_GetSlotList(CK_FALSE, NULL, &count);

	if (rv == CKR_OK) {
		slots = calloc(count + 1, sizeof *slots);
		module->readers = calloc(count + 1, sizeof *module->readers);
		rv = slots && module->readers ? module->f->C_GetSlotList(CK_FALSE, slots, &count)
					      : CKR_HOST_MEMORY;
	}
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++)
		if (may_be_meant(module, slots[i]) && !add_slot(module, slots[i]))
			rv = CKR_HOST_MEMORY;
	free(slots);
	return outcome_of(rv);
}

/* A part of the name will do, but the name itself means that reader alone. */
static bool
is_named(const struct module *module, const struct reader *reader)
{
	const char *name = module->wanted.reader;

	for (size_t i = 0; name && i < module->count; i++)
		if (strcmp(module->readers[i].name, name) == 0)
			return strcmp(reader->name, name) == 0;
	return !name || strstr(reader->name, name);
}

/* Those that are wanted; where the module shows no reader at all, what says why. */
static bool
is_meant(const struct module *module, const struct reader *reader)
{
	const char *serial = module->wanted.serial;

	if (!module_shows_any(module))
		return true;
	if (serial && strcasecmp(reader->serial, serial) != 0)
		return false;
	return is_named(module, reader);
}

/*
 * Why there is none: the card with that serial number may be one that could not be asked for it. Of
 * a reader that was named, what is in it says most.
 */
static struct outcome
none_meant(const struct module *module)
{
	const bool any_reader = !module->wanted.reader;
	bool is_there = any_reader;

	for (size_t i = 0; i < module->count && module->wanted.serial; i++) {
		const enum jpki_reason reason = module_reader_reason(&module->readers[i]);

		if (!is_named(module, &module->readers[i]))
			continue;
		is_there = true;
		if (any_reader ? reason == JPKI_REASON_BUSY || reason == JPKI_REASON_NO_ANSWER
			       : reason != JPKI_REASON_NONE)
			return (struct outcome){.what = OUTCOME_NO_CARD, .reason = reason};
	}
	return outcome_just(is_there && module->wanted.serial ? OUTCOME_NO_SUCH_CARD
							      : OUTCOME_NO_SUCH_READER);
}

/* Keeps the readers that are wanted. */
static struct outcome
filter(struct module *module)
{
	struct reader *all = module->readers, *kept = calloc(module->count + 1, sizeof *kept);
	struct outcome outcome = outcome_just(OUTCOME_OK);
	size_t count = 0;

	if (!kept)
		return outcome_just(OUTCOME_NO_MEMORY);
	for (size_t i = 0; i < module->count; i++)
		if (is_meant(module, &all[i]))
			kept[count++] = all[i];
	if (count == 0)
		outcome = none_meant(module);
	module->readers = kept;
	module->count = count;
	free(all);
	return outcome;
}

const char *
module_path(const struct wanted *wanted)
{
	return wanted->module ? wanted->module : PKCS11DIR "/jpki-pkcs11.so";
}

struct outcome
module_load(struct module *module, const struct wanted *wanted)
{
	*module = (struct module){.wanted = *wanted};
	return load(module, module_path(wanted));
}

static struct outcome
look_at_readers(struct module *module)
{
	const struct outcome outcome = read_slots(module);

	return outcome.what == OUTCOME_OK && module->readers ? filter(module) : outcome;
}

struct outcome
module_open(struct module *module, const struct wanted *wanted, const struct person *person)
{
	const struct outcome outcome = module_load(module, wanted);

	module->person = *person;
	return outcome.what == OUTCOME_OK ? look_at_readers(module) : outcome;
}

struct outcome
module_lend(struct module *module, const struct module *loaded, const struct wanted *wanted,
	    const struct person *person)
{
	*module = (struct module){.library = loaded->library,
				  .f = loaded->f,
				  .jpki = loaded->jpki,
				  .wanted = *wanted,
				  .person = *person,
				  .is_lent = true};
	return look_at_readers(module);
}

void
module_close(struct module *module)
{
	free(module->readers);
	free(module->why);
	if (module->is_lent)
		return;
	if (module->f)
		(void)module->f->C_Finalize(NULL);
	if (module->library)
		(void)dlclose(module->library);
}

struct outcome
module_outcome(struct module *module, struct token *token, CK_RV rv)
{
	module_look(module, token);
	if (token->status.reason != JPKI_REASON_BAD_CERTIFICATE)
		return outcome_of(rv);
	return (struct outcome){.what = OUTCOME_NO_TOKEN,
				.key = token->status.signature_token ? KEY_SIGN : KEY_AUTH,
				.reason = token->status.reason};
}

/* ---- choosing ---- */

bool
module_has_card(const struct reader *reader)
{
	return reader->card == JPKI_CARD_MYNUMBER || reader->card == JPKI_CARD_ANDROID ||
	       reader->card == JPKI_CARD_IPHONE;
}

bool
module_has_any_card(const struct module *module)
{
	for (size_t i = 0; i < module->count; i++)
		if (module_has_card(&module->readers[i]))
			return true;
	return false;
}

enum jpki_reason
module_reader_reason(const struct reader *reader)
{
	const struct token *auth = &reader->tokens[KEY_AUTH], *sign = &reader->tokens[KEY_SIGN];
	const enum jpki_reason reason = (auth->listed ? auth : sign)->status.reason;

	/* The look at one token may have been well when that at the other was not. */
	if (reason == JPKI_REASON_NONE && !module_has_card(reader) && sign->listed)
		return sign->status.reason;
	return reason;
}

static struct outcome
none_found(const struct module *module)
{
	enum jpki_reason reason = JPKI_REASON_NO_READER;

	/* The reader that says most: one with something in it rather than an empty one. */
	for (size_t i = 0; i < module->count; i++)
		if (i == 0 || reason == JPKI_REASON_NO_CARD)
			reason = module_reader_reason(&module->readers[i]);
	/* The card was there at the look at one token, and gone at that at the other. */
	if (reason == JPKI_REASON_NONE)
		return outcome_just(OUTCOME_REMOVED);
	return (struct outcome){.what = OUTCOME_NO_CARD, .reason = reason};
}

bool
module_serial_is_shared(const struct module *module, const struct reader *reader)
{
	for (size_t i = 0; i < module->count; i++)
		if (&module->readers[i] != reader &&
		    strcmp(module->readers[i].serial, reader->serial) == 0)
			return true;
	return false;
}

struct outcome
module_choose(struct module *module, enum key key, struct reader **reader)
{
	const struct token *token;
	size_t found = 0;

	for (size_t i = 0; i < module->count; i++)
		if (module_has_card(&module->readers[i])) {
			*reader = &module->readers[i];
			found++;
		}
	if (found == 0)
		return none_found(module);
	if (found > 1)
		return outcome_just(OUTCOME_SEVERAL);
	token = &(*reader)->tokens[key];
	if (!token->listed)
		return (struct outcome){.what = OUTCOME_NOT_SHOWN, .key = key};
	if (token->status.reason == JPKI_REASON_NONE)
		return outcome_just(OUTCOME_OK);
	return (struct outcome){
		.what = OUTCOME_NO_TOKEN, .key = key, .reason = token->status.reason};
}
