/* Draws for the models in C: xoshiro256+ (Blackman and Vigna 2021, ACM Trans. Math. Softw. 47, 36), seeded by splitmix64. */

#include <math.h>
#include <stdint.h>

#define HORIZON 365.0
#define LOG_P90 1.2815515655446004 /* the normal quantile of .9 */

typedef struct {
    uint64_t s[4];
} Dice;

static Dice dice_of(uint64_t seed)
{
    Dice dice;
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        dice.s[i] = z ^ (z >> 31);
    }
    return dice;
}

/* In (0, 1): 52 bits and a half. */
static inline double uniform(Dice *dice)
{
    uint64_t *s = dice->s, result = s[0] + s[3], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return ((double)(result >> 12) + 0.5) * 0x1p-52;
}

static inline double exponential(Dice *dice)
{
    return -log(uniform(dice));
}

/* Box and Muller (1958), one of the pair. */
static inline double normal(Dice *dice)
{
    double length = sqrt(2 * exponential(dice));
    return length * cos(6.283185307179586 * uniform(dice));
}
