/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/store/work.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/files.h"
#include "sim/base/memory.h"

static json_t *
read_ca(const struct sim_store *store, char **error)
{
	char *path = sim_text("%s/ca.json", store->dir);
	bool none = access(path, F_OK) != 0 && errno == ENOENT;
	json_t *ca = none ? json_pack("{s:i, s:[]}", "format", 1, "authorities")
			  : sim_file_read_json(store->dir, "ca.json", error);

	if (ca && !json_is_array(json_object_get(ca, "authorities"))) {
		sim_error_set(error, "%s is damaged: no list of authorities", path);
		json_decref(ca);
		ca = NULL;
	}
	free(path);
	return ca;
}

bool
sim_work_begin(struct sim_work *work, struct sim_store *store,
	       const struct sim_make_options *options, char **error)
{
	static const struct sim_make_options normal;

	*work = (struct sim_work){
		.store = store, .options = options ? options : &normal, .error = error};
	work->now = work->options->now ? work->options->now : (int64_t)time(NULL);
	work->lock = sim_file_lock(store->dir, error);
	if (work->lock < 0)
		return false;
	work->ca = read_ca(store, error);
	if (work->ca)
		return true;
	sim_work_end(work);
	return false;
}

bool
sim_work_save_ca(struct sim_work *work)
{
	return sim_file_write_json(work->store->dir, "ca.json", work->ca, true, work->error);
}

void
sim_work_end(struct sim_work *work)
{
	json_decref(work->ca);
	(void)close(work->lock);
}

bool
sim_store_change(struct sim_store *store, const char *name, enum sim_pin which,
		 const struct sim_make_options *options, sim_change *change, char **error)
{
	struct sim_work work;
	json_t *card;
	bool ok;

	if (!sim_work_begin(&work, store, options, error))
		return false;
	card = sim_store_read_card(store, name, error);
	ok = card && change(&work, card, name, which);
	json_decref(card);
	sim_work_end(&work);
	return ok;
}
