// Events at random energies on several threads: events CARD EKIN_MIN EKIN_MAX Z [EVENTS [THREADS]]
// CARD is the file of a run card, of a saved sampler (.sampler), or the name of a shipped card. Event k has
// the seed k and an energy of its own, so that the sums do not depend on the number of threads.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <millibrem.hpp>
#include <string>
#include <thread>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point start) {
    return std::chrono::duration<double>(clock_type::now() - start).count();
}

bool ends_with(const std::string &text, const std::string &end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

struct sums {
    double weight = 0, transferred = 0;
    unsigned heavy = 0;
};

int run(int argc, char **argv) {
    const std::string card = argv[1];
    const double low = std::atof(argv[2]), high = std::atof(argv[3]);
    const int z = std::atoi(argv[4]);
    const long events = argc > 5 ? std::atol(argv[5]) : 1'000'000;
    const int threads = argc > 6 ? std::atoi(argv[6]) : 1;

    auto start = clock_type::now();
    const auto sampler = ends_with(card, ".sampler") ? millibrem::sampler::load(card)
                         : ends_with(card, ".toml")  ? millibrem::sampler::from_file(card, low, high, {z})
                                                     : millibrem::sampler::from_card(card, low, high, {z});
    std::printf("ready in %.3f s\n", seconds_since(start));

    // Energies that fill the logarithm of the range evenly, above the threshold.
    const double from = std::max(low, 1.01 * sampler.threshold(z));
    std::vector<double> ekin(4096);
    for (std::size_t k = 0; k < ekin.size(); ++k) {
        ekin[k] = from * std::pow(high / from, std::fmod(0.618034 * static_cast<double>(k), 1.0));
    }

    // Each thread takes a stretch of the events; sums of stretches are added in their order.
    constexpr int stretches = 64;
    std::vector<sums> found(stretches);
    auto work = [&](int thread) {
        for (int s = thread; s < stretches; s += threads) {
            sums here;
            for (long k = events * s / stretches; k < events * (s + 1) / stretches; ++k) {
                const double energy = ekin[static_cast<std::size_t>(k) % ekin.size()];
                const auto event = sampler.sample(z, energy, static_cast<std::uint64_t>(k));
                here.weight += event.weight();
                here.heavy += event.weight() > 1.0;
                // The lepton is first with every process that keeps one.
                here.transferred += event.weight() * (1.0 - event[0].p[0] / energy);
            }
            found[static_cast<std::size_t>(s)] = here;
        }
    };
    start = clock_type::now();
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) pool.emplace_back(work, t);
    for (auto &one : pool) one.join();
    const double events_s = seconds_since(start);
    sums all;
    for (const auto &one : found) {
        all.weight += one.weight;
        all.heavy += one.heavy;
        all.transferred += one.transferred;
    }
    std::printf("%ld events: mean weight %.17g, %u above 1, mean share of energy lost %.17g\n", events,
                all.weight / static_cast<double>(events), all.heavy, all.transferred / all.weight);

    const long calls = 10 * events;
    double sum = 0;
    start = clock_type::now();
    for (long k = 0; k < calls; ++k) sum += sampler.cross_section(z, ekin[static_cast<std::size_t>(k) % ekin.size()]);
    const double sigma_s = seconds_since(start);
    std::printf("mean cross section %.17g pb\n", sum / static_cast<double>(calls));
    std::printf("%.0f ns a cross section, %.2f us an event on %d thread%s\n", 1e9 * sigma_s / static_cast<double>(calls),
                1e6 * events_s / static_cast<double>(events), threads, threads == 1 ? "" : "s");
    return 0;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 5) {
        std::fprintf(stderr, "usage: events CARD EKIN_MIN EKIN_MAX Z [EVENTS [THREADS]]\n");
        return 2;
    }
    try {
        return run(argc, argv);
    } catch (const millibrem::error &error) {
        std::fprintf(stderr, "events: %s\n", error.what());
        return 1;
    }
}
