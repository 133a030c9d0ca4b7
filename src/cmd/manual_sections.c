// SPDX-License-Identifier: MIT
#include "cmd/manual_sections.h"
#include "fetch/error.h"

static const char manual_records[] =
    ".SH RECORDS\n"
    "A record is a JSON object on a line of its own.\n"
    "Its names are those of\n"
    ".BR curl (1)\\(aqs\n"
    "\\fB\\-w \\(aq%{json}\\(aq\\fR where curl has one.\n"
    "Times are seconds, sizes bytes.\n"
    ".TP\n\\fBurl\\fR, \\fBline\\fR\n"
    "What the list said, and on which line of it.\n"
    ".TP\n\\fBurl_effective\\fR\n"
    "The URL of the last exchange, after redirects.\n"
    ".TP\n\\fBstatus\\fR\n"
    "The HTTP status; 0 when there was none.\n"
    ".TP\n\\fBerror\\fR, \\fBerrormsg\\fR\n"
    "A word of the list below and a sentence; only when no exchange was completed.\n"
    ".TP\n\\fBremote_ip\\fR, \\fBhttp_version\\fR, \\fBcontent_type\\fR, \\fBsize_download\\fR\n"
    "Of the last exchange: the address connected to, the version of HTTP,\n"
    "the Content\\-Type, and the bytes of body as received.\n"
    ".TP\n"
    "\\fBtime_namelookup\\fR, \\fBtime_connect\\fR, \\fBtime_appconnect\\fR, "
    "\\fBtime_starttransfer\\fR, \\fBtime_total\\fR\n"
    "Of the last exchange, from its start.\n"
    ".TP\n\\fBtime_queue\\fR, \\fBelapsed\\fR\n"
    "All waiting for turns, and the time from first dispatch to the record.\n"
    ".TP\n\\fBattempts\\fR, \\fBredirects\\fR\n"
    "Exchanges tried in all, and the way to the last one:\n"
    "a list of \\fBurl\\fR and \\fBstatus\\fR.\n"
    ".TP\n\\fBengine\\fR, \\fBstarted\\fR\n"
    "What fetched it, and when (RFC 3339).\n"
    ".TP\n\\fBdigest\\fR, \\fBtruncated\\fR\n"
    "With \\fB\\-\\-digest\\fR the SHA\\-256 of the decoded body;\n"
    "whether the body was cut at a bound, or may have been on its way:\n"
    "it came over TLS without a length, and ended without close_notify.\n"
    ".TP\n\\fBnot_modified\\fR\n"
    "In a \\fB\\-\\-refresh\\fR: the page is as it was the last time.\n"
    "The server said so (\\fBstatus\\fR 304, and \\fBdigest\\fR is then that\n"
    "of the page as it is known), or has sent the same body once more (200).\n"
    ".TP\n\\fBmeta\\fR\n"
    "What stood there in a line of JSON (\\fB\\-\\-input\\-format jsonl\\fR), unchanged.\n"
    ".PP\n"
    "User names and passwords in URLs never reach a record.\n"
    "A URL failed when its record has an \\fBerror\\fR,\n"
    "or a \\fBstatus\\fR of 400 or more.\n"
    ".PP\n"
    "\\fBerror\\fR is one of:\n";

static const char manual_rest[] =
    ".SH EXIT STATUS\n"
    ".TP\n0\nEverything asked for was fetched.\n"
    ".TP\n1\nOur own machinery failed.\n"
    ".TP\n2\nWhat was asked for cannot be: a wrong option, a file that cannot be read.\n"
    ".TP\n3\nThe run is complete, but some URLs failed.\n"
    "A run that one of its own limits has stopped\n"
    "(\\fB\\-\\-max\\-run\\-time\\fR, \\fB\\-\\-max\\-urls\\fR,\n"
    "\\fB\\-\\-max\\-bytes\\fR)\n"
    "is complete in this sense: 0 or 3, by the records it has written.\n"
    ".TP\n130, 143\nThe run was stopped by a signal, SIGINT or SIGTERM.\n"
    ".TP\n141\nThe reader of the output went away.\n"
    ".SH SIGNALS\n"
    ".TP\nSIGINT, SIGTERM\n"
    "The first lets what is in flight finish, for 10 seconds at most;\n"
    "the second ends it now.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBNO_COLOR\\fR\nWhen set and not empty, nothing is coloured.\n"
    ".TP\n\\fBTERM\\fR\nWith \\fBdumb\\fR, or unset, there is no live line and no colour.\n"
    ".SH SEE ALSO\n"
    ".BR curl (1),\n.BR jq (1)\n";

// Has no default, so that a compiler names an error that is missing here.
static const char *error_meaning(enum fetch_error e)
{
    switch (e) {
    case FETCH_OK:
    case FETCH_ERROR_COUNT:
        break;
    case FETCH_CONNECT_REFUSED:
        return "The host refused the connection.";
    case FETCH_CONNECT_FAILED:
        return "The host could not be reached.";
    case FETCH_CONNECT_TIMEOUT:
        return "The connection did not stand in time (\\fB\\-\\-connect\\-timeout\\fR).";
    case FETCH_PROXY_FAILED:
        return "The proxy could not be reached, or refused.";
    case FETCH_TLS_CERTIFICATE:
        return "The certificate could not be verified.";
    case FETCH_TLS_FAILED:
        return "The TLS handshake failed.";
    case FETCH_TIMEOUT:
        return "The exchange took too long (\\fB\\-\\-max\\-time\\fR, \\fB\\-\\-min\\-speed\\fR).";
    case FETCH_RESET:
        return "The connection was reset.";
    case FETCH_EMPTY_REPLY:
        return "The server closed the connection without an answer.";
    case FETCH_PROTOCOL:
        return "What came back was not HTTP.";
    case FETCH_TRUNCATED:
        return "The answer ended before its end.";
    case FETCH_DECODE:
        return "The content coding of the body is damaged.";
    case FETCH_TOO_LARGE:
        return "The body is larger than \\fB\\-\\-max\\-filesize\\fR.";
    case FETCH_BLOCKED_ADDRESS:
        return "A redirect led to a special address (\\fB\\-\\-allow\\-private\\fR).";
    case FETCH_NO_RESOURCES:
        return "This machine ran out of ports, descriptors or memory.";
    case FETCH_CANCELLED:
        return "The run was stopped before the exchange had ended.";
    case FETCH_INTERNAL:
        return "A mistake in trawl.";
    case FETCH_BAD_URL:
        return "It is no URL.";
    case FETCH_DNS_NOTFOUND:
        return "There is no such name, or it has no address.";
    case FETCH_DNS_FAILED:
        return "The name server could not answer.";
    case FETCH_DNS_TIMEOUT:
        return "No name server answered.";
    case FETCH_TOO_MANY_REDIRECTS:
        return "More redirects than \\fB\\-\\-max\\-redirs\\fR.";
    case FETCH_BAD_REDIRECT:
        return "A redirect to what is no URL.";
    case FETCH_ROBOTS:
        return "The host's robots.txt forbids it.";
    case FETCH_ROBOTS_UNREACHABLE:
        return "The host's robots.txt could not be had.";
    case FETCH_HOST_GIVEN_UP:
        return "The host had failed too often.";
    case FETCH_BLOCKED_SCHEME:
        return "It is neither http nor https.";
    case FETCH_OUT_OF_SCOPE:
        return "It leads out of the scope of the crawl.";
    case FETCH_WORKER_DIED:
        return "The process that fetched it died.";
    }
    return "";
}

void manual_sections_write(struct buffer *out)
{
    static const struct {
        enum fetch_error error;
        const char *word;
    } errors[] = {
#define X(name, word) { FETCH_##name, word },
        FETCH_ERRORS(X)
#undef X
    };
    buffer_add_string(out, manual_records);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        buffer_add_format(out, ".TP\n\\fB%s\\fR\n%s\n", errors[i].word,
                          error_meaning(errors[i].error));
    buffer_add_string(out, manual_rest);
}
