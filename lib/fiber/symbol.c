// SPDX-License-Identifier: MIT
#include "fiber/symbol.h"
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct symbol_table {
    const char *file;
    size_t size;
    uintptr_t bias; // what is added to an address in the file to get one in memory
    const ElfW(Sym) * symbols;
    size_t count;
    const char *names;
    size_t names_size;
};

// The program itself is the first object.
static int symbol_bias(struct dl_phdr_info *info, size_t size, void *out)
{
    (void)size;
    *(uintptr_t *)out = info->dlpi_addr;
    return 1;
}

static bool symbol_inside(const struct symbol_table *t, uint64_t at, uint64_t size)
{
    return at <= t->size && size <= t->size - at;
}

// Finds the table in a file that is not trusted to be whole.
static bool symbol_find(struct symbol_table *t)
{
    const ElfW(Ehdr) *head = (const void *)t->file;
    if (t->size < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
        head->e_shentsize != sizeof(ElfW(Shdr)) ||
        !symbol_inside(t, head->e_shoff, (uint64_t)head->e_shnum * sizeof(ElfW(Shdr))))
        return false;
    const ElfW(Shdr) *section = (const void *)(t->file + head->e_shoff);
    for (unsigned i = 0; i < head->e_shnum; i++) {
        const ElfW(Shdr) *s = &section[i];
        if (s->sh_type != SHT_SYMTAB || s->sh_link >= head->e_shnum)
            continue;
        const ElfW(Shdr) *n = &section[s->sh_link];
        if (!symbol_inside(t, s->sh_offset, s->sh_size) ||
            !symbol_inside(t, n->sh_offset, n->sh_size) || n->sh_size == 0 ||
            t->file[n->sh_offset + n->sh_size - 1] != '\0')
            return false;
        t->symbols = (const void *)(t->file + s->sh_offset);
        t->count = s->sh_size / sizeof t->symbols[0];
        t->names = t->file + n->sh_offset;
        t->names_size = n->sh_size;
        return true;
    }
    return false;
}

struct symbol_table *symbol_open(void)
{
    struct symbol_table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    struct stat info;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) < 0 || info.st_size <= 0)
        goto failed;
    t->size = (size_t)info.st_size;
    void *file = mmap(NULL, t->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (file == MAP_FAILED)
        goto failed;
    close(fd);
    t->file = file;
    dl_iterate_phdr(symbol_bias, &t->bias);
    if (!symbol_find(t)) {
        symbol_close(t);
        return NULL;
    }
    return t;

failed:
    if (fd >= 0)
        close(fd);
    free(t);
    return NULL;
}

void symbol_close(struct symbol_table *t)
{
    if (!t)
        return;
    munmap((void *)(uintptr_t)t->file, t->size);
    free(t);
}

static bool symbol_own(const struct symbol_table *t, uintptr_t address, struct symbol *out)
{
    for (size_t i = 0; i < t->count; i++) {
        const ElfW(Sym) *s = &t->symbols[i];
        uintptr_t at = s->st_value + t->bias;
        if ((s->st_info & 0xf) == STT_FUNC && address >= at && address - at < s->st_size &&
            s->st_name < t->names_size) {
            out->name = t->names + s->st_name;
            out->offset = address - at;
            return true;
        }
    }
    return false;
}

struct symbol symbol_at(const struct symbol_table *t, const void *address)
{
    struct symbol found = { 0 };
    Dl_info info;
    bool known = dladdr(address, &info) != 0;
    if (known && info.dli_fname) {
        const char *slash = strrchr(info.dli_fname, '/');
        found.module = slash ? slash + 1 : info.dli_fname;
        found.offset = (uintptr_t)address - (uintptr_t)info.dli_fbase;
    }
    if (t && symbol_own(t, (uintptr_t)address, &found))
        return found;
    if (known && info.dli_sname) {
        found.name = info.dli_sname;
        found.offset = (uintptr_t)address - (uintptr_t)info.dli_saddr;
    }
    return found;
}
