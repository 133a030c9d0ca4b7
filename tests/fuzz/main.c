// SPDX-License-Identifier: MIT
// Has a fuzz target read files: those given, or its corpus, $srcdir/tests/fuzz/corpus/NAME.
#include "fuzz.h"
#include <dirent.h>
#include <libgen.h>

static bool replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return false;
    }
    size_t room = 1 << 16, n = 0;
    uint8_t *p = NULL;
    for (size_t got = 1; got > 0; n += got) {
        room = n + 65536 > room ? 2 * room : room;
        p = realloc(p, room);
        FUZZ_MUST(p);
        got = fread(p + n, 1, room - n, f);
    }
    fclose(f);
    LLVMFuzzerTestOneInput(p, n);
    free(p);
    return true;
}

// The corpus of the target that this program is. Returns how many files were read, -1: not all.
static int replay_corpus(const char *program)
{
    char name[256], path[4096];
    const char *top = getenv("srcdir");
    snprintf(name, sizeof name, "%s", program);
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", top ? top : ".", basename(name) + 5);
    DIR *d = opendir(path);
    if (!d) {
        perror(path);
        return -1;
    }
    int files = 0;
    for (const struct dirent *e; files >= 0 && (e = readdir(d));) {
        char file[4096 + 256];
        if (e->d_name[0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        files = replay(file) ? files + 1 : -1;
    }
    closedir(d);
    return files;
}

int main(int argc, char **argv)
{
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    if (argc < 2) {
        int files = replay_corpus(argv[0]);
        printf("%d files of the corpus\n", files);
        return files < 1;
    }
    for (int i = 1; i < argc; i++)
        if (!replay(argv[i]))
            return 1;
    return 0;
}
