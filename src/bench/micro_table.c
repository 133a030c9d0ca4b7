// SPDX-License-Identifier: MIT
#include "bench/micro.h"
#include "bench/micro_show.h"
#include "report/units.h"

static void table_units(struct buffer *out, const struct micro_result *m)
{
    char time[2][MICRO_SHOW_ROOM], bytes[MICRO_SHOW_ROOM], ceiling[MICRO_SHOW_CEILING];
    buffer_add_format(out, "%-12s%12s%18s%14s   %s\n", "CPU, memory", "switch", "spawn and join",
                      "parked", "could be parked here");
    for (enum micro_kind kind = 0; kind < MICRO_KINDS; kind++) {
        const struct micro_unit *u = &m->unit[kind];
        buffer_add_format(
            out, "  %-10s%12s%18s%14s   %s\n", u->name, micro_show_time_of(time[0], &u->switch_ns),
            micro_show_time_of(time[1], &u->spawn_ns), micro_show_bytes_of(bytes, &u->memory_bytes),
            micro_show_ceiling(ceiling, u));
    }
}

static void table_times(struct buffer *out, const struct micro_row *row)
{
    char wall[MICRO_SHOW_ROOM], cpu[MICRO_SHOW_ROOM], spread[MICRO_SHOW_ROOM];
    buffer_add_format(out, "%10s %-8s%10s", micro_show_time_of(wall, &row->wall_ns),
                      micro_show_spread(spread, &row->wall_ns),
                      micro_show_time_of(cpu, &row->cpu_ns));
}

static void table_bytes(struct buffer *out, const struct micro_row *row)
{
    char resident[MICRO_SHOW_ROOM], kernel[MICRO_SHOW_ROOM], address[MICRO_SHOW_ROOM];
    char parked[UNITS_ROOM];
    buffer_add_format(out, "%10s%10s%10s%10s", micro_show_bytes_of(resident, &row->resident),
                      micro_show_bytes_of(kernel, &row->kernel),
                      micro_show_bytes_of(address, &row->address),
                      units_show_count(parked, row->parked));
}

static void table_heading(struct buffer *out, enum micro_group group)
{
    buffer_add_format(out, "\n%-52s", micro_show_group(group));
    if (group == MICRO_PARKED)
        buffer_add_format(out, "%10s%10s%10s%10s\n", "resident", "kernel", "address", "at once");
    else
        buffer_add_format(out, "%10s %-8s%10s\n", "time", "", "CPU");
}

static void table_row(struct buffer *out, const struct micro_row *row)
{
    buffer_add_format(out, "  %-10s%-40s",
                      row->group == MICRO_MESSAGE ? "" : micro_show_kind(row->kind), row->name);
    if (row->group == MICRO_PARKED)
        table_bytes(out, row);
    else
        table_times(out, row);
    if (row->note[0])
        buffer_add_format(out, "  (%s)", row->note);
    while (out->n && !out->failed && out->p[out->n - 1] == ' ')
        out->n--;
    buffer_add_byte(out, '\n');
}

void micro_table(struct buffer *out, const struct micro_result *m)
{
    if (!m->measured)
        return;
    table_units(out, m);
    for (unsigned i = 0; i < m->rows; i++) {
        if (i == 0 || m->row[i].group != m->row[i - 1].group)
            table_heading(out, m->row[i].group);
        table_row(out, &m->row[i]);
    }
    buffer_add_format(out, "\nMedians of %u rounds, +- half the range; a parked unit's of 3. ",
                      m->round);
    if (m->cpu[0] == m->cpu[1])
        buffer_add_string(out, "One CPU is all there is.");
    else
        buffer_add_format(out, "CPUs %d and %d.", m->cpu[0], m->cpu[1]);
    buffer_add_string(
        out,
        " A switch is one way: there and back are two.\n"
        "CPU is of all who take part. \"kernel\" is what the kernel keeps outside of the process "
        "(stacks,\npage tables, structures).\n");
}
