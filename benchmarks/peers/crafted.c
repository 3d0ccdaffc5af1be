/* The nine-trigger model in C with all the craft we know for this one model: the far mark, not a fair peer.

   One exponential clock shared by the four hazards, stretched when their sum changes; rates in tables; days on which
   nothing but the economy moves are played in a small loop, and are left out while the economy stands still. */

#include <math.h>
#include <stdint.h>

#include "dice.h"

enum { HOME, ALERT, MASSED, RAIDS, SIEGE, WAR };
enum { CLOSED, OPEN, AGREED };

static double escalating[6][4][11], receding[6][4], happening[6], calming[11], summed[6][4][11];

/* Called once, before any play. */
void prepare(void)
{
    for (int army = HOME; army <= WAR; army++)
        for (int tier = 0; tier <= 3; tier++)
            for (int tension = 0; tension <= 10; tension++) {
                double up = army < WAR ? 0.03 * exp(-0.4 * tier) * (1 + 0.1 * tension) : 0.0;
                escalating[army][tier][tension] = up;
                receding[army][tier] = army > HOME ? 0.04 + 0.02 * tier : 0.0;
                happening[army] = army >= MASSED ? 0.1 : 0.03;
                calming[tension] = 0.05 * tension;
                summed[army][tier][tension] = up + receding[army][tier] + happening[army] + calming[tension];
            }
}

static inline double least(double a, double b)
{
    return b < a ? b : a;
}

void play(uint64_t seed, int64_t runs, int8_t *outcome, double *day, double *worst, int32_t *incidents, int64_t *events)
{
    Dice dice = dice_of(seed);
    const double spread = log(17.0 / 9.0) / LOG_P90;
    for (int64_t run = 0; run < runs; run++) {
        int army = ALERT, tier = 0, talks = CLOSED, tension = 1, happened = 0, may_impose = 0;
        double economy = 100, low = 100, now = 0;
        double total = summed[army][tier][tension], hazard = exponential(&dice) / total;
        double impose = INFINITY, relief = INFINITY, invite = INFINITY;
        int today = 0; /* days whose accounts are closed */
        int64_t turns = 0;
        while (1) {
            double next = least(least(hazard, impose), least(relief, invite));
            /* Closing the accounts of whole days up to the next event, or to the horizon. */
            int last = next > HORIZON ? (int)HORIZON : (int)next;
            if (talks != OPEN) {
                turns += last - today + last / 7 - today / 7;
                if (tier > 0 || economy < 100)
                    for (; today < last; today++) {
                        economy += -0.1 * tier + 0.02 * (100 - economy);
                        low = least(low, economy);
                    }
                today = last;
            } else {
                for (; today < last; today++, turns++) {
                    if ((today + 1) % 7 == 0) {
                        turns++;
                        if (uniform(&dice) < 1 / (1 + exp(2.5 - 0.25 * (100 - economy)))) {
                            talks = AGREED;
                            now = today + 1;
                            goto ended;
                        }
                    }
                    economy += -0.1 * tier + 0.02 * (100 - economy);
                    low = least(low, economy);
                }
            }
            if (next > HORIZON) {
                now = HORIZON;
                break;
            }
            now = next;
            turns++;
            if (next == hazard) {
                double at = uniform(&dice) * total;
                if ((at -= calming[tension]) < 0)
                    tension--;
                else if ((at -= happening[army]) < 0) {
                    happened++;
                    tension += tension < 10;
                } else if ((at -= escalating[army][tier][tension]) < 0) {
                    if (++army == WAR)
                        break;
                } else if (army > HOME)
                    army--;
                total = summed[army][tier][tension];
                hazard = now + exponential(&dice) / total;
            } else {
                if (next == impose) {
                    impose = INFINITY;
                    tier += tier < 3;
                } else if (next == relief) {
                    tier--;
                    relief = INFINITY;
                } else {
                    talks = OPEN;
                    invite = INFINITY;
                }
                double sum = summed[army][tier][tension];
                hazard = now + (hazard - now) * (total / sum);
                total = sum;
            }
            int imposes = army >= MASSED && tier < 3;
            if (imposes && !may_impose && impose == INFINITY)
                impose = now + 9 * exp(spread * normal(&dice));
            may_impose = imposes;
            if (army > ALERT || tier == 0)
                relief = INFINITY;
            else if (relief == INFINITY)
                relief = now + 30;
            if (talks == CLOSED) {
                if (tier == 0)
                    invite = INFINITY;
                else if (invite == INFINITY)
                    invite = now + 10;
            }
        }
    ended:
        outcome[run] = army >= WAR ? 0 : talks == AGREED ? 1 : 2;
        day[run] = now;
        worst[run] = low;
        incidents[run] = happened;
        events[run] = turns;
    }
}
