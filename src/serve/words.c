// SPDX-License-Identifier: MIT
#include "serve/words.h"

static const char words_nouns[32][9] = {
    "river",   "garden",  "harbour", "window",  "market",  "library", "bridge", "meadow",
    "engine",  "station", "island",  "letter",  "valley",  "kitchen", "planet", "forest",
    "museum",  "ladder",  "basket",  "castle",  "journal", "orchard", "signal", "theatre",
    "village", "weather", "archive", "compass", "lantern", "mill",    "paper",  "quarry",
};

static const char words_adjectives[32][9] = {
    "quiet", "early", "narrow",   "bright",  "distant", "gentle", "hidden", "modern",
    "plain", "rapid", "silver",   "steady",  "tall",    "warm",   "young",  "ancient",
    "broad", "calm",  "deep",     "eastern", "famous",  "green",  "honest", "inner",
    "late",  "mild",  "northern", "open",    "patient", "round",  "simple", "useful",
};

// NOLINTBEGIN(bugprone-macro-parentheses): string literals are joined
#define WORDS_SENTENCE(text)  \
    {                         \
        text " ", sizeof text \
    }
// NOLINTEND(bugprone-macro-parentheses)

static const struct span words_sentences[32] = {
    WORDS_SENTENCE("The first boats came up the river before anybody had drawn a map of it."),
    WORDS_SENTENCE("What was kept in the cellar is listed on the last page of the journal."),
    WORDS_SENTENCE("Nobody remembers who planted the orchard, but everyone has eaten from it."),
    WORDS_SENTENCE("A small museum beside the station explains how the bridge was built."),
    WORDS_SENTENCE("In winter the mill stands still and the road belongs to the foxes."),
    WORDS_SENTENCE("The timetable on the wall has not been true for thirty years."),
    WORDS_SENTENCE("Letters from the island took two days, or six when the wind was wrong."),
    WORDS_SENTENCE("Every window on the northern side looks out over the market."),
    WORDS_SENTENCE("The library opens early, and closes when the last reader has gone."),
    WORDS_SENTENCE("Stone from the quarry can be found in most of the older houses."),
    WORDS_SENTENCE("It rained for a week, and on the eighth day the valley was green."),
    WORDS_SENTENCE("They measured the distance twice and wrote down the larger figure."),
    WORDS_SENTENCE("A lantern was lit at the harbour for each boat that was still out."),
    WORDS_SENTENCE("The recipe asks for more patience than flour, as the best ones do."),
    WORDS_SENTENCE("Between the two castles there is a path that only the goats keep open."),
    WORDS_SENTENCE("The engine was sold, repaired, sold again and finally given away."),
    WORDS_SENTENCE("Children learned to count on the steps that lead down to the water."),
    WORDS_SENTENCE("An old compass hangs over the door and points at the bakery."),
    WORDS_SENTENCE("The archive holds nine volumes about the weather and one about people."),
    WORDS_SENTENCE("On clear evenings the signal can be seen from the other side of the bay."),
    WORDS_SENTENCE("The theatre had two hundred seats and an audience of forty."),
    WORDS_SENTENCE("Paper was made here until the stream changed its course."),
    WORDS_SENTENCE("The village has one street, three names for it and no agreement."),
    WORDS_SENTENCE("Whoever climbs the ladder should remember that somebody must hold it."),
    WORDS_SENTENCE("The forest begins where the noise of the road can be heard no more."),
    WORDS_SENTENCE("A basket of apples was the price of a night by the fire."),
    WORDS_SENTENCE("The planet was discovered by a clerk who could not sleep."),
    WORDS_SENTENCE("Meadows near the river are mown late so that the birds have time."),
    WORDS_SENTENCE("The kitchen is the warmest room and therefore the most crowded."),
    WORDS_SENTENCE("Some of what is written here is true, and all of it is useful."),
    WORDS_SENTENCE("The bridge carries carts, cattle and, once a year, a procession."),
    WORDS_SENTENCE("At the edge of town the fields are divided by walls without mortar."),
};

const char *words_noun(uint64_t i)
{
    return words_nouns[i % 32];
}

const char *words_adjective(uint64_t i)
{
    return words_adjectives[i % 32];
}

struct span words_sentence(uint64_t i)
{
    return words_sentences[i % 32];
}
