// SPDX-License-Identifier: MIT
// A file that says it is an archive: record by record, and as `trawl inspect warc` looks at it.
#include "fuzz.h"
#include "inspect/warc_check.h"
#include "store/surt.h"
#include "store/warc_reader.h"
#include <sys/mman.h>
#include <unistd.h>

static int checked(void *arg, const struct warc_checked *c)
{
    unsigned *records = arg;
    FUZZ_MUST(c->block && c->payload);
    return ++*records == 1000;
}

static int damaged(void *arg, uint64_t offset, const char *why)
{
    unsigned *records = arg;
    (void)offset;
    FUZZ_MUST(why);
    return ++*records == 1000;
}

static void check(int fd, size_t size)
{
    unsigned records = 0;
    const struct warc_check_told told = { checked, damaged, &records };
    struct warc_check sum = { 0 };
    FUZZ_MUST(lseek(fd, 0, SEEK_SET) == 0);
    if (warc_check_file(fd, &told, &sum) == 0)
        FUZZ_MUST(sum.whole <= size && sum.records + sum.problems >= records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    struct warc_reader *r;
    struct warc_found found;
    char block[4096];
    FUZZ_MUST(fd >= 0 && (size == 0 || write(fd, data, size) == (ssize_t)size));
    FUZZ_MUST(lseek(fd, 0, SEEK_SET) == 0);
    if (warc_reader_new(&r, fd) == 0) {
        int some;
        unsigned records = 0;
        while (records++ < 1000 && (some = warc_reader_next(r, &found)) != 0) {
            if (some < 0) {
                FUZZ_MUST(warc_reader_why(r));
                if (warc_reader_recover(r) <= 0)
                    break;
                continue;
            }
            FUZZ_MUST(found.offset <= size);
            while (warc_reader_read(r, block, sizeof block) > 0)
                ;
            if (warc_reader_finish(r) < 0 && warc_reader_recover(r) <= 0)
                break;
        }
        FUZZ_MUST(warc_reader_end(r) <= size);
        warc_reader_free(r);
    }
    check(fd, size);
    close(fd);
    struct buffer surt = { 0 };
    surt_write(&surt, fuzz_all(data, size < 2000 ? size : 2000));
    buffer_fini(&surt);
    return 0;
}
