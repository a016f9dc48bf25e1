// What millibrem.hpp promises: exceptions with numbers and words, moves, views, callbacks that throw.
#include <cstdio>
#include <millibrem.hpp>
#include <random>

#define HOLDS(what)                                                            \
    do {                                                                       \
        if (!(what)) {                                                         \
            std::printf("line %d: %s does not hold\n", __LINE__, #what);       \
            return 1;                                                          \
        }                                                                      \
    } while (false)

int main() {
    auto first = millibrem::sampler::from_card("na64mu-2025", 100.0, 160.0, {82, 13});
    auto sampler = std::move(first);
    HOLDS(first.get() == nullptr);
    HOLDS((sampler.elements() == std::vector<int>{82, 13}));
    HOLDS(sampler.range().first == 100.0 && sampler.range().second == 160.0);
    HOLDS(sampler.projectile().pdg == 13 && sampler.projectile().role() == "projectile");
    HOLDS(sampler.threshold(82) > 0.0);

    const auto particles = sampler.outgoing(82);
    const auto event = sampler.sample(82, 150.0, std::uint64_t{5});
    HOLDS(particles.size() == 4 && event.size() == 4);
    HOLDS(particles[2].role() == "chi" && particles[2].charge == -particles[3].charge);
    std::size_t i = 0;
    double energy = 0;
    for (auto particle : event) {
        HOLDS(particle.pdg == particles[i].pdg && particle.p.size() == 4);
        const double mass2 = particle.p[0] * particle.p[0] - particle.p[1] * particle.p[1] -
                             particle.p[2] * particle.p[2] - particle.p[3] * particle.p[3];
        const double mass = particles[i].mass;
        HOLDS(std::abs(mass2 - mass * mass) < 1e-9 * particle.p[0] * particle.p[0]);
        energy += particle.p[0];
        ++i;
    }
    HOLDS(std::abs(energy - 150.0 - sampler.projectile().mass - particles[1].mass) < 1e-9);

    std::mt19937_64 engine(3);
    std::uniform_real_distribution<double> uniform;
    auto next = [&] { return uniform(engine); };
    HOLDS(sampler.sample(13, 150.0, next).pdg()[1] == 1000130270);
    struct stop {};
    int asked = 0;
    auto throws = [&]() -> double {
        if (++asked > 3) throw stop{};
        return next();
    };
    try {
        sampler.sample(82, 150.0, throws);
        HOLDS(false);
    } catch (const stop &) {
        HOLDS(asked == 4);
    }
    // The sampler is none the worse for it.
    HOLDS(sampler.sample(82, 150.0, std::uint64_t{5})[0].p[1] == event[0].p[1]);
    try {
        sampler.cross_section(29, 150.0);
        HOLDS(false);
    } catch (const millibrem::error &error) {
        HOLDS(error.code() == MILLIBREM_ELEMENT);
        HOLDS(std::string(error.what()).find("Z = 29") != std::string::npos);
    }
    std::puts("all held");
}
