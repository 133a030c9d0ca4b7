// SPDX-License-Identifier: MIT
// Bodies: without end, too slow, and content codings that are broken, stacked, or unpack to what no
// memory holds.
#include "hostile/hostile.h"

#define HOSTILE_CODED(coding) \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: " coding "\r\n\r\n"

// 64 MB of zeros, gzipped twice; the same in brotli; a small page gzipped once, five times, twenty.
#define HOSTILE_NESTED                                                                     \
    "\037\213\010\000\000\000\000\000\002\003\355\334\257\116\102\161\024\300\361\213\134" \
    "\067\046\033\142\040\031\344\021\210\024\006\032\314\006\315\216\007\040\222\145\163" \
    "\046\013\057\101\146\143\163\263\322\170\003\264\331\375\023\234\063\071\057\334\373" \
    "\030\277\363\371\244\223\117\074\073\373\236\075\066\262\322\101\375\143\135\253\355" \
    "\207\331\374\177\371\325\070\312\000\000\000\200\304\315\136\357\353\345\061\040\353" \
    "\026\333\313\253\033\000\000\000\040\165\343\343\126\136\035\005\376\156\117\317\255" \
    "\003\000\000\000\222\367\060\350\267\253\017\201\357\273\111\156\035\000\000\000\220" \
    "\274\316\357\333\250\272\005\154\212\247\223\153\373\000\000\000\200\344\275\010\006" \
    "\000\000\000\100\050\202\001\000\000\000\020\213\140\000\000\000\000\304\042\030\000" \
    "\000\000\000\301\010\006\000\000\000\100\054\202\001\000\000\000\020\213\140\000\000" \
    "\000\000\304\042\030\000\000\000\000\301\010\006\000\000\000\100\054\202\001\000\000" \
    "\000\020\313\142\320\357\226\217\001\355\237\142\072\274\070\314\000\000\000\210\344" \
    "\271\371\331\173\137\355\207\174\007\074\114\354\372\342\376\000\000"

#define HOSTILE_BROTLI                                                                     \
    "\317\377\377\177\370\047\000\342\261\100\040\367\376\237\377\377\377\360\117\000\304" \
    "\141\001\200\356\375\077\377\377\377\341\237\000\210\303\042\000\335\373\177\376\377" \
    "\377\303\077\001\020\207\005\000\272\367\377\003"

#define HOSTILE_PAGE                                                                       \
    "\037\213\010\000\000\000\000\000\002\003\113\124\050\316\115\314\311\121\050\110\114" \
    "\117\345\002\000\327\375\220\317\015\000\000\000"

#define HOSTILE_CHAIN                                                                      \
    "\037\213\010\000\000\000\000\000\002\003\223\357\346\140\000\001\046\346\311\357\237" \
    "\045\060\060\252\075\073\371\176\276\252\201\301\052\133\353\237\165\373\126\065\036" \
    "\134\265\264\372\150\374\213\173\263\377\275\373\261\345\102\177\377\355\354\315\172" \
    "\137\257\332\347\136\257\322\331\166\060\241\367\170\175\165\370\101\121\047\036\371" \
    "\334\174\077\043\246\127\254\014\326\307\166\376\165\001\232\007\000\213\267\371\230" \
    "\130\000\000\000"

#define HOSTILE_LONG_CHAIN                                                                 \
    "\037\213\010\000\000\000\000\000\002\003\001\217\001\160\376\037\213\010\000\000\000" \
    "\000\000\002\003\001\170\001\207\376\037\213\010\000\000\000\000\000\002\003\001\141" \
    "\001\236\376\037\213\010\000\000\000\000\000\002\003\223\357\346\140\000\001\046\146" \
    "\106\013\306\343\377\344\021\134\105\306\173\110\334\311\357\237\045\060\060\252\245" \
    "\035\333\317\343\363\377\251\340\235\164\236\111\036\167\116\276\237\257\152\140\260" \
    "\152\251\154\367\323\310\357\377\137\036\266\126\277\177\076\334\324\040\142\153\310" \
    "\267\317\223\147\333\377\337\157\223\263\266\356\177\315\216\225\216\107\256\115\310" \
    "\275\066\337\376\374\177\171\375\362\274\167\363\353\355\067\233\130\373\246\347\377" \
    "\276\136\233\076\357\317\172\351\326\374\335\361\347\357\377\376\125\366\153\317\272" \
    "\133\163\043\347\277\377\367\375\334\273\331\326\332\033\323\336\117\276\033\377\250" \
    "\370\174\355\277\375\177\377\377\337\277\315\176\377\235\365\177\377\277\335\133\273" \
    "\317\343\305\362\137\277\362\353\355\316\336\372\371\323\047\367\363\236\373\307\103" \
    "\263\224\136\227\177\021\263\373\027\373\263\346\347\256\320\315\373\347\371\151\354" \
    "\057\071\376\345\377\336\052\276\215\167\057\132\025\335\177\367\373\150\275\335\255" \
    "\075\277\157\356\133\376\271\364\132\170\335\273\031\167\353\036\255\374\150\275\176" \
    "\346\355\125\347\156\166\155\072\266\365\155\355\144\123\373\036\115\263\345\151\311" \
    "\036\363\176\260\230\265\065\047\346\157\326\143\252\135\176\346\305\327\277\222\023" \
    "\312\052\023\367\274\324\237\300\306\120\362\123\141\261\010\043\003\103\104\354\322" \
    "\313\212\100\272\152\322\207\203\026\100\032\000\012\110\125\350\117\001\000\000\144" \
    "\216\327\340\141\001\000\000\326\071\257\307\170\001\000\000\113\272\222\375\217\001" \
    "\000\000"

// clang-format off
static const struct hostile body_rows[] = {
    { "body-endless", "too-large", "a body without length and end", { SAY(HOSTILE_OK "\r\n"), FOREVER("0123456789abcdef") } },
    { "body-endless-http10", "too-large", "the same in HTTP/1.0", { SAY("HTTP/1.0 200 OK\r\n\r\n"), FOREVER("0123456789abcdef") } },
    { "body-endless-404", "too-large", "a 404 whose body does not end", { SAY("HTTP/1.1 404 Not Found\r\n\r\n"), FOREVER("gone ") } },
    { "body-drip", "timeout", "a body a byte at a time", { SAY(HOSTILE_OK "Content-Length: 100000\r\n\r\n"), DRIP(100, "z") } },
    { "body-stall", "timeout", "half a body, then nothing", { SAY(HOSTILE_OK "Content-Length: 100\r\n\r\nhalf"), HANG } },
    { "body-stall-empty", "timeout", "a head, then nothing", { SAY(HOSTILE_OK "Content-Length: 100\r\n\r\n"), HANG } },
    { "body-late", "200", "a second between head and body", { SAY(HOSTILE_FINE "\r\n"), WAIT(1000), SAY("ok\n") } },
    { "body-silent", "timeout", "no answer at all", { HANG } },
    { "body-binary", "200", "every byte there is, said to be HTML", { SAY(HOSTILE_OK "Content-Type: text/html\r\nContent-Length: 12\r\n\r\n\0\001\002\033[2J\377\376\r\n\0") } },
    { "body-deep", "200", "HTML nested 100,000 deep", { SAY(HOSTILE_OK "Content-Type: text/html\r\n\r\n"), SAY_TIMES(100000, "<div>") } },
    { "body-attributes", "200", "a tag with 50,000 attributes", { SAY(HOSTILE_OK "Content-Type: text/html\r\n\r\n<a "), SAY_TIMES(50000, "href=/x "), SAY(">") } },
    { "body-tag-open", "200", "a tag that does not end in 500 KB", { SAY(HOSTILE_OK "Content-Type: text/html\r\n\r\n<a href=\""), SAY_TIMES(50000, "aaaaaaaaaa") } },
    { "body-links", "200", "90,000 links", { SAY(HOSTILE_OK "Content-Type: text/html\r\n\r\n"), SAY_TIMES(90000, "<a href=x>") } },
    { "body-entities", "200", "references to characters that do not exist", { SAY(HOSTILE_OK "Content-Type: text/html\r\n\r\n<a href=\"&#0;&#x110000;&#xd800;&#999999999999;&nosuch;&#x\">") } },
    { "body-refresh", "200", "a refresh that leads to itself", { SAY(HOSTILE_OK "Content-Type: text/html\r\n\r\n<meta http-equiv=refresh content=\"0\"><meta http-equiv=refresh content=\"0;url=?\">") } },
    { "body-base", "200", "a base whose scheme is no web's", { SAY(HOSTILE_OK "Content-Type: text/html\r\n\r\n<base href=\"javascript:alert(1)//\"><a href=x>") } },
    { "body-charset", "200", "a charset that nobody knows", { SAY(HOSTILE_OK "Content-Type: text/html; charset=\"\033[1mx-nowhere\"\r\n\r\n<a href=\"?\351\">") } },
    { "sitemap-bomb", "200", "entities that multiply (a billion laughs)", { SAY(HOSTILE_OK "Content-Type: application/xml\r\n\r\n<?xml version=\"1.0\"?><!DOCTYPE z [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">]><urlset><url><loc>&g;&g;&g;</loc></url></urlset>") } },
    { "sitemap-outside", "200", "an entity that is a file of the machine", { SAY(HOSTILE_OK "Content-Type: application/xml\r\n\r\n<?xml version=\"1.0\"?><!DOCTYPE z [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><urlset><url><loc>http://example.test/&x;</loc></url></urlset>") } },
    { "sitemap-endless", "too-large", "a sitemap without end", { SAY(HOSTILE_OK "Content-Type: application/xml\r\n\r\n<urlset>"), FOREVER("<url><loc>http://example.test/</loc></url>") } },
    { "sitemap-index-endless", "200", "a sitemap index that names another one, without end", { SAY(HOSTILE_OK "Content-Type: application/xml\r\n\r\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><sitemap><loc>http://"), ORIGIN, SAY("/hostile/sitemap-index-endless/"), NEXT, SAY("</loc></sitemap></sitemapindex>\n") } },
    { "sitemap-index-self", "200", "a sitemap index that names itself, 10,000 times", { SAY(HOSTILE_OK "Content-Type: application/xml\r\n\r\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">"), SAY_TIMES(10000, "<sitemap><loc>/hostile/sitemap-index-self</loc></sitemap>"), SAY("</sitemapindex>\n") } },
    { "sitemap-gzip", "200", "a sitemap of 64 MB in 300 bytes", { SAY(HOSTILE_OK "Content-Type: application/gzip\r\n\r\n" HOSTILE_NESTED) } },
    { "robots-endless", "too-large", "a robots.txt without end (in place of /robots.txt for a host named so)", { SAY(HOSTILE_OK "Content-Type: text/plain\r\n\r\n"), FOREVER("User-agent: *\nDisallow: /private\n") } },
    { "robots-binary", "200", "a robots.txt that is none", { SAY(HOSTILE_OK "Content-Type: image/png\r\nContent-Length: 16\r\n\r\n\211PNG\r\n\032\n\0\0\0\rIHDR") } },
    { "robots-circle", "too-many-redirects", "a robots.txt that redirects to itself", { SAY("HTTP/1.1 302 Found\r\nLocation: ?\r\nContent-Length: 0\r\n\r\n"), KEEP } },
    { "robots-line", "200", "a robots.txt of one line of 600 KB", { SAY(HOSTILE_OK "Content-Type: text/plain\r\n\r\nUser-agent: *\nDisallow: /"), SAY_TIMES(60000, "aaaaaaaaaa") } },
};
// clang-format on

const struct hostile_set hostile_bodies = {
    "bodies",
    body_rows,
    sizeof body_rows / sizeof *body_rows,
};

// clang-format off
static const struct hostile coding_rows[] = {
    { "gzip-garbage", "decode", "says gzip, is none", { SAY(HOSTILE_CODED("gzip") "this was never compressed") } },
    { "gzip-empty", "200", "says gzip, is empty", { SAY(HOSTILE_CODED("gzip")) } },
    { "gzip-cut", "decode", "gzip that breaks off", { SAY(HOSTILE_CODED("gzip") "\037\213\010\000\000\000\000\000\002\003\113\124") } },
    { "gzip-cut-head", "decode", "gzip that breaks off in its head", { SAY(HOSTILE_CODED("gzip") "\037\213\010") } },
    { "gzip-flags", "decode", "gzip with flags that do not exist", { SAY(HOSTILE_CODED("gzip") "\037\213\010\377\000\000\000\000\002\003\113\124") } },
    { "gzip-junk", "200", "junk behind the gzip", { SAY(HOSTILE_CODED("gzip") HOSTILE_PAGE "junk junk junk junk junk") } },
    { "gzip-twice", "200", "two gzip members, which is fine", { SAY(HOSTILE_CODED("gzip") HOSTILE_PAGE HOSTILE_PAGE) } },
    { "gzip-members", "200", "5,000 gzip members", { SAY(HOSTILE_CODED("gzip")), SAY_TIMES(5000, HOSTILE_PAGE) } },
    { "gzip-members-endless", "too-large", "gzip members without end", { SAY(HOSTILE_CODED("gzip")), FOREVER(HOSTILE_PAGE) } },
    { "gzip-case", "200", "GZip, and x-gzip's other name", { SAY(HOSTILE_CODED("GZip") HOSTILE_PAGE) } },
    { "gzip-bomb", "too-large", "16 MB of zeros in 16 KB", { ROUTE("/gzip/16M?zeros") } },
    { "gzip-bomb-nested", "too-large", "64 MB of zeros, gzipped twice: 269 bytes", { SAY(HOSTILE_CODED("gzip, gzip") HOSTILE_NESTED) } },
    { "gzip-bomb-404", "too-large", "the same in a 404", { SAY("HTTP/1.1 404 Not Found\r\nContent-Encoding: gzip, gzip\r\n\r\n" HOSTILE_NESTED) } },
    { "gzip-bomb-redirect", "too-large", "the same in the body of a redirect", { SAY("HTTP/1.1 302 Found\r\nLocation: /bytes/3\r\nContent-Encoding: gzip, gzip\r\n\r\n" HOSTILE_NESTED) } },
    { "br-bomb", "too-large", "64 MB of zeros in 54 bytes of brotli", { SAY(HOSTILE_CODED("br") HOSTILE_BROTLI) } },
    { "br-garbage", "decode", "says br, is none", { SAY(HOSTILE_CODED("br") "\377\377\377\377this was never compressed") } },
    { "br-cut", "decode", "brotli that breaks off", { SAY(HOSTILE_CODED("br") "\013\006\200hello") } },
    { "zstd-bomb", "too-large", "16 MB of zeros in a KB of zstd", { ROUTE("/zstd/16M?zeros") } },
    { "zstd-window", "decode", "zstd that asks for a window of 2 TB", { SAY(HOSTILE_CODED("zstd") "\050\265\057\375\000\370\001\000\000") } },
    { "zstd-garbage", "decode", "says zstd, is none", { SAY(HOSTILE_CODED("zstd") "this was never compressed") } },
    { "deflate-raw", "200", "deflate without zlib's head, as many send it", { ROUTE("/deflate/1000?raw") } },
    { "deflate-garbage", "decode", "says deflate, is none", { SAY(HOSTILE_CODED("deflate") "\377\377this was never compressed") } },
    { "coding-chain", "200", "gzipped five times over", { SAY(HOSTILE_CODED("gzip, gzip, gzip, gzip, gzip") HOSTILE_CHAIN) } },
    { "coding-chain-long", "decode", "gzipped twenty times over", { SAY(HOSTILE_CODED("gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip") HOSTILE_LONG_CHAIN) } },
    { "coding-chain-absurd", "decode", "3,000 codings said, none applied", { SAY(HOSTILE_OK "Content-Encoding: identity"), SAY_TIMES(3000, ", gzip"), SAY("\r\n\r\nok\n") } },
    { "coding-unknown", "200", "a coding that nobody knows", { SAY(HOSTILE_CODED("utf-8") "ok\n") } },
    { "coding-none", "200", "an empty coding", { SAY(HOSTILE_CODED("") "ok\n") } },
};
// clang-format on

const struct hostile_set hostile_codings = {
    "content codings",
    coding_rows,
    sizeof coding_rows / sizeof *coding_rows,
};
