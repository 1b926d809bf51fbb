/* SPDX-License-Identifier: Apache-2.0 */
#include "memory_vfs.h"

#include "base/alloc.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES 16
#define NAME_BYTES 160
#define REGIONS 16

struct memory_file {
	char name[NAME_BYTES]; /* empty: this place is free */
	char *bytes;
	size_t len, capacity;
	void *regions[REGIONS]; /* shared memory of a WAL */
};

struct handle {
	sqlite3_file base;
	struct memory_file *file;
	bool temporary; /* goes with the handle */
};

static struct memory_file files[FILES];
static sqlite3_vfs vfs;

static struct memory_file *find(const char *name)
{
	for (size_t i = 0; i < FILES; i++) {
		if (files[i].name[0] != '\0' && strcmp(files[i].name, name) == 0)
			return &files[i];
	}
	return NULL;
}

static struct memory_file *make(const char *name)
{
	for (size_t i = 0; i < FILES; i++) {
		if (files[i].name[0] == '\0') {
			(void)snprintf(files[i].name, NAME_BYTES, "%s", name);
			files[i].len = 0; /* its memory is used again */
			return &files[i];
		}
	}
	abort();
}

static void forget_regions(struct memory_file *file)
{
	for (size_t i = 0; i < REGIONS; i++) {
		free(file->regions[i]);
		file->regions[i] = NULL;
	}
}

static void drop(struct memory_file *file)
{
	if (file == NULL)
		return;
	forget_regions(file);
	file->name[0] = '\0';
}

static void grow(struct memory_file *file, size_t len)
{
	if (len > file->capacity) {
		file->capacity = 2 * len;
		file->bytes = alloc_resize(file->bytes, file->capacity, 1);
	}
	if (len > file->len)
		memset(file->bytes + file->len, 0, len - file->len);
	file->len = len;
}

/* ---- One open file ---- */

static struct memory_file *file_of(sqlite3_file *file)
{
	return ((struct handle *)file)->file;
}

static int on_close(sqlite3_file *file)
{
	struct handle *handle = (struct handle *)file;

	if (handle->temporary) {
		free(handle->file->bytes);
		free(handle->file);
	}
	return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *to, int n, sqlite3_int64 offset)
{
	const struct memory_file *from = file_of(file);
	const size_t at = (size_t)offset;
	const size_t wanted = (size_t)n;
	const size_t there = at < from->len ? from->len - at : 0;

	if (there >= wanted) {
		memcpy(to, from->bytes + at, wanted);
		return SQLITE_OK;
	}
	memset(to, 0, wanted);
	if (there > 0)
		memcpy(to, from->bytes + at, there);
	return SQLITE_IOERR_SHORT_READ;
}

static int on_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 offset)
{
	struct memory_file *to = file_of(file);
	const size_t end = (size_t)offset + (size_t)n;

	if (end > to->len)
		grow(to, end);
	memcpy(to->bytes + offset, from, (size_t)n);
	return SQLITE_OK;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	grow(file_of(file), (size_t)len);
	return SQLITE_OK;
}

static int on_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *ret_len)
{
	*ret_len = (sqlite3_int64)file_of(file)->len;
	return SQLITE_OK;
}

static int on_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int on_check_lock(sqlite3_file *file, int *ret_taken)
{
	(void)file;
	*ret_taken = 0;
	return SQLITE_OK;
}

static int on_control(sqlite3_file *file, int what, void *argument)
{
	(void)file;
	(void)what;
	(void)argument;
	return SQLITE_NOTFOUND;
}

static int on_sector(sqlite3_file *file)
{
	(void)file;
	return 4096;
}

static int on_traits(sqlite3_file *file)
{
	(void)file;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int on_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **ret)
{
	struct memory_file *of = file_of(file);

	if (region >= REGIONS)
		return SQLITE_IOERR_SHMMAP;
	if (of->regions[region] == NULL && extend != 0)
		of->regions[region] = alloc_zeroed(1, (size_t)size);
	*ret = of->regions[region];
	return SQLITE_OK;
}

static int on_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	(void)file;
	(void)offset;
	(void)n;
	(void)flags;
	return SQLITE_OK;
}

static void on_shm_barrier(sqlite3_file *file)
{
	(void)file;
}

static int on_shm_unmap(sqlite3_file *file, int remove)
{
	(void)remove;
	forget_regions(file_of(file));
	return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = on_close,
	.xRead = on_read,
	.xWrite = on_write,
	.xTruncate = on_truncate,
	.xSync = on_sync,
	.xFileSize = on_size,
	.xLock = on_lock,
	.xUnlock = on_lock,
	.xCheckReservedLock = on_check_lock,
	.xFileControl = on_control,
	.xSectorSize = on_sector,
	.xDeviceCharacteristics = on_traits,
	.xShmMap = on_shm_map,
	.xShmLock = on_shm_lock,
	.xShmBarrier = on_shm_barrier,
	.xShmUnmap = on_shm_unmap,
};

/* ---- The file system ---- */

static int on_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
		   int *ret_flags)
{
	struct handle *handle = (struct handle *)file;
	struct memory_file *there = name != NULL ? find(name) : NULL;

	(void)self;
	*handle = (struct handle){ .base = { &methods }, .temporary = name == NULL };
	if (name == NULL)
		there = alloc_zeroed(1, sizeof(*there));
	else if (there == NULL)
		there = make(name);
	handle->file = there;
	if (ret_flags != NULL)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *self, const char *name, int sync)
{
	(void)self;
	(void)sync;
	drop(find(name));
	return SQLITE_OK;
}

static int on_access(sqlite3_vfs *self, const char *name, int flags, int *ret_result)
{
	(void)self;
	(void)flags;
	*ret_result = find(name) != NULL;
	return SQLITE_OK;
}

static int on_full_name(sqlite3_vfs *self, const char *name, int size, char *ret_name)
{
	(void)self;
	(void)snprintf(ret_name, (size_t)size, "%s", name);
	return SQLITE_OK;
}

void memory_vfs_setup(void)
{
	const sqlite3_vfs *real = sqlite3_vfs_find(NULL);

	if (vfs.zName != NULL)
		return;
	vfs = *real;
	vfs.szOsFile = (int)sizeof(struct handle);
	vfs.zName = "memory";
	vfs.pNext = NULL;
	vfs.xOpen = on_open;
	vfs.xDelete = on_delete;
	vfs.xAccess = on_access;
	vfs.xFullPathname = on_full_name;
	(void)sqlite3_vfs_register(&vfs, 1);
}

struct str memory_vfs_get(const char *name)
{
	const struct memory_file *file = find(name);

	return file != NULL ? (struct str){ file->bytes, file->len } : (struct str){ NULL, 0 };
}

void memory_vfs_put(const char *name, struct str bytes)
{
	struct memory_file *file = find(name);

	if (file == NULL)
		file = make(name);
	grow(file, bytes.len);
	if (bytes.len > 0)
		memcpy(file->bytes, bytes.p, bytes.len);
}

void memory_vfs_remove(const char *name)
{
	static const char *const suffixes[] = { "", "-wal", "-journal" };
	char behind[NAME_BYTES];

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		(void)snprintf(behind, sizeof(behind), "%s%s", name, suffixes[i]);
		drop(find(behind));
	}
}
