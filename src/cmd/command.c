// SPDX-License-Identifier: MIT
#include "cmd/command.h"
#include "options/options.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

const struct command command_table[] = {
    {
        .name = "fetch",
        .bit = COMMAND_FETCH,
        .synopsis = "[OPTIONS] [URL...]",
        .help = "fetch a list of URLs, one JSON record for each",
        .examples = "trawl fetch -i urls.txt -o records.jsonl --failed again.txt\n"
                    "trawl fetch https://example.com/ | jq .status\n"
                    "zcat list.gz | trawl fetch -j 1000 --host-rate 2/s > records.jsonl\n",
        .manual =
            "Fetches the URLs given as arguments, in FILE (-i), or on standard input, many at "
            "once, and writes one JSON record for each of them, in order of completion. \"fetch\" "
            "may be left out: trawl URL does the same."
            "\n\n"
            "On a terminal one live line on standard error shows how it goes: what is done and "
            "left, URLs and bytes a second, requests in flight, errors by kind. At the end a "
            "summary follows: records by status and by error, how long exchanges took, and the "
            "slowest hosts. The first Ctrl-C lets what is in flight finish, for 10 seconds at "
            "most; the second ends it now.",
        .operands = true,
        .run = cmd_fetch,
    },
    {
        .name = "bench",
        .bit = COMMAND_BENCH,
        .synopsis = "[OPTIONS] [URL...]",
        .help = "the same work under several engines, side by side",
        .examples = "trawl bench\n"
                    "trawl bench --engines coro,threads,forks -j 16,256,4096 --html bench.html\n"
                    "trawl bench --rate 2000/s --delay 100ms --workload waiting\n"
                    "trawl bench --micro\n",
        .manual =
            "Fetches the same URLs under several engines, each with several numbers of requests "
            "in flight, and shows side by side what came of it: URLs a second, CPU time a URL, "
            "memory of all processes, how long URLs took, context switches, processes and "
            "threads. Under the tables it says in words which engine won what, by how much and "
            "why, and what else may have been measured in its place."
            "\n\n"
            "The URLs are those of an origin of its own on loopback, in processes of its own, "
            "unless URLs are given as arguments or with -i. Each run of each engine is a new "
            "process; the runs are interleaved and repeated. A live line on standard error shows "
            "how far it is. Ctrl-C ends it, and shows what had been measured by then."
            "\n\n"
            "Engines whose URLs did not fare alike are marked and not compared; the status is "
            "then 3, as it is when URLs failed.",
        .operands = true,
        .run = cmd_bench,
    },
    {
        .name = "crawl",
        .bit = COMMAND_CRAWL,
        .synopsis = "[OPTIONS] SEED...",
        .help = "fetch, follow links and sitemaps, within a scope",
        .examples = "trawl crawl --contact me@example.org https://example.org/ -o records.jsonl\n"
                    "trawl crawl --scope prefix --level 3 https://example.org/docs/ --save copy\n"
                    "trawl crawl --host-delay 0 --per-host 8 http://localhost:8080/\n",
        .manual =
            "Fetches the seeds, which are arguments or the lines of FILE (-i) or standard input, "
            "and what they lead to: the links of each page, as far as they are in scope, and the "
            "sitemaps that hosts name. Each URL is fetched once, in its canonical form, and has "
            "one JSON record, with depth (links from a seed) and via (the page it was found on). "
            "A redirect ends the record of its URL, which says where it leads in redirect_url; "
            "the target is a link like any other. noindex, canonical and, with --digest, same_as "
            "(a page with the same body) say what is known of a page beyond that."
            "\n\n"
            "It goes breadth first within a host, and in turn from host to host. What was found "
            "and not fetched yet is kept on disk, in a temporary file, so that no site is too "
            "large. By default it is polite: one request at a time to a host, a second between "
            "them, robots.txt and nofollow obeyed, and a user agent that says what it is. What it "
            "leaves out is counted in the summary, by reason, and listed by --rejected-log.",
        .operands = true,
        .run = cmd_crawl,
    },
    {
        .name = "resume",
        .bit = COMMAND_RESUME,
        .synopsis = "[OPTIONS] DIR",
        .help = "go on with a run that was kept with --state DIR",
        .examples = "trawl resume run.state\n"
                    "trawl fetch -i urls.txt -o records.jsonl --state run.state\n",
        .manual =
            "Goes on with the run whose state is in DIR, by the command and in the directory that "
            "it was begun with: as if that command had been typed again. What was committed when "
            "it ended is not done again, and everything else is. A run that has come to its end "
            "is left alone; the exit status is then that of its records. Standard input is not "
            "read: what was kept of it is fetched. To go on behind that, start the same command "
            "with the same input.",
        .operands = true,
        .run = cmd_resume,
    },
    {
        .name = "status",
        .bit = COMMAND_STATUS,
        .synopsis = "[OPTIONS] DIR",
        .help = "what a state directory holds, while its run goes on or after",
        .examples = "trawl status run.state\n"
                    "trawl status --json run.state | jq .left\n"
                    "trawl status --failed run.state | trawl fetch -i -\n",
        .manual =
            "Reads the state in DIR (--state), also while its run goes on, which is not "
            "disturbed, and says how it was at the last commit: who works on it, what is done and "
            "what is left, how fast it goes and about when it will be done, how URLs ended, which "
            "hosts are held back until when and why, and whose pace the rest waits for. With "
            "--json it is one object. --failed and --pending list URLs instead."
            "\n\n"
            "What is left is counted by reading it, which takes about a second for some millions "
            "of URLs.",
        .operands = true,
        .run = cmd_status,
    },
    {
        .name = "serve",
        .bit = COMMAND_SERVE,
        .synopsis = "[OPTIONS]",
        .help = "a local origin: sizes, delays, faults, a synthetic web, DNS",
        .examples = "trawl serve\n"
                    "trawl serve -p 0 --web 1000,100 --dns 5300 --web-delay 50ms --web-errors 2\n"
                    "curl http://127.0.0.1:8080/redirect/3 http://127.0.0.1:8080/drip\n",
        .manual =
            "Serves HTTP/1.1 on loopback, for trying things out, for tests and for measuring: "
            "bodies of any size, delays, every status, redirects, content codings, broken "
            "answers, and with --web a synthetic web of any size, the same for the same seed, "
            "with DNS for its names. Once it is ready it writes a line \"listening on "
            "http://ADDRESS:PORT\" to standard output. SIGINT, SIGTERM and --max-time end it, "
            "with a line on standard error that says how much was served, and status 0.",
        .run = cmd_serve,
        .lists = cmd_serve_lists,
    },
    {
        .name = "inspect",
        .bit = COMMAND_INSPECT,
        .synopsis = "url|dns|links|robots|sitemap|warc [OPTIONS] [URL|NAME|FILE...]",
        .help = "one rule at a time: URLs, names, links, robots",
        .examples =
            "trawl inspect url 'HTTP://ex\303\244mple.com:80/a/../b?c#d'\n"
            "echo '{\"input\":\"../b\",\"base\":\"http://a.example/x/y/\"}' | "
            "trawl inspect url --json\n"
            "trawl inspect dns --dns-servers 9.9.9.9 example.org\n"
            "curl -s https://example.org/ | trawl inspect links - https://example.org/\n"
            "trawl inspect robots -A MyBot robots.txt /private/ /index.html\n"
            "trawl inspect warc crawl-*.warc.gz\n"
            "trawl inspect warc --extract https://example.org/ crawl-*.warc.gz > page.html\n",
        .manual =
            "inspect url reads each URL by the WHATWG URL standard and shows its parts, one a "
            "line. The URLs are arguments, or the lines of standard input. With --json it is a "
            "filter: each line of standard input is an object with an \"input\" and perhaps a "
            "\"base\" that completes it, and gives one line of output, {\"href\": ...} or "
            "{\"error\": ...}, in order. The status is 3 when a URL given as an argument was none."
            "\n\n"
            "inspect dns looks names up as a run would, and shows the addresses in the order in "
            "which they are tried, the seconds for which the answer holds (ttl), who gave it and "
            "the time that it took. A name may be given as NAME:PORT or as a URL, too; the port "
            "matters to --resolve only. With --json each line of standard input is an object with "
            "a \"name\", and gives one with \"name\", \"addresses\", \"ttl\", \"server\" and "
            "\"time\" (seconds), and \"error\" and \"errormsg\" where there is no address. The "
            "status is 3 when a name given as an argument has none."
            "\n\n"
            "inspect links finds the links in a page: a file of HTML (or - for standard input), "
            "followed by its URL. Each is shown once, absolute and without a fragment, in the "
            "order of the page, behind the element that it stands in; robots shows what a meta "
            "element asks of crawlers, canonical what the page calls its own URL. With --json "
            "each line is an object with \"html\" (or \"html_b64\"), \"base\" and perhaps "
            "\"content_type\", and gives {\"links\": [...]}; forms are not among them."
            "\n\n"
            "inspect robots reads a robots.txt (a file, or - for standard input) by RFC 9309 and "
            "says of each URL or path behind it whether it may be fetched, and which line "
            "decides; then the delay and the sitemaps that the file gives. The status is 3 when "
            "one of them may not. With --json each line of standard input is an object with "
            "\"robots\" (or \"robots_b64\"), \"agent\" and \"url\", and gives {\"allowed\": ..., "
            "\"line\": ...}, the line null when none decided."
            "\n\n"
            "inspect sitemap lists the URLs of each FILE (XML, a list, RSS or Atom, all of these "
            "also gzipped). The status is 3 when one is no sitemap. With --json each line of "
            "standard input is an object with \"body_b64\", the \"url\" that relative entries are "
            "completed by, and perhaps a \"content_type\", and gives {\"kind\": ..., \"entries\": "
            "[{\"loc\": ..., \"lastmod\": ...}]} or {\"error\": ...}."
            "\n\n"
            "inspect warc reads archive files from end to end (of --warc-file, or of any other "
            "program; a gzip member a record or not, or not compressed), lists their records, and "
            "looks whether members, lengths, heads and digests are as they should be. The status "
            "is 3 when a file is not. With --json there is an object for each record, with "
            "\"offset\", \"length\", \"type\", \"url\" and so on, and one for each file behind "
            "them. --extract URL writes a body, --repair cuts torn ends off.",
        .words = "url dns links robots sitemap warc",
        .operands = true,
        .run = cmd_inspect,
    },
    {
        .name = "demo",
        .bit = COMMAND_DEMO,
        .synopsis = "[OPTIONS]",
        .help = "serve a synthetic web on loopback and fetch thousands of its URLs",
        .examples = "trawl demo\n",
        .manual =
            "Starts an origin with a synthetic web and its DNS on loopback, fetches urls/demo.txt "
            "from it with one engine after the other, and shows the summaries and three records. "
            "Then crawls that web with --state, kills the crawl in the middle, goes on with it "
            "and counts its records. Takes some twenty seconds and touches nothing outside "
            "loopback; its files are in a directory of its own under $TMPDIR, or /tmp, which it "
            "removes.",
        .run = cmd_demo,
    },
};

const unsigned command_count = sizeof command_table / sizeof *command_table;

const struct command *command_find(const char *name)
{
    for (unsigned i = 0; i < command_count; i++)
        if (strcmp(command_table[i].name, name) == 0)
            return &command_table[i];
    return NULL;
}

int command_no_memory(void)
{
    log_error("out of memory");
    return STATUS_BROKEN;
}

int command_write(const struct buffer *text)
{
    int r = text->failed ? -ENOMEM : files_write_all(STDOUT_FILENO, text->p, text->n);
    if (r == 0)
        return STATUS_OK;
    if (r == -EPIPE)
        return STATUS_OUTPUT_GONE;
    log_error("cannot write to standard output: %s", strerror(-r));
    return STATUS_BROKEN;
}

int command_show(void (*write)(struct buffer *out))
{
    struct buffer text = { 0 };
    write(&text);
    int status = command_write(&text);
    buffer_fini(&text);
    return status;
}
