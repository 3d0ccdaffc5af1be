/* The nine-trigger model in straightforward C: nine due times, a scan for the next, rates worked out after each change.

   What a modeller writes who knows C and wants it fast without trying hard. Time is in days. */

#include <math.h>
#include <stdint.h>

#include "dice.h"

enum { ESCALATE, STEP_DOWN, INCIDENT, CALM, IMPOSE, RELIEF, INVITE, ROUND, ACCOUNTS, TRIGGERS };
enum { HOME, ALERT, MASSED, RAIDS, SIEGE, WAR };
enum { CLOSED, OPEN, AGREED };

typedef struct {
    double now, economy, worst;
    int army, tier, talks, tension, incidents;
    double due[TRIGGERS];
    double rate[4];                            /* of the four hazards, whose numbers come first */
    int may_impose, may_relieve, may_invite;   /* what the conditions said when last looked at */
} Crisis;

static void wind(Crisis *c, Dice *dice, int hazard, double rate)
{
    if (rate == c->rate[hazard])
        return;
    c->rate[hazard] = rate;
    c->due[hazard] = rate > 0 ? c->now + exponential(dice) / rate : INFINITY;
}

static void reconsider(Crisis *c, Dice *dice)
{
    wind(c, dice, ESCALATE, c->army < WAR ? 0.03 * exp(-0.4 * c->tier) * (1 + 0.1 * c->tension) : 0.0);
    wind(c, dice, STEP_DOWN, c->army > HOME ? 0.04 + 0.02 * c->tier : 0.0);
    wind(c, dice, INCIDENT, c->army >= MASSED ? 0.1 : 0.03);
    wind(c, dice, CALM, 0.05 * c->tension);

    int impose = c->army >= MASSED && c->tier < 3;
    if (impose && !c->may_impose && c->due[IMPOSE] == INFINITY)  /* one delay under way at a time */
        c->due[IMPOSE] = c->now + 9 * exp(log(17.0 / 9.0) / LOG_P90 * normal(dice));
    c->may_impose = impose;

    int relieve = c->army <= ALERT && c->tier > 0;
    if (relieve != c->may_relieve)
        c->due[RELIEF] = relieve ? c->now + 30 : INFINITY;
    c->may_relieve = relieve;

    int invite = c->tier >= 1 && c->talks == CLOSED;
    if (invite != c->may_invite)
        c->due[INVITE] = invite ? c->now + 10 : INFINITY;
    c->may_invite = invite;
}

static int next_of(const Crisis *c)
{
    int next = 0;
    for (int i = 1; i < TRIGGERS; i++)
        if (c->due[i] < c->due[next])
            next = i;
    return next;
}

/* Whether anything changed that a rate or a condition reads. */
static int fire(Crisis *c, Dice *dice, int trigger)
{
    switch (trigger) {
    case ESCALATE:
        c->army++;
        break;
    case STEP_DOWN:
        c->army--;
        break;
    case INCIDENT:
        c->incidents++;
        if (c->tension < 10)
            c->tension++;
        break;
    case CALM:
        c->tension--;
        break;
    case IMPOSE:
        c->due[IMPOSE] = INFINITY;
        if (c->tier < 3)
            c->tier++;
        break;
    case RELIEF:
        c->tier--;
        c->due[RELIEF] = c->now + 30;
        break;
    case INVITE:
        c->talks = OPEN;
        break;
    case ROUND:
        c->due[ROUND] += 7;
        if (c->talks != OPEN || uniform(dice) >= 1 / (1 + exp(2.5 - 0.25 * (100 - c->economy))))
            return 0;
        c->talks = AGREED;
        break;
    case ACCOUNTS:
        c->due[ACCOUNTS] += 1;
        c->economy += -0.1 * c->tier + 0.02 * (100 - c->economy);
        c->economy = c->economy < 0 ? 0 : c->economy > 200 ? 200 : c->economy;
        if (c->economy < c->worst)
            c->worst = c->economy;
        return 0;
    }
    if (trigger <= CALM)
        c->rate[trigger] = -1;  /* its clock has run down: to be wound even at the same rate */
    return 1;
}

void play(uint64_t seed, int64_t runs, int8_t *outcome, double *day, double *worst, int32_t *incidents, int64_t *events)
{
    Dice dice = dice_of(seed);
    for (int64_t run = 0; run < runs; run++) {
        Crisis c = {.economy = 100, .worst = 100, .army = ALERT, .tension = 1, .rate = {-1, -1, -1, -1}};
        c.due[IMPOSE] = c.due[RELIEF] = c.due[INVITE] = INFINITY;
        c.due[ROUND] = 7;
        c.due[ACCOUNTS] = 1;
        reconsider(&c, &dice);
        int64_t turns = 0;
        while (c.army < WAR && c.talks != AGREED) {
            int next = next_of(&c);
            if (c.due[next] > HORIZON) {
                c.now = HORIZON;
                break;
            }
            c.now = c.due[next];
            turns++;
            if (fire(&c, &dice, next))
                reconsider(&c, &dice);
        }
        outcome[run] = c.army >= WAR ? 0 : c.talks == AGREED ? 1 : 2;
        day[run] = c.now;
        worst[run] = c.worst;
        incidents[run] = c.incidents;
        events[run] = turns;
    }
}
