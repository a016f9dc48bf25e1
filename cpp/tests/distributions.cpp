// Five observables and the weight of each event at one energy: distributions SAMPLER Z EKIN EVENTS
// prints x, the angle and transverse momentum of the lepton, t and the mass of the pair; rad, GeV, GeV^2.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <millibrem.hpp>

int main(int, char **argv) {
    const int z = std::atoi(argv[2]);
    const double ekin = std::atof(argv[3]);
    const auto sampler = millibrem::sampler::load(argv[1]);
    const double beam = ekin + sampler.projectile().mass, nucleus_mass = sampler.outgoing(z)[1].mass;
    for (long k = 0; k < std::atol(argv[4]); ++k) {
        const auto event = sampler.sample(z, ekin, static_cast<std::uint64_t>(k));
        const auto l = event[0].p, n = event[1].p, a = event[2].p, b = event[3].p;
        const double pt = std::hypot(l[1], l[2]);
        const double p2 = n[1] * n[1] + n[2] * n[2] + n[3] * n[3];
        const double sum[4] = {a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]};
        const double m2 = sum[0] * sum[0] - sum[1] * sum[1] - sum[2] * sum[2] - sum[3] * sum[3];
        // The recoil's kinetic energy without the loss of digits.
        const double t = 2 * nucleus_mass * p2 / (n[0] + nucleus_mass);
        std::printf("%.9g %.9g %.9g %.9g %.9g %.17g\n", sum[0] / beam, std::atan2(pt, l[3]), pt, t, std::sqrt(m2),
                    event.weight());
    }
}
