// SPDX-License-Identifier: MIT
// HTTP/2 against nginx, which is not needed for anything else here: skipped where it is not
// installed.
#include "authority.h"
#include "fetch_client.h"
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct authority trusted;
static char folder[] = "/tmp/trawl-test-h2-XXXXXX";
static char authority_file[64], certificate_file[64], key_file[64], nginx_conf[64];
static struct fetch_settings settings = { .ca_file = authority_file, .http2 = true };
static const char *const nginx = "/usr/sbin/nginx";
static uint16_t port;
static pid_t server;
static struct fetch_sink sink;
static struct response answer;

static uint16_t free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bind(fd, (struct sockaddr *)&a, n);
    getsockname(fd, (struct sockaddr *)&a, &n);
    close(fd);
    return ntohs(a.sin_port);
}

static void write_conf(void)
{
    FILE *f = fopen(nginx_conf, "w");
    assert_non_null(f);
    fprintf(
        f,
        "daemon off; master_process off; pid %s/pid; error_log /dev/null;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; client_body_temp_path %s; proxy_temp_path %s;\n"
        "  fastcgi_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;\n"
        "  server { listen 127.0.0.1:%u ssl http2; ssl_certificate %s; ssl_certificate_key %s;\n"
        "    location / { return 200 \"hello\"; }\n"
        "    location /missing { return 404 \"no\"; } } }\n",
        folder, folder, folder, folder, folder, folder, port, certificate_file, key_file);
    fclose(f);
}

static void wait_for_server(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    for (int i = 0; i < 500; i++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        int r = connect(fd, (struct sockaddr *)&a, sizeof a);
        close(fd);
        if (r == 0)
            return;
        usleep(10000);
    }
    fail_msg("nginx does not listen");
}

static struct request a_request(const char *path, char url[100])
{
    snprintf(url, 100, "https://host.test:%u%s", port, path);
    struct request q = fetch_request(url, "host.test", port);
    q.keep = true;
    return q;
}

static void one_after_another(struct io *io)
{
    char url[100];
    for (int i = 0; i < 5; i++) {
        struct request q = a_request("/", url);
        fetch_do(io, &q, &sink, &answer);
        assert_string_equal(answer.message, "");
        assert_int_equal(answer.http_version, 20);
        assert_int_equal(answer.status, 200);
        assert_string_equal(sink.body, "hello");
        assert_int_equal(answer.reused, i > 0);
    }
    struct request q = a_request("/missing", url);
    fetch_do(io, &q, &sink, &answer);
    assert_int_equal(answer.status, 404);
    q.head = true;
    fetch_do(io, &q, &sink, &answer);
    assert_int_equal(answer.status, 404);
    assert_int_equal(answer.size, 0);
}

static void http2_is_spoken_when_asked_for(void **state)
{
    (void)state;
    fetch_each(one_after_another, &settings);
    settings.http2 = false;
    char url[100];
    struct easy *e;
    assert_int_equal(easy_new(&e, &settings), 0);
    struct request q = a_request("/", url);
    fetch_do(easy_io(e), &q, &sink, &answer);
    assert_int_equal(answer.http_version, 11);
    easy_free(e);
    settings.http2 = true;
}

struct crowd {
    struct io *io;
    unsigned good, opened;
};

static int ask_some(void *arg)
{
    struct crowd *c = arg;
    struct fetch_sink body;
    struct response r = { 0 };
    char url[100];
    struct request q = a_request("/", url);
    for (int i = 0; i < 10; i++) {
        fetch_do(c->io, &q, &body, &r);
        c->good += r.error == FETCH_OK && r.http_version == 20 && strcmp(body.body, "hello") == 0;
        c->opened += !r.reused;
    }
    response_fini(&r);
    return 0;
}

IN_LOOP(a_hosts_exchanges_share_one_connection)
{
    struct multi *m;
    struct nursery n;
    assert_int_equal(multi_new(&m, loop_current(), &settings, 1000), 0);
    struct crowd c = { .io = multi_io(m) };
    nursery_init(&n, "crowd");
    for (int i = 0; i < 100; i++)
        assert_int_equal(nursery_spawn(&n, "fetch", ask_some, &c), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(c.good, 1000);
    assert_int_equal(c.opened, 1);
    multi_free(m);
    return 0;
}

static int h2_start(void **state)
{
    (void)state;
    EVP_PKEY *key;
    assert_non_null(mkdtemp(folder));
    snprintf(authority_file, sizeof authority_file, "%s/ca-XXXXXX", folder);
    snprintf(certificate_file, sizeof certificate_file, "%s/cert-XXXXXX", folder);
    snprintf(key_file, sizeof key_file, "%s/key-XXXXXX", folder);
    snprintf(nginx_conf, sizeof nginx_conf, "%s/nginx.conf", folder);
    authority_make(&trusted, "A made-up authority");
    X509 *certificate = authority_issue(&trusted, "host.test", -1, 1, &key);
    authority_write(authority_file, trusted.certificate, NULL);
    authority_write(certificate_file, certificate, NULL);
    authority_write(key_file, NULL, key);
    X509_free(certificate);
    EVP_PKEY_free(key);
    port = free_port();
    write_conf();
    server = fork();
    if (server == 0) {
        execl(nginx, nginx, "-p", folder, "-c", nginx_conf, (char *)NULL);
        _exit(127);
    }
    wait_for_server();
    return 0;
}

static int h2_stop(void **state)
{
    (void)state;
    char pid[80];
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    authority_drop(&trusted);
    response_fini(&answer);
    snprintf(pid, sizeof pid, "%s/pid", folder);
    unlink(pid);
    unlink(authority_file);
    unlink(certificate_file);
    unlink(key_file);
    unlink(nginx_conf);
    rmdir(folder);
    return 0;
}

int main(void)
{
    if (access(nginx, X_OK) < 0)
        return 77; // automake: skipped
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http2_is_spoken_when_asked_for),
        cmocka_unit_test(a_hosts_exchanges_share_one_connection),
    };
    return cmocka_run_group_tests(tests, h2_start, h2_stop);
}
