/* SPDX-License-Identifier: BSD-2-Clause */
/* jpki-tool sign FILE: a CMS signature with the digital signature key. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "holder/signing.h"
#include "holder/text.h"
#include "tool/cards/cards.h"
#include "tool/commands/commands.h"
#include "tool/system/file.h"
#include "tool/terminal/prompt.h"
#include "tool/terminal/screen.h"
#include "tool/terminal/text.h"

struct job {
	const char *path;
	const char *output;
	struct content content;
	bool is_empty;
	EVP_MD_CTX *hash; /* while the content is read */
};

/* ---- before any card is asked ---- */

char *
sign_output(const struct options *options, const char *path)
{
	return text_made("%s%s", path, options->enclosed ? ".p7m" : ".p7s");
}

static enum tool_exit
name_output(const struct options *options, const char *path, char **name)
{
	*name = NULL;
	if (!options->output && strcmp(path, "-") == 0)
		return give_up(TOOL_USAGE, "%s",
			       _("say with --output where the signature of standard input goes"));
	if (options->output && strcmp(options->output, "-") == 0 && isatty(STDOUT_FILENO))
		return give_up(TOOL_USAGE, "%s",
			       _("a signature is not for a terminal: use --output FILE"));
	*name = options->output ? strdup(options->output) : sign_output(options, path);
	return *name ? TOOL_OK : out_of_memory();
}

/* Another place may do. */
static enum tool_exit
of_place(const struct options *options, enum tool_exit status)
{
	if (status != TOOL_OK && options->is_place_bad)
		*options->is_place_bad = true;
	return status;
}

static enum tool_exit
check_files(const struct options *options, const struct job *job)
{
	enum tool_exit status = file_may_read(job->path);

	if (status != TOOL_OK)
		return status;
	if (file_is_same(job->path, job->output))
		return of_place(options, give_up(TOOL_FAILED,
						 _("%s is the file to be signed: the signature "
						   "cannot go there"),
						 job->output));
	if (options->enclosed)
		status = file_may_enclose(job->path);
	if (status != TOOL_OK)
		return status;
	return of_place(options, file_may_write(job->output, options->force));
}

/* A reader of PDF files shows only what is inside of them. */
static void
say_beside(const struct job *job)
{
	size_t len = strlen(job->path);

	if (len > 4 && strcasecmp(job->path + len - 4, ".pdf") == 0)
		complain(_("note: this signature lies beside the PDF file, where PDF readers do "
			   "not look; the page doc/clients/pdf tells how to sign inside of it"));
}

/* ---- what the holder agrees to ---- */

static enum tool_exit
disclose(const struct options *options, const struct job *job)
{
	char *name, *question;
	enum tool_exit status;

	if (options->yes)
		return TOOL_OK;
	name = text_safe(job->path, strlen(job->path));
	question = text_made(_("The signature carries your certificate. Everybody who\n"
			       "receives it can read your name, address, birth date and\n"
			       "sex in it.\n"
			       "Sign %s?"),
			     name ? name : "?");
	free(name);
	status = question ? prompt_consent(question, "--yes",
					   _("not done; nothing was sent to the card"))
			  : out_of_memory();
	free(question);
	return status;
}

/* ---- the content ---- */

static bool
add_to_hash(void *context, const uint8_t *data, size_t len)
{
	struct job *job = context;

	job->is_empty = job->is_empty && len == 0;
	return EVP_DigestUpdate(job->hash, data, len) == 1;
}

static enum tool_exit
read_content(const struct options *options, struct job *job)
{
	enum tool_exit status = TOOL_OK;
	bool ok;

	job->is_empty = true;
	job->hash = EVP_MD_CTX_new();
	ok = job->hash && EVP_DigestInit_ex(job->hash, EVP_sha256(), NULL) == 1;
	if (ok && options->enclosed) {
		status = file_read(job->path, FILE_ENCLOSED_MAX, &job->content.data,
				   &job->content.len);
		ok = status != TOOL_OK || add_to_hash(job, job->content.data, job->content.len);
	} else if (ok) {
		status = file_each(job->path, add_to_hash, job);
	}
	ok = ok && EVP_DigestFinal_ex(job->hash, job->content.hash, NULL) == 1;
	EVP_MD_CTX_free(job->hash);
	if (ok && status == TOOL_OK && job->is_empty)
		complain(_("note: %s is empty"), job->path);
	return ok ? status : out_of_memory();
}

/* ---- the signature ---- */

static enum tool_exit
write_signature(const struct options *options, const struct job *job,
		const struct signed_content *made)
{
	enum tool_exit status;
	char *text;

	if (made->is_simulated)
		complain("%s", _("SIMULATED card: this signature is for tests and means nothing to "
				 "anybody"));
	status = of_place(options, file_write(job->output, made->der, made->len, options->force));
	if (status != TOOL_OK || strcmp(job->output, "-") == 0)
		return status;
	text = text_made(_("The signature is in %s."), job->output);
	screen_line(text ? text : "?");
	free(text);
	return status;
}

static enum tool_exit
sign(struct module *module, const struct options *options, void *context)
{
	struct job *job = context;
	struct signed_content made;
	struct reader *reader;
	enum tool_exit status = cards_tell(module, signing_begin(module, &reader));

	if (status == TOOL_OK)
		status = read_content(options, job);
	if (status == TOOL_OK)
		status = disclose(options, job);
	if (status != TOOL_OK)
		return status;
	status = cards_tell(module, signing_make(module, reader, &job->content, &made));
	if (status == TOOL_OK)
		status = write_signature(options, job, &made);
	OPENSSL_free(made.der);
	return status;
}

enum tool_exit
sign_run(const struct options *options, char *arguments[])
{
	char *output;
	enum tool_exit status = name_output(options, arguments[0], &output);
	struct job job = {.path = arguments[0], .output = output};

	if (status == TOOL_OK)
		status = check_files(options, &job);
	if (status == TOOL_OK) {
		say_beside(&job);
		status = cards_run(options, sign, &job);
	}
	free(job.content.data);
	free(output);
	return status;
}
