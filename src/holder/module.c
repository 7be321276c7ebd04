/* SPDX-License-Identifier: BSD-2-Clause */
#include "holder/module.h"

#include "holder/hold.h"
#include "tool/terminal/progress.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"
#include "holder/text.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* ---- words ---- */

static const struct {
	enum tool_exit status;
	const char *text;
} reasons[] = {
	[JPKI_REASON_NONE] = {TOOL_OK, ""},
	[JPKI_REASON_NO_SERVICE] = {TOOL_NO_READER,
		N_("the reader service pcscd is not running, or cannot be talked to: "
		   "\"jpki-tool doctor\" says why")},
	[JPKI_REASON_REFUSED] = {TOOL_NO_READER,
		N_("the reader service pcscd turns this program away: it does not let this session in "
		   "(one over ssh, perhaps), or serves as many programs as it can; \"jpki-tool doctor\" "
		   "says more")},
	[JPKI_REASON_NO_READER] = {TOOL_NO_READER, N_("no card reader: plug it in")},
	[JPKI_REASON_NO_CARD] = {TOOL_NO_CARD, N_("no card in the reader")},
	[JPKI_REASON_BUSY] = {TOOL_FAILED,
		N_("another program holds the reader for itself: end it, then try again")},
	[JPKI_REASON_NO_ANSWER] = {TOOL_NO_CARD,
		N_("the card does not answer: lay it flat on the middle of the reader, or push it "
		   "in again, chip first")},
	[JPKI_REASON_FOREIGN_CARD] = {TOOL_NO_CARD, N_("this is not a My Number card")},
	[JPKI_REASON_JUKI_CARD] = {TOOL_NO_CARD,
		N_("an old Juki card: its certificates have all expired")},
	[JPKI_REASON_NO_CERTIFICATE] = {TOOL_NO_CERTIFICATE,
		N_("the card was issued without this certificate; the municipal office can add it")},
	[JPKI_REASON_STRANGE_CARD] = {TOOL_NO_CARD,
		N_("the card answers, but not as a My Number card: is it another card?")},
	[JPKI_REASON_BAD_CERTIFICATE] = {TOOL_FAILED,
		N_("the card holds something that this software does not know as a certificate")},
};

static const char *const cards[] = {
	[JPKI_CARD_NONE] = N_("none"),
	[JPKI_CARD_UNKNOWN] = N_("not known yet"),
	[JPKI_CARD_FOREIGN] = N_("not a My Number card"),
	[JPKI_CARD_JUKI] = N_("old Juki card"),
	[JPKI_CARD_MYNUMBER] = N_("My Number card"),
	[JPKI_CARD_ANDROID] = N_("Android phone with certificates"),
	[JPKI_CARD_IPHONE] = N_("iPhone with certificates"),
};

const char *
module_reason_text(enum jpki_reason reason)
{
	if ((size_t)reason >= sizeof reasons / sizeof reasons[0] || reason == JPKI_REASON_NONE)
		return _("it could not be asked");
	return _(reasons[reason].text);
}

enum tool_exit
module_reason_exit(enum jpki_reason reason)
{
	if ((size_t)reason >= sizeof reasons / sizeof reasons[0])
		return TOOL_FAILED;
	return reasons[reason].status;
}

const char *
module_card_text(enum jpki_card_kind card)
{
	if ((size_t)card >= sizeof cards / sizeof cards[0])
		return _("not known yet");
	return _(cards[card]);
}

const char *
key_text(enum key key)
{
	return key == KEY_AUTH ? _("user authentication certificate")
			       : _("digital signature certificate");
}

enum tool_exit
module_failed(CK_RV rv)
{
	switch (rv) {
	case CKR_PIN_INCORRECT:
	case CKR_PIN_INVALID:
	case CKR_PIN_LEN_RANGE:
		complain("%s", _("the PIN was wrong"));
		return TOOL_PIN_WRONG;
	case CKR_PIN_LOCKED:
		complain("%s", _("the PIN is locked: see \"jpki-tool help locked\""));
		return TOOL_PIN_LOCKED;
	case CKR_DEVICE_REMOVED:
	case CKR_TOKEN_NOT_PRESENT:
		complain("%s", _("the card was taken away"));
		return TOOL_NO_CARD;
	case CKR_DEVICE_ERROR:
		complain("%s", _("the card or the reader did not answer as it should: take the card "
				 "out, put it back, and try again"));
		return TOOL_FAILED;
	case CKR_HOST_MEMORY:
		complain("%s", _("out of memory"));
		return TOOL_FAILED;
	default:
		complain(_("the module answered with error 0x%08lX"), rv);
		return TOOL_FAILED;
	}
}

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

static enum tool_exit
load(struct module *module, const char *path)
{
	CK_C_GetFunctionList get;
	CK_RV rv;

	module->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!module->library) {
		complain(_("cannot load the module: %s"), dlerror());
		return TOOL_FAILED;
	}
	*(void **)&get = dlsym(module->library, "C_GetFunctionList");
	if (!get || !load_interface(module) || get(&module->f) != CKR_OK) {
		complain(_("%s is not a module of jpki-pkcs11, or is too old"), path);
		module->f = NULL;
		return TOOL_FAILED;
	}
	rv = module->f->C_Initialize(NULL);
	if (rv == CKR_OK)
		return TOOL_OK;
	module->f = NULL;
	return module_failed(rv);
}

/* ---- readers ---- */

/* The names of all that are hidden or not, "One, Two"; NULL if there are none, or without memory. */
static char *
names(const struct jpki_reader_list *all, bool hidden)
{
	char *text = NULL;

	for (CK_ULONG i = 0; i < all->count; i++) {
		char *longer = NULL;

		if (!all->readers[i].hidden == hidden)
			continue;
		if (asprintf(&longer, "%s%s%s", text ? text : "", text ? ", " : "",
			     all->readers[i].name) < 0)
			longer = NULL;
		free(text);
		text = longer;
	}
	return text;
}

static enum tool_exit
list_readers(struct module *module)
{
	struct jpki_reader_list *all = &module->all;
	char *hidden;
	CK_RV rv;

	all->size = sizeof *all;
	rv = module->jpki->get_readers(all);
	if (rv != CKR_OK)
		return module_failed(rv);
	hidden = names(all, true);
	if (hidden &&
	    asprintf(&module->hidden,
		     all->source[0] == '/'
			     ? _("the setting reader = %s (in %s) hides %s; to use what it hides, take "
				 "it out or change it")
			     : _("the setting reader = %s (environment variable %s) hides %s; to use "
				 "what it hides, take it out or change it"),
		     all->setting, all->source, hidden) < 0)
		module->hidden = NULL;
	free(hidden);
	return TOOL_OK;
}

/* Whether there is a reader that the module shows. */
static bool
shows_any(const struct module *module)
{
	for (CK_ULONG i = 0; i < module->all.count; i++)
		if (!module->all.readers[i].hidden)
			return true;
	return false;
}

const char *
module_absence_text(const struct module *module, enum jpki_reason reason)
{
	return reason == JPKI_REASON_NO_READER && module->hidden ? module->hidden
								 : module_reason_text(reason);
}

enum tool_exit
module_absent(const struct module *module, enum jpki_reason reason)
{
	const char *text = module_absence_text(module, reason);

	complain("%s", text);
	if (module->hidden && text != module->hidden)
		complain("%s", module->hidden);
	return module_reason_exit(reason);
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

static void
read_serial(struct module *module, struct reader *reader, CK_SLOT_ID slot)
{
	CK_TOKEN_INFO info;

	if (reader->serial[0] || module->f->C_GetTokenInfo(slot, &info) != CKR_OK)
		return;
	_Static_assert(sizeof info.serialNumber == SERIAL_LENGTH, "PKCS#11's own length");
	for (size_t i = 0; i < SERIAL_LENGTH; i++) {
		char c = (char)info.serialNumber[i];

		reader->serial[i] = c >= ' ' && c <= '~' ? c : '?';
	}
	for (size_t i = SERIAL_LENGTH; i > 0 && reader->serial[i - 1] == ' '; i--)
		reader->serial[i - 1] = '\0';
}

/*
 * Whether a slot may be of a reader that --reader asks for: a card that is not meant may be held by
 * another program, and would have to be waited for. A description that begins with dots is cut, and a ? may have
 * been another character.
 */
static bool
may_be_meant(const struct module *module, CK_SLOT_ID slot, const char *name)
{
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
	if (token.status.reason == JPKI_REASON_NONE)
		read_serial(module, reader, slot);
	return true;
}

static enum tool_exit
read_slots(struct module *module, const struct options *options)
{
	const char *name = shows_any(module) ? options->reader : NULL;
	CK_ULONG count = 0;
	CK_SLOT_ID *slots = NULL;
	CK_RV rv = module->f->C_GetSlotList(CK_FALSE, NULL, &count);

	if (rv == CKR_OK) {
		slots = calloc(count + 1, sizeof *slots);
		module->readers = calloc(count + 1, sizeof *module->readers);
		rv = slots && module->readers ? module->f->C_GetSlotList(CK_FALSE, slots, &count)
					      : CKR_HOST_MEMORY;
	}
	for (CK_ULONG i = 0; rv == CKR_OK && i < count; i++)
		if (may_be_meant(module, slots[i], name) && !add_slot(module, slots[i]))
			rv = CKR_HOST_MEMORY;
	free(slots);
	return rv == CKR_OK ? TOOL_OK : module_failed(rv);
}

/* A part of the name will do, but the name itself means that reader alone. */
static bool
is_meant(const struct module *module, const struct reader *reader, const char *name)
{
	for (size_t i = 0; name && i < module->count; i++)
		if (strcmp(module->readers[i].name, name) == 0)
			return strcmp(reader->name, name) == 0;
	return !name || strstr(reader->name, name);
}

static enum tool_exit
none_is_meant(const struct module *module, const struct options *options)
{
	char *there = names(&module->all, false);

	if (options->serial)
		complain(_("no card with the serial number %s in the readers"), options->serial);
	else
		complain(_("no reader whose name contains \"%s\"; there is: %s"), options->reader,
			 there ? there : "");
	free(there);
	if (module->hidden)
		complain("%s", module->hidden);
	return options->serial ? TOOL_NO_CARD : TOOL_NO_READER;
}

/* Keeps the readers that --reader and --serial ask for; where there is none at all, what says why. */
static enum tool_exit
filter(struct module *module, const struct options *options)
{
	struct reader *all = module->readers, *kept = calloc(module->count + 1, sizeof *kept);
	size_t count = 0;

	if (!kept)
		return module_failed(CKR_HOST_MEMORY);
	for (size_t i = 0; i < module->count; i++)
		if (!shows_any(module) ||
		    (is_meant(module, &all[i], options->reader) &&
		     (!options->serial || strcasecmp(all[i].serial, options->serial) == 0)))
			kept[count++] = all[i];
	module->readers = kept;
	module->count = count;
	free(all);
	return count > 0 ? TOOL_OK : none_is_meant(module, options);
}

enum tool_exit
module_open(struct module *module, const struct options *options)
{
	enum tool_exit status;

	*module = (struct module){0};
	status = load(module, options->module ? options->module : PKCS11DIR "/jpki-pkcs11.so");
	if (status == TOOL_OK)
		status = list_readers(module);
	if (status == TOOL_OK)
		status = read_slots(module, options);
	if (status == TOOL_OK)
		status = filter(module, options);
	return status;
}

void
module_close(struct module *module)
{
	free(module->readers);
	free(module->hidden);
	if (module->f)
		(void)module->f->C_Finalize(NULL);
	if (module->library)
		(void)dlclose(module->library);
}

enum tool_exit
module_run(const struct options *options,
	   enum tool_exit (*work)(struct module *module, const struct options *options,
				  void *context),
	   void *context)
{
	struct module module;
	enum tool_exit status = module_open(&module, options);

	if (status == TOOL_OK)
		status = work(&module, options, context);
	module_close(&module);
	return status;
}

enum tool_exit
module_token_failed(struct module *module, struct token *token, CK_RV rv)
{
	module_look(module, token);
	if (token->status.reason != JPKI_REASON_BAD_CERTIFICATE)
		return module_failed(rv);
	complain("%s: %s", key_text(token->status.signature_token ? KEY_SIGN : KEY_AUTH),
		 module_reason_text(token->status.reason));
	return module_reason_exit(token->status.reason);
}

/* ---- choosing ---- */

enum jpki_reason
module_reader_reason(const struct reader *reader)
{
	return reader->tokens[reader->tokens[KEY_AUTH].listed ? KEY_AUTH : KEY_SIGN].status.reason;
}

bool
module_has_card(const struct reader *reader)
{
	return reader->card == JPKI_CARD_MYNUMBER || reader->card == JPKI_CARD_ANDROID ||
	       reader->card == JPKI_CARD_IPHONE;
}

static enum tool_exit
none_found(const struct module *module)
{
	enum jpki_reason reason = JPKI_REASON_NO_READER;

	/* The reader that says most: one with something in it rather than an empty one. */
	for (size_t i = 0; i < module->count; i++)
		if (i == 0 || reason == JPKI_REASON_NO_CARD)
			reason = module_reader_reason(&module->readers[i]);
	/* The card was there at the look at one token, and gone at that at the other. */
	if (reason == JPKI_REASON_NONE)
		return module_failed(CKR_DEVICE_REMOVED);
	return module_absent(module, reason);
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

/* Phones that hide their certificate all have the serial number of the product. */
static enum tool_exit
several_found(const struct module *module)
{
	complain("%s", _("there are several cards; say which with --reader or --serial:"));
	for (size_t i = 0; i < module->count; i++) {
		const struct reader *reader = &module->readers[i];

		if (!module_has_card(reader))
			continue;
		if (!reader->serial[0] || module_serial_is_shared(module, reader))
			(void)fprintf(stderr, "  --reader \"%s\"\n", reader->name);
		else
			(void)fprintf(stderr, "  --serial %s   %s\n", reader->serial, reader->name);
	}
	return TOOL_AMBIGUOUS;
}

enum tool_exit
module_choose(struct module *module, enum key key, struct reader **reader)
{
	size_t found = 0;

	for (size_t i = 0; i < module->count; i++)
		if (module_has_card(&module->readers[i])) {
			*reader = &module->readers[i];
			found++;
		}
	if (found == 0)
		return none_found(module);
	if (found > 1)
		return several_found(module);
	if (!(*reader)->tokens[key].listed) {
		complain(_("the module chosen with --module does not show the %s"), key_text(key));
		return TOOL_NO_CERTIFICATE;
	}
	if ((*reader)->tokens[key].status.reason == JPKI_REASON_NONE)
		return TOOL_OK;
	complain("%s: %s", key_text(key),
		 module_reason_text((*reader)->tokens[key].status.reason));
	return module_reason_exit((*reader)->tokens[key].status.reason);
}

/* ---- sessions and objects ---- */

CK_RV
module_begin(struct module *module, const struct token *token, bool writable,
	     CK_SESSION_HANDLE *session)
{
	CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);

	return module->f->C_OpenSession(token->slot, flags, NULL, NULL, session);
}

/* The first object that fits; *found says whether there is one. */
static CK_RV
find(struct module *module, CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, CK_ULONG rows,
     CK_OBJECT_HANDLE *object, bool *found)
{
	CK_ULONG count = 0;
	CK_RV rv = module->f->C_FindObjectsInit(session, template, rows);

	if (rv == CKR_OK) {
		rv = module->f->C_FindObjects(session, object, 1, &count);
		(void)module->f->C_FindObjectsFinal(session);
	}
	*found = rv == CKR_OK && count == 1;
	return rv;
}

CK_RV
module_certificate(struct module *module, CK_SESSION_HANDLE session, enum object_id id,
		   X509 **certificate)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_BYTE byte = (CK_BYTE)id;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}, {CKA_ID, &byte, 1}};
	uint8_t der[8192];
	CK_ATTRIBUTE value = {CKA_VALUE, der, sizeof der};
	const uint8_t *at = der;
	CK_OBJECT_HANDLE object;
	bool found;
	CK_RV rv = find(module, session, template, 2, &object, &found);

	*certificate = NULL;
	if (rv == CKR_OK && found) {
		rv = module->f->C_GetAttributeValue(session, object, &value, 1);
		if (rv == CKR_OK)
			*certificate = d2i_X509(NULL, &at, (long)value.ulValueLen);
		OPENSSL_cleanse(der, sizeof der);
	}
	return rv;
}

/* The DigestInfo of SHA-256 up to the hash (RFC 8017, 9.2). */
static const uint8_t digest_info[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
				      0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};

CK_RV
module_sign(struct module *module, CK_SESSION_HANDLE session, const uint8_t hash[HASH_BYTES],
	    uint8_t signature[SIGNATURE_BYTES])
{
	uint8_t data[sizeof digest_info + HASH_BYTES];
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}};
	CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
	CK_OBJECT_HANDLE key;
	CK_ULONG size = SIGNATURE_BYTES;
	bool found;
	CK_RV rv = find(module, session, template, 1, &key, &found);
	sigset_t before;

	memcpy(data, digest_info, sizeof digest_info);
	memcpy(data + sizeof digest_info, hash, HASH_BYTES);
	if (rv == CKR_OK && !found)
		rv = CKR_KEY_HANDLE_INVALID;
	if (rv == CKR_OK)
		rv = module->f->C_SignInit(session, &mechanism, key);
	if (rv == CKR_OK) {
		hold_begin(&before);
		progress_show(_("The card is signing ..."));
		rv = module->f->C_Sign(session, data, sizeof data, signature, &size);
		progress_clear();
		hold_end(&before);
	}
	return rv == CKR_OK && size != SIGNATURE_BYTES ? CKR_DEVICE_ERROR : rv;
}
