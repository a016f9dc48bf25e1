/* millibrem in C: cross sections and events of dark particles made by a lepton on a nucleus, at any energy.
 *
 * Energies, momenta and masses are in GeV, cross sections in pb per atom, charges in units of e. Energies
 * of the incoming particle are kinetic. It comes along +z in the laboratory, the nucleus is at rest.
 * Every call but those that return text returns MILLIBREM_OK or another MILLIBREM_ number;
 * millibrem_last_error then says what was found and what was expected. See docs/cpp.md.
 */

#ifndef MILLIBREM_H
#define MILLIBREM_H

/* Written by cbindgen from cpp/src; not to be changed by hand. */

#include <stddef.h>
#include <stdint.h>

/*
 Version of this interface: changes when a program has to be compiled again.
 */
#define MILLIBREM_ABI 1

/*
 Most particles that come out.
 */
#define MILLIBREM_MAX_OUTGOING 8

/*
 Bytes of the name of a role.
 */
#define MILLIBREM_ROLE 24

/*
 All is well.
 */
#define MILLIBREM_OK 0

/*
 A pointer is null, or a text is not UTF-8.
 */
#define MILLIBREM_ARGUMENT 1

/*
 The run card is wrong.
 */
#define MILLIBREM_CARD 2

/*
 There can be no such sampler: a range, an element, a process that knows one energy only.
 */
#define MILLIBREM_REQUEST 3

/*
 A file cannot be read or written, or is no sampler of this release.
 */
#define MILLIBREM_FILE 4

/*
 The sampler was not made for this element.
 */
#define MILLIBREM_ELEMENT 5

/*
 The energy is outside of the sampler's range.
 */
#define MILLIBREM_ENERGY 6

/*
 Nothing can be made at this energy; its cross section is 0.
 */
#define MILLIBREM_THRESHOLD 7

/*
 The cuts of the card leave next to nothing at this energy.
 */
#define MILLIBREM_CUTS 8

/*
 An error of the library, worth a report.
 */
#define MILLIBREM_PANIC 9

/*
 Cross sections and events of one process; made once, then only read.
 */
typedef struct millibrem_sampler millibrem_sampler;

/*
 What a particle is.
 */
typedef struct millibrem_particle {
  /*
   PDG number; nuclei 100ZZZAAA0.
   */
  int pdg;
  /*
   Mass in GeV.
   */
  double mass;
  /*
   Charge in units of e; nuclei are bare.
   */
  double charge;
  /*
   Its part in the process: projectile, lepton_out, nucleus_out, chi, chibar, dark_photon, ...
   */
  char role[MILLIBREM_ROLE];
} millibrem_particle;

/*
 What comes out at a vertex.
 */
typedef struct millibrem_event {
  /*
   Number of particles.
   */
  int n;
  /*
   Their PDG numbers, in the order of millibrem_outgoing.
   */
  int pdg[MILLIBREM_MAX_OUTGOING];
  /*
   Their momenta E, px, py, pz in GeV; the incoming particle moves along +z.
   */
  double p[MILLIBREM_MAX_OUTGOING][4];
  /*
   1, but for at most one event in a thousand, which weighs more.
   */
  double weight;
} millibrem_event;

/*
 A generator of uniform numbers in [0, 1) of the caller's own, asked with the caller's pointer.
 */
typedef double (*millibrem_uniform)(void*);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Makes a sampler from the text of a run card, or from the name of a shipped card, for kinetic energies
 from ekin_min to ekin_max and the n elements of charge numbers z; those of the card if n is 0. Takes
 seconds on all processors, or on as many as the environment variable RAYON_NUM_THREADS says.

 `toml` ends with a zero byte, `z` points to `n` numbers, `sampler` to room for a pointer.
 */
int millibrem_sampler_from_card(const char *toml,
                                double ekin_min,
                                double ekin_max,
                                const int *z,
                                size_t n,
                                struct millibrem_sampler **sampler);

/*
 The same from the file of a run card.

 As millibrem_sampler_from_card.
 */
int millibrem_sampler_from_file(const char *path,
                                double ekin_min,
                                double ekin_max,
                                const int *z,
                                size_t n,
                                struct millibrem_sampler **sampler);

/*
 Loads a sampler from a file of millibrem_sampler_save, to the same bits; one of another release that
 computes otherwise is refused.

 `path` ends with a zero byte, `sampler` points to room for a pointer.
 */
int millibrem_sampler_load(const char *path,
                           struct millibrem_sampler **sampler);

/*
 Saves a sampler with its card.

 `sampler` is alive, `path` ends with a zero byte.
 */
int millibrem_sampler_save(const struct millibrem_sampler *sampler, const char *path);

/*
 Ends a sampler, which no thread may use any more; null is let pass.

 `sampler` is null or alive and not in use.
 */
void millibrem_sampler_free(struct millibrem_sampler *sampler);

/*
 The range of kinetic energies that a sampler was made for.

 `sampler` is alive, `ekin_min` and `ekin_max` point to room.
 */
int millibrem_range(const struct millibrem_sampler *sampler, double *ekin_min, double *ekin_max);

/*
 The elements that a sampler was made for: their number to n, and the charge numbers of as many as
 there is room for, `capacity`, to z.

 `sampler` is alive, `z` points to room for `capacity` numbers, `n` to room.
 */
int millibrem_elements(const struct millibrem_sampler *sampler, int *z, size_t capacity, size_t *n);

/*
 The particle that comes in.

 `sampler` is alive, `particle` points to room.
 */
int millibrem_projectile(const struct millibrem_sampler *sampler,
                         struct millibrem_particle *particle);

/*
 The particles that come out of a vertex on an element: their number to n, at most
 MILLIBREM_MAX_OUTGOING, and what they are, in the order of events.

 `sampler` is alive, `particles` points to room for MILLIBREM_MAX_OUTGOING, `n` to room.
 */
int millibrem_outgoing(const struct millibrem_sampler *sampler,
                       int z,
                       struct millibrem_particle *particles,
                       int *n);

/*
 The kinetic energy below which nothing is made on an element.

 `sampler` is alive, `ekin` points to room.
 */
int millibrem_threshold(const struct millibrem_sampler *sampler, int z, double *ekin);

/*
 The cross section per atom of an element at a kinetic energy, to pb; 0 below the threshold.

 `sampler` is alive, `pb` points to room.
 */
int millibrem_cross_section(const struct millibrem_sampler *sampler,
                            int z,
                            double ekin,
                            double *pb);

/*
 Draws the event that belongs to a seed, on an element at a kinetic energy.

 `sampler` is alive, `event` points to room.
 */
int millibrem_sample(const struct millibrem_sampler *sampler,
                     int z,
                     double ekin,
                     uint64_t seed,
                     struct millibrem_event *event);

/*
 The same with uniform numbers from `uniform(user)`, as many as it takes: some dozens. The callback may
 not leave by an exception or a long jump.

 As millibrem_sample; `uniform` can be called with `user`.
 */
int millibrem_sample_with(const struct millibrem_sampler *sampler,
                          int z,
                          double ekin,
                          millibrem_uniform uniform,
                          void *user,
                          struct millibrem_event *event);

/*
 What went wrong in the last call of this thread that failed; empty if none has. Stays until the
 next failure.
 */
const char *millibrem_last_error(void);

/*
 The version of the library, as 0.1.0.
 */
const char *millibrem_version(void);

/*
 The version of the interface that the library was built with, to compare with MILLIBREM_ABI.
 */
int millibrem_abi(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MILLIBREM_H */
