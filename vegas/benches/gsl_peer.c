/* One standard integrand with GSL's classic VEGAS; called by peers.py where GSL is installed.
   cc -O2 gsl_peer.c -lgsl -lgslcblas -lm; gsl_peer NAME NEVAL WARMUP ITERATIONS SEED
   prints JSON: kappa, mean, sdev, ns_per_point. */
#include <gsl/gsl_monte_vegas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double sum8(double *x, size_t n, void *p) {
    double s = 0;
    for (size_t i = 0; i < n; i++) s += x[i];
    return s;
}

struct humps { double width, centre[3]; int count; };

static double gaussians(double *x, size_t n, void *p) {
    const struct humps *h = p;
    double sum = 0;
    for (int k = 0; k < h->count; k++) {
        double d = 0;
        for (size_t i = 0; i < n; i++) d += (x[i] - h->centre[k]) * (x[i] - h->centre[k]);
        sum += exp(-d / (h->width * h->width));
    }
    return sum / h->count * pow(h->width * sqrt(M_PI), -8);
}

static double log7(double *x, size_t n, void *p) {
    const double gamma = 0.005, g = 0.02;
    double b = x[2] - 0.37, c = x[4] - x[5], t = x[3] + 0.02;
    return gamma / M_PI / (b * b + gamma * gamma) / ((x[0] + 1e-4) * (x[1] + 1e-3) * t * t)
        / (c * c + g * g) * (1 + 0.5 * cos(2 * M_PI * x[6]));
}

int main(int argc, char **argv) {
    static struct humps diag3 = {0.1, {0.23, 0.39, 0.74}, 3}, camel8 = {0.2, {0.25, 0.75}, 2},
                        camel8s = {0.1, {1. / 3, 2. / 3}, 2};
    struct { const char *name; size_t dim; double (*f)(double *, size_t, void *); void *p; } all[] = {
        {"sum8", 8, sum8, 0}, {"diag3", 8, gaussians, &diag3}, {"log7", 7, log7, 0},
        {"camel8", 8, gaussians, &camel8}, {"camel8s", 8, gaussians, &camel8s}};
    if (argc != 6) return 2;
    size_t neval = strtod(argv[2], 0), warmup = atoi(argv[3]), iterations = atoi(argv[4]);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        if (strcmp(argv[1], all[k].name)) continue;
        gsl_monte_function f = {all[k].f, all[k].dim, all[k].p};
        double low[8] = {0}, high[8] = {1, 1, 1, 1, 1, 1, 1, 1}, mean, sdev, sum = 0, var = 0;
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        gsl_rng_set(rng, atol(argv[5]));
        gsl_monte_vegas_state *s = gsl_monte_vegas_alloc(f.dim);
        gsl_monte_vegas_params params;
        clock_t start = clock();
        for (size_t i = 0; i < warmup + iterations; i++) {
            gsl_monte_vegas_params_get(s, &params);
            params.iterations = 1;
            params.stage = i == 0 ? 0 : 1; /* keeps the grid, forgets the averages */
            if (i >= warmup) params.alpha = 0; /* frozen */
            gsl_monte_vegas_params_set(s, &params);
            gsl_monte_vegas_integrate(&f, low, high, f.dim, neval, rng, s, &mean, &sdev);
            if (i >= warmup) sum += mean, var += sdev * sdev;
        }
        double cpu = (double)(clock() - start) / CLOCKS_PER_SEC;
        mean = sum / iterations;
        printf("{\"kappa\": %.6g, \"mean\": %.9g, \"sdev\": %.6g, \"ns_per_point\": %.4g}\n",
               sqrt(var / iterations * neval) / mean, mean, sqrt(var) / iterations,
               1e9 * cpu / (neval * (warmup + iterations)));
        return 0;
    }
    return 2;
}
