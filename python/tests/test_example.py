"""The lines that a user reads first, each of them run."""

import numpy as np

import millibrem as mb


def test_every_line_of_the_first_example(tmp_path, monkeypatch):
    import hist
    import matplotlib

    matplotlib.use("Agg")
    monkeypatch.chdir(tmp_path)
    card = mb.Card.load("na64mu-2025").replace({"dark_sector.m_chi_gev": 0.03})
    assert card == card.replace(dark_sector__m_chi_gev=0.03)
    sigma = card.sigma(method="quadrature", rel_error=1e-6)
    assert str(sigma).startswith("1.09906336(") and str(sigma).endswith(")e6 pb")
    assert sigma.unit == "pb" and sigma.sdev < 2e-6 * sigma.mean
    run = card.generate(3_000, seed=1)
    assert len(run) == 3_000 and isinstance(run.hists["e_miss_gev"], hist.Hist)
    assert run.p4("lepton").shape == (3_000, 4) and run.weights.shape == (3_000,)
    ev = run.events
    assert {"lepton", "chi", "chibar", "nucleus", "weight"} <= set(ev.fields)
    h = hist.Hist.new.Reg(40, 0, 3, label="m [GeV]").Weight()
    h.fill((ev.chi + ev.chibar).mass, weight=ev.weight / len(ev))
    assert np.isclose(h.sum(flow=True).value, run.sigma.mean)
    masses = np.geomspace(1e-3, 0.5, 4)
    scan = card.scan({"dark_sector.m_chi_gev": masses}, method="quadrature")
    assert scan.attrs["units"]["sigma_pb"] == "pb"
    ax = mb.reach(["na64mu-2025", "ldmx-2025"], masses).plot()
    assert ax.get_legend_handles_labels()[1][0] == "na64mu-2025 bremsstrahlung"
    assert run.export("lhe", "e.lhe.gz") == 3_000
    helm = run.reweight({"target.form_factor": "helm"})
    assert 0.5 < helm.mean() / run.weights.mean() < 1.5
    energies = np.linspace(100, 160, 5)
    assert card.sampler(100, 160).sample(energies)["chi"].shape == (5, 4)
    integrand = card.integrand()
    assert integrand(np.full(integrand.dim, 0.5)) > 0
    file = card.generate(3_000, seed=1, path="run.h5", resume=True)
    again = mb.open("run.h5")
    assert file.sigma.mean == again.sigma.mean == run.sigma.mean
