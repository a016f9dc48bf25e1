#!/usr/bin/env bash
# Makes the figures of docs/figures from the cards: results into output/figures, drawings from them.
#
#   scripts/figures.sh [PROGRAM]   the program, by default target/release/millibrem
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-target/release/millibrem}
data=output/figures
drawings=docs/figures
run() { "$program" --quiet --force "$@" >/dev/null; }
draw() {
    local name=$1 ending
    shift
    for ending in svg png; do "$program" plot --force "$@" -o "$drawings/$name.$ending"; done
}

# Missing energy for several masses, as Fig. 2 of arXiv:2505.04295.
for card in na64mu-2025 ldmx-2025; do
    runs=()
    for mass in 0.01 0.03 0.1 0.3; do
        runs+=("$data/$card/$mass/run.h5")
        run generate "cards/$card.toml" --seed 1 --set events.count=0 \
            --set "dark_sector.m_chi_gev=$mass" --out "$data/$card/$mass"
    done
    draw "e_miss_${card%-*}" "${runs[@]}" --only e_miss_gev
done

# Total cross sections over the mass, as Fig. 3 there, and the approximations beside them.
for card in na64mu-2025 ldmx-2025; do
    run scan "cards/$card.toml" --over dark_sector.m_chi_gev=1e-3..1:log:46 \
        --method quadrature --out "$data/$card"
    run compare "cards/$card.toml" --over dark_sector.m_chi_gev=1e-3..0.5:log:28 --out "$data/$card"
    draw "ratios_${card%-*}" "$data/$card/compare.csv" --only ratios
done
draw sigma $data/{na64mu,ldmx}-2025/scan.csv

# The approximations of bosons of each kind in the set-ups of arXiv:2409.12748, and the form factors.
bosons() { # NAME LEPTON ENERGY ELEMENT X_MIN
    local of=(cards/m3-scalar.toml --set "beam.lepton=$2" --set "beam.energy_gev=$3" --set "target.element=$4"
        --set "cuts.x_min=$5" --set target.losses=none --over dark_sector.m_mediator_gev=1e-3..1:log:28) choice
    for choice in scalar pseudoscalar vector axial-vector; do
        run compare "${of[@]}" --set "dark_sector.mediator=$choice" --out "$data/bosons/$1/$choice"
    done
    for choice in tsai-elastic tsai-elastic+inelastic helm-screened two-parameter-fermi; do
        run scan "${of[@]}" --set "target.form_factor=$choice" --method quadrature --out "$data/bosons/$1/$choice"
    done
}
bosons na64e e- 100 Pb 0.5
bosons ldmx e- 8 Al 0.7
bosons ldmx-4gev e- 4 W 0.7
bosons na64mu mu- 160 Pb 0.5
bosons m3 mu- 15 W 0.4
electrons=(--label 'NA64*e*, scalar' --label 'LDMX 8 GeV on Al, scalar' --label 'LDMX 4 GeV on W, scalar'
    --label 'NA64*e*, vector' --label 'LDMX 8 GeV on Al, vector' --label 'LDMX 4 GeV on W, vector')
muons=(--label 'NA64*μ*, scalar' --label 'pseudoscalar' --label 'vector' --label 'axial vector'
    --label 'M³, scalar' --label 'pseudoscalar' --label 'vector' --label 'axial vector')
for approximation in WW IWW; do
    name=${approximation,,}
    draw "bosons_${name}_electrons" $data/bosons/{na64e,ldmx,ldmx-4gev}/scalar/compare.csv \
        $data/bosons/{na64e,ldmx,ldmx-4gev}/vector/compare.csv --only ratios --only $approximation \
        "${electrons[@]}" --title 'Bosons off electrons, *x* > 0.5 and 0.7'
    draw "bosons_${name}_muons" $data/bosons/{na64mu,m3}/{scalar,pseudoscalar,vector,axial-vector}/compare.csv \
        --only ratios --only $approximation "${muons[@]}" --title 'Bosons off muons, *x* > 0.5 and 0.4'
done
form_factors() { # NAME TITLE
    draw "bosons_form_factors_$1" \
        $data/bosons/$1/{tsai-elastic,tsai-elastic+inelastic,helm-screened,two-parameter-fermi}/scan.csv \
        --label Tsai --label 'with inelastic' --label 'Helm, screened' --label Fermi --ratio Tsai --title "$2"
}
form_factors na64e 'Scalar off 100 GeV *e*^{−}, Pb, *x* > 0.5'
form_factors ldmx 'Scalar off 8 GeV *e*^{−}, Al, *x* > 0.7'
form_factors m3 'Scalar off 15 GeV *μ*^{−}, W, *x* > 0.4'

# The spectrum of x beside its approximations.
for method in quadrature ww iww; do
    run spectrum cards/ldmx-2025.toml --set dark_sector.m_chi_gev=0.1 \
        --method $method --bins 120 --out $data/spectrum
done
draw dsigma_dx $data/spectrum/spectrum-{quadrature,ww,iww}.csv --only dsigma_dx \
    --label exact --label WW --label IWW \
    --title '8 GeV *e*^{−} on Al, *m*_{χ} = 100 MeV, *x* > 0.7'

# Track lengths of a shower in a thick target.
mkdir -p $data/shower
"$program" shower cards/na64e-2023.toml --above 1 --quiet >$data/shower/shower.csv
draw track_length $data/shower/shower.csv --title '100 GeV *e*^{−} on 40 *X*_{0} of Pb'

# The same target as thin, with the primary that radiates, and with all of its shower: missing energy and limits.
for losses in none tsai-whitis shower; do
    run generate cards/na64e-2023.toml --seed 1 --set events.count=0 --set target.losses=$losses \
        --set 'histogram=[{observable="e_miss_gev",min=50,max=100,bins=50}]' --out $data/losses/$losses
    run reach cards/na64e-2023.toml --set target.losses=$losses --set 'reach.channels=["bremsstrahlung"]' \
        --over dark_sector.m_chi_gev=3e-3..0.4:log:16 --out $data/losses/reach-$losses
done
losses=(--label 'as thin' --label 'Tsai and Whitis' --label shower)
title='100 GeV *e*^{−} on 40 *X*_{0} of Pb'
draw e_miss_na64e $data/losses/{none,tsai-whitis,shower}/run.h5 --only e_miss_gev "${losses[@]}" \
    --title "$title, *m*_{χ} = 10 MeV"
draw reach_losses $data/losses/reach-{none,tsai-whitis,shower}/reach.csv "${losses[@]}" \
    --ratio 'as thin' --title "$title"

# Where along that target the events are, by h5py and matplotlib where Python has them.
if python3 -c 'import h5py, matplotlib' 2>/dev/null; then
    depths=()
    for losses in none tsai-whitis shower; do
        run generate cards/na64e-2023.toml --seed 1 --set events.count=20000 --set events.mode=unweighted \
            --set target.losses=$losses --out $data/depths/$losses
        depths+=("$data/depths/$losses/run.h5")
    done
    for ending in svg png; do
        scripts/vertex_z.py $drawings/vertex_z.$ending 0.5612 40 \
            "as thin=${depths[0]}" "Tsai and Whitis=${depths[1]}" "shower=${depths[2]}"
    done
fi

# Two observables at once, and the history of the iterations.
run generate cards/na64mu-2025.toml --seed 1 --set events.count=0 --set integration.rel_error=2e-4 \
    --set 'histogram=[{observable=["x","theta_lepton_rad"]}]' --out $data/plane
draw plane $data/plane/run.h5 --only x_vs_theta_lepton_rad
draw iterations $data/plane/run.h5 --only iterations

# Exclusion reach, as Fig. 2 of arXiv:1810.06856 and Fig. 4 of arXiv:2505.04295, beside the limits
# published by then.
overlays() {
    local limit
    for limit in "$@"; do printf -- '--overlay data/limits/%s.csv ' "$limit"; done
}
# shellcheck disable=SC2046 # one word an option
run reach cards/na64mu-2018.toml cards/na64e-2018.toml --iww \
    $(overlays slac-mq lsnd miniboone super-k colliders) \
    --over dark_sector.m_chi_gev=1e-2..1:log:40 --out $data/reach-2018
draw reach_2018 $data/reach-2018/reach.csv --size column \
    --label 'na64mu-2018 bremsstrahlung=NA64*μ*' --label 'na64mu-2018 iww=NA64*μ*, IWW' \
    --label 'na64e-2018 bremsstrahlung=NA64*e*' --label 'na64e-2018 iww=NA64*e*, IWW' \
    --projected na64mu-2018 --projected na64e-2018
# shellcheck disable=SC2046
run reach cards/na64mu-2025.toml cards/ldmx-2025.toml \
    $(overlays slac-mq lsnd sensei bebc miniboone argoneut super-k milliqan-demonstrator colliders) \
    --over dark_sector.m_chi_gev=1e-3..1:log:40 --out $data/reach-2025
names=(--label 'na64mu-2025=NA64*μ*' --label 'ldmx-2025 bremsstrahlung=LDMX'
    --label 'ldmx-2025 rho=LDMX *ρ*' --label 'ldmx-2025 omega=LDMX *ω*' --label 'ldmx-2025 phi=LDMX *φ*'
    --label 'ldmx-2025 sum=LDMX with mesons' --projected na64mu-2025 --projected ldmx-2025)
draw reach_2025 $data/reach-2025/reach.csv "${names[@]}" --size column \
    --only bremsstrahlung --only sum
"$program" plot --force $data/reach-2025/reach.csv "${names[@]}" --size column \
    --only bremsstrahlung --only sum -o $drawings/reach_2025.pdf
draw reach_2025_slide $data/reach-2025/reach.csv "${names[@]}" --size projector
draw reach_2025_ratio $data/reach-2025/reach.csv "${names[@]}" --size 8.6x9 \
    --only bremsstrahlung --only sum --ratio na64mu-2025

# What NA64e excludes, channel by channel: those that decide anywhere.
run reach cards/na64e-2023.toml --over dark_sector.m_chi_gev=3e-3..1.5:log:60 --out $data/reach-na64e
draw reach_na64e $data/reach-na64e/reach.csv --size projector \
    --only bremsstrahlung --only annihilation --only photon-conversion --only rho --only phi --only jpsi --only sum \
    --label 'na64e-2023 bremsstrahlung=bremsstrahlung' --label 'na64e-2023 annihilation=annihilation' \
    --label 'na64e-2023 photon-conversion=photon conversion' --label 'na64e-2023 rho, estimated=*ρ*, estimated' \
    --label 'na64e-2023 phi, estimated=*φ*, estimated' --label 'na64e-2023 jpsi, estimated=*J*/*ψ*, estimated' \
    --label 'na64e-2023 sum=all'

# All limits that come with the program.
# shellcheck disable=SC2046
run reach cards/na64mu-2025.toml $(for limit in data/limits/*.csv; do printf -- '--overlay %s ' "$limit"; done) \
    --over dark_sector.m_chi_gev=1e-3..8:log:40 --out $data/limits
draw limits $data/limits/reach.csv --size column --label 'na64mu-2025=NA64*μ*' --projected na64mu-2025
