// millibrem in C++17: the calls of millibrem.h with owners, exceptions and views. Nothing to link beyond
// the C library.
//
//     auto sampler = millibrem::sampler::from_card("na64mu-2025", 1.0, 160.0, {82});
//     double pb = sampler.cross_section(82, 120.0);
//     millibrem::event event = sampler.sample(82, 120.0, seed);
//     for (auto particle : event) use(particle.pdg, particle.p[0]);
//
// GeV, pb per atom, units of e; energies of the incoming particle, which moves along +z, are kinetic. A
// sampler may be used by many threads at once; cross_section and sample allocate nothing.

#ifndef MILLIBREM_HPP
#define MILLIBREM_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "millibrem.h"

namespace millibrem {

/// What a call refused, with one of the MILLIBREM_ numbers.
class error : public std::runtime_error {
public:
    error(int code, const std::string &words) : std::runtime_error(words), code_(code) {}
    int code() const noexcept { return code_; }

private:
    int code_;
};

inline void check(int code) {
    if (code != MILLIBREM_OK) throw error(code, millibrem_last_error());
}

/// Elements that lie beside each other, owned by somebody else.
template <class T>
class view {
public:
    view(const T *data, std::size_t size) noexcept : data_(data), size_(size) {}
    const T *begin() const noexcept { return data_; }
    const T *end() const noexcept { return data_ + size_; }
    const T &operator[](std::size_t i) const noexcept { return data_[i]; }
    const T *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    const T *data_;
    std::size_t size_;
};

/// A particle of an event: its PDG number and E, px, py, pz in GeV.
struct outgoing {
    int pdg;
    view<double> p;
};

/// What comes out at a vertex.
class event {
public:
    std::size_t size() const noexcept { return static_cast<std::size_t>(c_.n); }
    outgoing operator[](std::size_t i) const noexcept { return {c_.pdg[i], {c_.p[i], 4}}; }
    /// 1, but for at most one event in a thousand, which weighs more.
    double weight() const noexcept { return c_.weight; }
    view<int> pdg() const noexcept { return {c_.pdg, size()}; }
    millibrem_event *c() noexcept { return &c_; }

    class iterator {
    public:
        iterator(const event *of, std::size_t i) noexcept : of_(of), i_(i) {}
        outgoing operator*() const noexcept { return (*of_)[i_]; }
        iterator &operator++() noexcept { return ++i_, *this; }
        bool operator!=(const iterator &other) const noexcept { return i_ != other.i_; }

    private:
        const event *of_;
        std::size_t i_;
    };
    iterator begin() const noexcept { return {this, 0}; }
    iterator end() const noexcept { return {this, size()}; }

private:
    millibrem_event c_{};
};

/// What a particle is: PDG number, mass in GeV, charge in units of e, and its part in the process.
struct particle : millibrem_particle {
    std::string_view role() const noexcept { return millibrem_particle::role; }
};

/// Cross sections and events of one process; moved, not copied, and only read once it is made.
class sampler {
public:
    /// From the text of a run card or the name of a shipped one, for a range of kinetic energies and some
    /// charge numbers, those of the card if there are none. Takes seconds.
    static sampler from_card(const std::string &toml, double ekin_min, double ekin_max,
                             const std::vector<int> &z = {}) {
        return made([&](millibrem_sampler **to) {
            return millibrem_sampler_from_card(toml.c_str(), ekin_min, ekin_max, z.data(), z.size(), to);
        });
    }

    /// The same from the file of a run card.
    static sampler from_file(const std::string &path, double ekin_min, double ekin_max,
                             const std::vector<int> &z = {}) {
        return made([&](millibrem_sampler **to) {
            return millibrem_sampler_from_file(path.c_str(), ekin_min, ekin_max, z.data(), z.size(), to);
        });
    }

    /// From a file of save().
    static sampler load(const std::string &path) {
        return made([&](millibrem_sampler **to) { return millibrem_sampler_load(path.c_str(), to); });
    }

    void save(const std::string &path) const { check(millibrem_sampler_save(get(), path.c_str())); }

    /// pb per atom; 0 below the threshold.
    double cross_section(int z, double ekin) const {
        double pb;
        check(millibrem_cross_section(get(), z, ekin, &pb));
        return pb;
    }

    /// The event that belongs to a seed.
    event sample(int z, double ekin, std::uint64_t seed) const {
        event made;
        check(millibrem_sample(get(), z, ekin, seed, made.c()));
        return made;
    }

    /// An event from uniform numbers in [0, 1) that a callable gives one by one. What it throws comes
    /// through, once the event is at an end.
    template <class Uniform, class = std::enable_if_t<std::is_invocable_r_v<double, Uniform &>>>
    event sample(int z, double ekin, Uniform &&uniform) const {
        struct source {
            std::remove_reference_t<Uniform> &uniform;
            std::exception_ptr thrown;
        } from{uniform, nullptr};
        auto next = [](void *user) -> double {
            auto &given = *static_cast<source *>(user);
            // A number of which every candidate is accepted that can be.
            if (given.thrown) return 0.0;
            try {
                return given.uniform();
            } catch (...) {
                given.thrown = std::current_exception();
                return 0.0;
            }
        };
        event made;
        int code = millibrem_sample_with(get(), z, ekin, next, &from, made.c());
        if (from.thrown) std::rethrow_exception(from.thrown);
        check(code);
        return made;
    }

    /// Lowest and highest kinetic energy.
    std::pair<double, double> range() const {
        std::pair<double, double> ends;
        check(millibrem_range(get(), &ends.first, &ends.second));
        return ends;
    }

    /// Charge numbers.
    std::vector<int> elements() const {
        std::size_t n = 0;
        check(millibrem_elements(get(), nullptr, 0, &n));
        std::vector<int> z(n);
        check(millibrem_elements(get(), z.data(), z.size(), &n));
        return z;
    }

    /// Kinetic energy below which nothing is made.
    double threshold(int z) const {
        double ekin;
        check(millibrem_threshold(get(), z, &ekin));
        return ekin;
    }

    particle projectile() const {
        particle one{};
        check(millibrem_projectile(get(), &one));
        return one;
    }

    /// What comes out on an element, in the order of events.
    std::vector<particle> outgoing(int z) const {
        std::array<millibrem_particle, MILLIBREM_MAX_OUTGOING> all{};
        int n = 0;
        check(millibrem_outgoing(get(), z, all.data(), &n));
        std::vector<particle> found;
        for (int i = 0; i < n; ++i) found.push_back(particle{all[static_cast<std::size_t>(i)]});
        return found;
    }

    const millibrem_sampler *get() const noexcept { return c_.get(); }

private:
    struct end {
        void operator()(millibrem_sampler *one) const noexcept { millibrem_sampler_free(one); }
    };
    explicit sampler(millibrem_sampler *one) noexcept : c_(one) {}

    template <class Make>
    static sampler made(Make make) {
        if (millibrem_abi() != MILLIBREM_ABI) {
            throw error(MILLIBREM_ARGUMENT, "the library has interface " + std::to_string(millibrem_abi()) +
                                                ", millibrem.h has " + std::to_string(MILLIBREM_ABI));
        }
        millibrem_sampler *one = nullptr;
        check(make(&one));
        return sampler(one);
    }

    std::unique_ptr<millibrem_sampler, end> c_;
};

}  // namespace millibrem

#endif
