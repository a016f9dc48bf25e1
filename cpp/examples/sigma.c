/* Cross section against kinetic energy: sigma CARD EKIN_MIN EKIN_MAX Z [POINTS]
 * CARD is a file, or the name of a shipped card. Prints GeV and pb per atom, evenly in the logarithm. */
#include <math.h>
#include <millibrem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(void) {
    fprintf(stderr, "sigma: %s\n", millibrem_last_error());
    return 1;
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: sigma CARD EKIN_MIN EKIN_MAX Z [POINTS]\n");
        return 2;
    }
    double low = atof(argv[2]), high = atof(argv[3]);
    int z = atoi(argv[4]), points = argc > 5 ? atoi(argv[5]) : 20;
    if (millibrem_abi() != MILLIBREM_ABI) {
        fprintf(stderr, "sigma: compiled for another version of the library\n");
        return 1;
    }
    millibrem_sampler *sampler = NULL;
    int is_file = strstr(argv[1], ".toml") != NULL;
    int code = is_file ? millibrem_sampler_from_file(argv[1], low, high, &z, 1, &sampler)
                       : millibrem_sampler_from_card(argv[1], low, high, &z, 1, &sampler);
    if (code != MILLIBREM_OK) return failed();
    for (int k = 0; k < points; k++) {
        double ekin = low * pow(high / low, (k + 0.5) / points), pb;
        if (millibrem_cross_section(sampler, z, ekin, &pb) != MILLIBREM_OK) return failed();
        printf("%.17g %.17g\n", ekin, pb);
    }
    millibrem_sampler_free(sampler);
    return 0;
}
