/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool verify FILE: whether a signature fits, and whose it is. */
#include "tool/verify/verify.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "holder/text.h"
#include "tool/cards/words.h"
#include "tool/system/file.h"
#include "tool/terminal/text.h"

/* ---- which file is what ---- */

/* Reads v->name; *form says what it is. */
static enum tool_exit
read_signature(struct verification *v, enum signature_form *form)
{
	uint8_t *data;
	size_t len;
	enum tool_exit status = file_read(v->name, FILE_SIGNATURE_MAX, &data, &len);

	if (status != TOOL_OK)
		return status;
	*form = signature_open(&v->signature, data, len);
	if (*form != SIGNATURE_IS_ONE) {
		signature_close(&v->signature);
		v->signature = (struct signature){0};
	}
	free(data);
	return TOOL_OK;
}

/* A file that does not look like a signature may be as large as it likes: it is not read whole. */
static enum tool_exit
try_signature(struct verification *v, enum signature_form *form)
{
	uint8_t head[4096];
	size_t len;
	enum tool_exit status = TOOL_OK;
	bool looks_like_one = true;

	*form = SIGNATURE_IS_NONE;
	if (file_is_ordinary(v->name)) {
		status = file_head(v->name, head, sizeof head, &len);
		looks_like_one = status == TOOL_OK && signature_looks_like_one(head, len);
		explicit_bzero(head, sizeof head); /* a certificate tells name and address */
	}
	return looks_like_one ? read_signature(v, form) : status;
}

static bool
is_pdf(const char *path)
{
	uint8_t head[5];
	size_t len;

	return file_is_ordinary(path) && file_head(path, head, sizeof head, &len) == TOOL_OK &&
	       len == sizeof head && memcmp(head, "%PDF-", len) == 0;
}

static enum tool_exit
refuse(const char *path, enum signature_form form)
{
	if (form == SIGNATURE_IS_ACCOMPANIED)
		complain(_("%s is not a signature alone: there is something beside it or inside of "
			   "it that nobody signed"),
			 path);
	else if (form == SIGNATURE_IS_TOO_MUCH)
		complain(_("%s has more than %d signers or %d certificates, or one of more than %d "
			   "bytes: that is not looked at"),
			 path, SIGNATURE_SIGNERS_MAX, SIGNATURE_CERTIFICATES_MAX,
			 SIGNATURE_CERTIFICATE_SIZE_MAX);
	else if (is_pdf(path))
		complain(_("%s is a PDF file: a signature inside of it is not looked at here; the "
			   "page doc/clients/pdf tells how to check it"),
			 path);
	else
		complain(_("%s is not a signature (CMS, as DER or PEM)"), path);
	return TOOL_FAILED;
}

/*
 * The signature that the argument leads to: itself, or what lies beside it under its name and
 * .p7s. `beside` keeps that name.
 */
static enum tool_exit
find_signature(struct verification *v, const char *path, char **beside)
{
	enum signature_form form;
	enum tool_exit status;

	v->name = path;
	status = try_signature(v, &form);
	if (status != TOOL_OK || form == SIGNATURE_IS_ONE)
		return status;
	if (form != SIGNATURE_IS_NONE || strcmp(path, "-") == 0)
		return refuse(path, form);
	*beside = text_made("%s.p7s", path);
	if (!*beside || !file_is_there(*beside))
		return refuse(path, form);
	v->name = *beside;
	v->content = path;
	status = try_signature(v, &form);
	return status == TOOL_OK && form != SIGNATURE_IS_ONE ? refuse(*beside, form) : status;
}

/* By whatever names: nothing is a signature over itself, and a pipe gives what is in it once. */
static bool
is_read_twice(const char *name, const char *content)
{
	return file_is_same(strcmp(name, "-") == 0 ? "/dev/stdin" : name,
			    strcmp(content, "-") == 0 ? "/dev/stdin" : content);
}

/* What was signed: --content, or the name of the signature without its .p7s. */
static enum tool_exit
find_content(struct verification *v, const struct options *options, char **stem)
{
	size_t len = strlen(v->name);

	if (v->signature.count == 0)
		return TOOL_OK;
	if (signature_is_enclosed(&v->signature)) {
		if (!options->content && !v->content)
			return TOOL_OK;
		return give_up(
			TOOL_USAGE,
			_("what was signed is in %s itself; it says nothing about another file"),
			v->name);
	}
	if (options->content)
		v->content = options->content;
	if (!v->content && len > 4 && strcmp(v->name + len - 4, ".p7s") == 0) {
		*stem = strndup(v->name, len - 4);
		v->content = *stem && file_is_there(*stem) ? *stem : NULL;
	}
	if (v->content && is_read_twice(v->name, v->content))
		return give_up(TOOL_USAGE,
			       _("%s is both the signature and what was signed: give one of them "
				 "as a file of its own"),
			       v->content);
	if (v->content)
		return TOOL_OK;
	return give_up(TOOL_USAGE,
		       _("what was signed is not in %s: say with --content which file it is"),
		       v->name);
}

static bool
add_content(void *context, const uint8_t *data, size_t len)
{
	return signature_add(context, data, len);
}

/* ---- the command ---- */

static enum tool_exit
may_write_content(const struct verification *v, const struct options *options)
{
	if (!options->output || v->signature.count == 0)
		return TOOL_OK;
	if (signature_is_enclosed(&v->signature) && file_is_same(v->name, options->output))
		return give_up(TOOL_FAILED,
			       _("%s is the signature: what was signed cannot take its place"),
			       v->name);
	if (signature_is_enclosed(&v->signature))
		return file_may_write(options->output, options->force);
	return give_up(TOOL_USAGE, _("what was signed is not in %s: there is nothing to write"),
		       v->name);
}

/* What nobody signed is not handed out. */
static enum tool_exit
write_content(const struct verification *v, const struct options *options)
{
	size_t len = 0;
	const uint8_t *content = signature_content(&v->signature, &len);

	if (!options->output)
		return TOOL_OK;
	if (signature_fits(&v->signature))
		return file_write(options->output, content, len, options->force);
	complain(_("%s was not written"), options->output);
	return TOOL_OK;
}

/* Standard output has room for one thing. */
static bool
is_for_content(const struct options *options)
{
	return options->output && strcmp(options->output, "-") == 0;
}

static enum tool_exit
tell(const struct options *options, const struct verification *v)
{
	if (is_for_content(options))
		verify_say(v);
	else if (options->json)
		return verify_print_json(v);
	else
		verify_show(v);
	return TOOL_OK;
}

enum tool_exit
verify_run(const struct options *options, char *arguments[])
{
	struct verification v = {.now = time(NULL)};
	char *beside = NULL, *stem = NULL;
	enum tool_exit status;

	if (options->json && is_for_content(options))
		return give_up(TOOL_USAGE, _("--%s does not go with \"%s\""), "json", "--output -");
	status = find_signature(&v, arguments[0], &beside);
	if (status == TOOL_OK)
		status = find_content(&v, options, &stem);
	if (status == TOOL_OK)
		status = may_write_content(&v, options);
	if (status == TOOL_OK && v.content)
		status = file_each(v.content, add_content, &v.signature);
	if (status == TOOL_OK && !signature_check(&v.signature, authority_list()))
		status = out_of_memory();
	if (status == TOOL_OK) {
		v.verdict = signature_verdict(&v.signature, v.now);
		status = tell(options, &v);
	}
	if (status == TOOL_OK)
		status = write_content(&v, options);
	signature_close(&v.signature);
	free(beside);
	free(stem);
	return status == TOOL_OK ? verdict_exit(v.verdict) : status;
}
