// SPDX-License-Identifier: MIT
#ifndef WEB_SITEMAP_XML_H
#define WEB_SITEMAP_XML_H
#include "data/buffer.h"
#include "web/sitemap.h"

// The part of sitemap.h that reads XML: libxml2's push parser, with nothing of it that could reach
// outside, or expand.
struct sitemap_xml;

// Begins a document. Errors: -ENOMEM.
int sitemap_xml_new(struct sitemap_xml **out, struct span charset, sitemap_taker *take, void *arg);
void sitemap_xml_free(struct sitemap_xml *x);

// Reads on; `last` says that nothing follows. Returns as sitemap_feed.
int sitemap_xml_feed(struct sitemap_xml *x, struct span piece, bool last);

// What the document has turned out to be; and whether it went on as no XML.
enum sitemap_kind sitemap_xml_kind(const struct sitemap_xml *x);
bool sitemap_xml_broken(const struct sitemap_xml *x);
#endif
