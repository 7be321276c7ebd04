/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/pcscd/fault.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/memory.h"

void
faults_clear(struct faults *faults)
{
	struct fault *fault;

	while ((fault = faults->list)) {
		faults->list = fault->next;
		free(fault);
	}
}

bool
faults_order(struct faults *faults, const char *text, char **error)
{
	struct fault *fault = sim_alloc(sizeof *fault), **at = &faults->list;

	if (!fault_read(fault, text, error)) {
		free(fault);
		return false;
	}
	if (fault->at != 0)
		fault->at += faults->calls[fault->call];
	fault->number = ++faults->numbers;
	while (*at)
		at = &(*at)->next;
	*at = fault;
	return true;
}

bool
fault_meets(const struct faults *faults, const struct fault *fault, enum wire_call call)
{
	if (fault->at == 0 || faults->calls[fault->call] < fault->at ||
	    (fault->struck > 0 && !fault->onwards))
		return false;
	if (fault->call != WIRE_ANY && fault->call != call)
		return false;
	return fault->group != FAULT_ANSWER || call == WIRE_TRANSMIT;
}

void
fault_struck(const struct faults *faults, struct fault *fault, enum wire_call call)
{
	fault->struck++;
	fault->struck_at = faults_count(faults, WIRE_ANY);
	fault->struck_in = call;
	if (fault->back != 0)
		fault->back_at = faults->calls[WIRE_ANY] + fault->back;
}

json_t *
faults_list(const struct faults *faults)
{
	json_t *list = json_array();
	const struct fault *fault;

	for (fault = faults->list; fault; fault = fault->next) {
		bool struck = fault->struck > 0;

		json_array_append_new(
			list,
			json_pack("{s:i, s:s, s:I, s:o*, s:s*}", "number", (int)fault->number,
				  "order", fault->text, "struck", (json_int_t)fault->struck, "call",
				  struck ? json_integer((json_int_t)fault->struck_at) : NULL, "in",
				  struck ? fault_call_names[fault->struck_in] : NULL));
	}
	return list;
}

json_t *
faults_calls(const struct faults *faults)
{
	json_t *by_call = json_object();

	for (int i = WIRE_ANY + 1; i < WIRE_CALLS; i++) {
		json_int_t count = (json_int_t)faults_count(faults, (enum wire_call)i);

		if (count > 0)
			json_object_set_new(by_call, fault_call_names[i], json_integer(count));
	}
	return json_pack("{s:I, s:o}", "total", (json_int_t)faults_count(faults, WIRE_ANY),
			 "by_call", by_call);
}

void
faults_reset_calls(struct faults *faults)
{
	memcpy(faults->reset, faults->calls, sizeof faults->reset);
}
