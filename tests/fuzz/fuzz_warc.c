// SPDX-License-Identifier: MIT
// A file that says it is an archive.
#include "fuzz.h"
#include "store/surt.h"
#include "store/warc_reader.h"
#include <sys/mman.h>
#include <unistd.h>

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
    close(fd);
    struct buffer surt = { 0 };
    surt_write(&surt, fuzz_all(data, size < 2000 ? size : 2000));
    buffer_fini(&surt);
    return 0;
}
