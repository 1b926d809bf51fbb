/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzzer's entry over files and folders of files, without libFuzzer: for tests.
 */
#include "fuzz.h"

#include "base/alloc.h"
#include "base/limits.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

static unsigned n_files;

static bool replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf input;
	char chunk[4096];

	if (file == NULL) {
		perror(path);
		return false;
	}
	buf_init(&input, LIMIT_RESPONSE_BYTES);
	for (size_t n; (n = fread(chunk, 1, sizeof(chunk), file)) > 0;)
		buf_add(&input, chunk, n);
	(void)fclose(file);
	/* A block of its own size, so that a read beyond its end is seen. */
	uint8_t *exact = alloc_zeroed(input.len, 1);

	memcpy(exact, buf_z(&input), input.len);
	(void)LLVMFuzzerTestOneInput(exact, input.len);
	free(exact);
	buf_release(&input);
	n_files++;
	return true;
}

static bool replay_folder(const char *path)
{
	DIR *folder = opendir(path);
	bool good = true;

	if (folder == NULL) {
		perror(path);
		return false;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread, and nobody else reads this folder */
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		char name[4096];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		good = replay_file(name) && good;
	}
	(void)closedir(folder);
	return good;
}

int main(int argc, char **argv)
{
	bool good = argc > 1;

	for (int i = 1; i < argc; i++) {
		struct stat facts;

		if (stat(argv[i], &facts) == 0 && S_ISDIR(facts.st_mode))
			good = replay_folder(argv[i]) && good;
		else
			good = replay_file(argv[i]) && good;
	}
	(void)printf("%u inputs\n", n_files);
	return good && n_files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
