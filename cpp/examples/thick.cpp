// A block in which electrons lose energy before they interact, in steps of one's own:
//     thick CARD E0 LOW THICKNESS_X0 Z [ELECTRONS [STEPS [SEED]]]
// E0 is the energy of the beam and LOW the lowest kinetic energy that counts, GeV; CARD as in events.cpp. After
// t radiation lengths ln(E0/E) has the gamma distribution of shape 4t/3 (Tsai and Whitis, Phys. Rev. 149, 1248): its
// steps are independent of each other, so that the energy at a point anywhere in a step is exact.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <millibrem.hpp>
#include <random>
#include <string>

namespace {

bool ends_with(const std::string &text, const std::string &end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

int run(int argc, char **argv) {
    const std::string card = argv[1];
    const double e0 = std::atof(argv[2]), low = std::atof(argv[3]), thickness = std::atof(argv[4]);
    const int z = std::atoi(argv[5]);
    const long electrons = argc > 6 ? std::atol(argv[6]) : 100'000;
    const int steps = argc > 7 ? std::atoi(argv[7]) : 8;
    const auto sampler = ends_with(card, ".sampler") ? millibrem::sampler::load(card)
                         : ends_with(card, ".toml")  ? millibrem::sampler::from_file(card, low, e0, {z})
                                                     : millibrem::sampler::from_card(card, low, e0, {z});
    const double mass = sampler.projectile().mass;

    std::mt19937_64 engine(argc > 8 ? std::strtoull(argv[8], nullptr, 10) : 1);
    std::uniform_real_distribution<double> uniform;
    // What ln(E0/E) grows by in so many radiation lengths.
    const auto loss = [&](double x0) { return std::gamma_distribution<double>(4.0 / 3.0 * x0)(engine); };

    const double step = thickness / steps;
    double sum = 0, sum2 = 0, taken = 0;
    for (long k = 0; k < electrons; ++k) {
        double lost = 0, here = 0;
        for (int s = 0; s < steps; ++s) {
            const double share = uniform(engine);
            lost += loss(share * step);
            const double ekin = e0 * std::exp(-lost) - mass;
            if (ekin > low) {
                const double sigma = sampler.cross_section(z, ekin) / steps;
                here += sigma;
                // What would happen at this point, with its probability as a weight.
                if (sigma > 0) {
                    const auto event = sampler.sample(z, ekin, engine());
                    taken += sigma * event.weight() * (ekin + mass - event[0].p[0]);
                }
            }
            lost += loss((1.0 - share) * step);
        }
        sum += here;
        sum2 += here * here;
    }
    const double n = static_cast<double>(electrons), mean = sum / n;
    std::printf("%.9g +- %.2g pb along the block, %.6g pb at its front, dark particles take %.6g GeV\n", mean,
                std::sqrt((sum2 / n - mean * mean) / n), sampler.cross_section(z, e0 - mass), taken / sum);
    return 0;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 6) {
        std::fprintf(stderr, "usage: thick CARD E0 LOW THICKNESS_X0 Z [ELECTRONS [STEPS [SEED]]]\n");
        return 2;
    }
    try {
        return run(argc, argv);
    } catch (const millibrem::error &error) {
        std::fprintf(stderr, "thick: %s\n", error.what());
        return 1;
    }
}
