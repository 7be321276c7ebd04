/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/error.h"
#include "sim/base/memory.h"

static bool
make_one_dir(const char *path, mode_t mode, char **error)
{
	struct stat about;

	if (mkdir(path, mode) == 0)
		return true;
	if (errno == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode))
		return true;
	return sim_error_set(error, "cannot make the folder %s: %s", path, strerror(errno));
}

bool
sim_file_make_dir(const char *path, mode_t mode, char **error)
{
	char *copy = sim_copy(path);
	bool made = true;

	for (char *slash = strchr(copy + 1, '/'); made && slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		made = make_one_dir(copy, mode, error);
		*slash = '/';
	}
	free(copy);
	return made && make_one_dir(path, mode, error);
}

bool
sim_file_write(const char *path, const void *data, size_t len, mode_t mode, bool durable,
	       char **error)
{
	char *beside = sim_text("%s.XXXXXX", path);
	int fd = mkostemp(beside, O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok = file && fchmod(fd, mode) == 0 && fwrite(data, 1, len, file) == len &&
		  fflush(file) == 0 && (!durable || fsync(fd) == 0);

	if (file && fclose(file) != 0)
		ok = false;
	if (!ok || rename(beside, path) != 0) {
		ok = sim_error_set(error, "cannot write %s: %s", path, strerror(errno));
		(void)unlink(beside);
	}
	free(beside);
	return ok;
}

bool
sim_file_write_json(const char *dir, const char *name, const json_t *value, bool durable,
		    char **error)
{
	char *path = sim_text("%s/%s", dir, name);
	char *text = json_dumps(value, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	bool ok = text ? sim_file_write(path, text, strlen(text), 0600, durable, error)
		       : sim_error_set(error, "out of memory");

	free(text);
	free(path);
	return ok;
}

json_t *
sim_file_read_json(const char *dir, const char *name, char **error)
{
	char *path = sim_text("%s/%s", dir, name);
	json_error_t mistake;
	json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, &mistake);

	if (!value && json_error_code(&mistake) == json_error_cannot_open_file)
		sim_error_set(error, "cannot read %s: %s", path, strerror(errno));
	else if (!value)
		sim_error_set(error, "%s is damaged: line %d: %s", path, mistake.line,
			      mistake.text);
	free(path);
	return value;
}

bool
sim_file_take(int lock)
{
	return TEMP_FAILURE_RETRY(flock(lock, LOCK_EX)) == 0;
}

int
sim_file_lock(const char *dir, char **error)
{
	char *path = sim_text("%s/lock", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	free(path);
	if (fd >= 0 && sim_file_take(fd))
		return fd;
	sim_error_set(error, "cannot lock %s/lock: %s", dir, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

bool
sim_file_remove_dir(const char *path, char **error)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (!folder)
		return sim_error_set(error, "cannot open %s: %s", path, strerror(errno));
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			/* NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions): it is open */
			(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
	if (rmdir(path) != 0)
		return sim_error_set(error, "cannot remove %s: %s", path, strerror(errno));
	return true;
}
