// SPDX-License-Identifier: MIT
#include "bench/micro.h"
#include "bench/micro_show.h"
#include "store/json.h"
#include <math.h>
#include <stdio.h>

// Six figures are more than any of these has.
static void write_number(struct buffer *out, double v)
{
    char text[40];
    if (!isfinite(v)) {
        json_none(out);
        return;
    }
    int n = snprintf(text, sizeof text, "%.6g", v);
    char *at = json_room(out, (size_t)n);
    if (!at)
        return;
    memcpy(at, text, (size_t)n);
    json_wrote(out, at + n);
}

static void write_figure(struct buffer *out, const char *name, const struct bench_figure *f)
{
    if (f->count == 0)
        return;
    json_key(out, name);
    json_object_open(out);
    json_key(out, "median");
    write_number(out, f->median);
    json_key(out, "least");
    write_number(out, f->least);
    json_key(out, "most");
    write_number(out, f->most);
    json_key(out, "count");
    json_uint(out, f->count);
    json_object_close(out);
}

static void write_words(struct buffer *out, const char *name, const char *text)
{
    if (!text[0])
        return;
    json_key(out, name);
    json_text(out, span_of(text));
}

static void write_unit(struct buffer *out, const struct micro_unit *u)
{
    json_object_open(out);
    write_words(out, "name", u->name);
    write_figure(out, "switch_ns", &u->switch_ns);
    write_figure(out, "spawn_ns", &u->spawn_ns);
    write_figure(out, "memory_bytes", &u->memory_bytes);
    json_key(out, "parked");
    json_uint(out, u->parked);
    if (u->ceiling) {
        json_key(out, "ceiling");
        json_uint(out, u->ceiling);
        write_words(out, "ceiling_by", u->ceiling_by);
    }
    write_words(out, "note", u->note);
    json_object_close(out);
}

static void write_row(struct buffer *out, const struct micro_row *row)
{
    json_object_open(out);
    write_words(out, "id", row->id);
    write_words(out, "group", micro_show_group(row->group));
    write_words(out, "kind", micro_show_kind(row->kind));
    write_words(out, "name", row->name);
    write_figure(out, "wall_ns", &row->wall_ns);
    write_figure(out, "cpu_ns", &row->cpu_ns);
    write_figure(out, "resident_bytes", &row->resident);
    write_figure(out, "kernel_bytes", &row->kernel);
    write_figure(out, "address_bytes", &row->address);
    if (row->parked) {
        json_key(out, "parked");
        json_uint(out, row->parked);
    }
    write_words(out, "note", row->note);
    json_object_close(out);
}

void micro_json(struct buffer *out, const struct micro_result *m)
{
    if (!m->measured) {
        json_none(out);
        return;
    }
    json_object_open(out);
    json_key(out, "rounds");
    json_uint(out, m->round);
    json_key(out, "took");
    write_number(out, m->took);
    json_key(out, "cpus");
    json_array_open(out);
    json_int(out, m->cpu[0]);
    json_int(out, m->cpu[1]);
    json_array_close(out);
    json_key(out, "units");
    json_array_open(out);
    for (enum micro_kind kind = 0; kind < MICRO_KINDS; kind++)
        write_unit(out, &m->unit[kind]);
    json_array_close(out);
    json_key(out, "rows");
    json_array_open(out);
    for (unsigned i = 0; i < m->rows; i++)
        write_row(out, &m->row[i]);
    json_array_close(out);
    json_object_close(out);
}
