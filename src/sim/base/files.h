/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JPKI_SIM_BASE_FILES_H
#define JPKI_SIM_BASE_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Files of the state directory. What is written stands beside its place first and is then
 * renamed into it: whoever reads finds the old file or the new one, also after a crash or on a
 * full disk.
 */

/* Makes a folder and the missing ones above it. One that is there is left as it is. */
bool sim_file_make_dir(const char *path, mode_t mode, char **error);

/* `durable`: wait until the disk has it, for what cannot be made again. */
bool sim_file_write(const char *path, const void *data, size_t len, mode_t mode, bool durable,
		    char **error);
bool sim_file_write_json(const char *dir, const char *name, const json_t *value, bool durable,
			 char **error);

/* NULL when it is missing, unreadable or not JSON. */
json_t *sim_file_read_json(const char *dir, const char *name, char **error);

/* Opens (and makes) the folder's lock file and waits for the lock. Closing it lets go. */
int sim_file_lock(const char *dir, char **error);

/* Waits for the lock of a lock file that is open; flock(LOCK_UN) lets go. False with errno. */
bool sim_file_take(int lock);

/* Removes a folder and the plain files in it. */
bool sim_file_remove_dir(const char *path, char **error);

#endif
