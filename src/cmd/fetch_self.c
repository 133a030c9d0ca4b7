// SPDX-License-Identifier: MIT
#include "cmd/fetch_self.h"
#include "cmd/command.h"
#include "fetch/request.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <unistd.h>

// Opens it: a directory, say, has the right permissions, too, but nothing to read.
static bool is_readable(const char *option, const char *file)
{
    char byte;
    int fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
    if (!file)
        return true;
    bool readable = fd >= 0 && read(fd, &byte, 1) >= 0;
    if (!readable)
        log_error("%s: '%s' cannot be read: %s", option, file, strerror(errno));
    if (fd >= 0)
        close(fd);
    return readable;
}

// Whether `a` is an address of this machine. Any doubt is left to the run.
static bool is_ours(const struct address *a)
{
    struct sockaddr_storage from;
    socklen_t n = address_to_sockaddr(a, 0, &from);
    int fd = socket(from.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    bool ours = bind(fd, (struct sockaddr *)&from, n) == 0 || errno != EADDRNOTAVAIL;
    close(fd);
    return ours;
}

static bool is_interface(const char *name)
{
    struct address a;
    bool literal = name && address_parse(&a, span_of(name)) == 0;
    if (!name || (literal ? is_ours(&a) : if_nametoindex(name) > 0))
        return true;
    log_error("--interface: '%s' is neither a network device nor an address of this machine", name);
    return false;
}

int fetch_self_check(const struct fetch_settings *s)
{
    if (s->key_file && !s->cert_file) {
        log_error("--key: needs --cert FILE, the certificate that the key is of");
        return STATUS_USAGE;
    }
    if (is_readable("--cacert", s->ca_file) && is_readable("--cert", s->cert_file) &&
        is_readable("--key", s->key_file) && is_interface(s->interface))
        return STATUS_OK;
    return STATUS_USAGE;
}
