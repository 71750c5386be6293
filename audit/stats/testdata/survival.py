"""Writes survival.json: values of lifelines, statsmodels, scipy and numpy that
the Go tests of survival*.go compare with. Run it by hand:

    python survival.py > survival.json

Delayed entry is (entry, end]: lifelines counts those that enter at the very
time of an event as at risk, so entries here never fall on ends.
"""
import json, math, sys, warnings

import lifelines, numpy as np, pandas as pd, scipy, statsmodels
from lifelines import KaplanMeierFitter, NelsonAalenFitter, AalenJohansenFitter, CoxPHFitter
from lifelines.statistics import logrank_test, multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time, median_survival_times
from scipy import stats
import statsmodels.api as sm
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.duration.hazard_regression import PHReg

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240722)


def clean(x):
    if x is None or isinstance(x, str):
        return x
    if isinstance(x, dict):
        return {k: clean(v) for k, v in x.items()}
    if isinstance(x, (list, tuple, np.ndarray, pd.Series)):
        return [clean(v) for v in x]
    if isinstance(x, (bool, np.bool_)):
        return bool(x)
    if isinstance(x, (int, np.integer)):
        return int(x)
    return float(x) if math.isfinite(x) else None


def draw(n, groups, strata, ties, competing, truncated):
    g = rng.integers(0, groups, n)
    s = rng.integers(0, strata, n)
    scale = 60 * np.exp(-.3 * g + .4 * s)
    t = rng.exponential(scale)
    if ties:
        t = np.ceil(t / 5) * 5
    else:
        t = np.argsort(np.argsort(t)) * 2 + 2
    t = t.astype(int)
    kind = np.where(rng.random(n) < .25, 0, np.where(rng.random(n) < competing, 2, 1))
    entry = np.full(n, -1)
    if truncated:
        late = rng.random(n) < .5
        entry = np.where(late, (t * rng.random(n)).astype(int) // 5 * 5 - 2 if ties else (t * rng.random(n)).astype(int) // 2 * 2 - 1, -1)
        entry = np.where(entry < 0, -1, entry)
    return dict(time=t, kind=kind, entry=entry, group=g, stratum=s)


def curves(d):
    out = {"km": [], "cif": []}
    for g in sorted(set(d["group"])):
        m = d["group"] == g
        t, e, k = d["time"][m], d["entry"][m], d["kind"][m]
        entry = np.maximum(e, 0) if (e >= 0).any() else None
        km = KaplanMeierFitter().fit(t, k == 1, entry=entry)
        na = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(t, k == 1, entry=entry)
        at = sorted(set(t[k == 1]))
        ci = km.confidence_interval_
        row = {"time": at, "s": km.predict(at).values, "lo": [ci.loc[x].iloc[0] for x in at], "hi": [ci.loc[x].iloc[1] for x in at],
               "na": [na.cumulative_hazard_.loc[x].iloc[0] for x in at]}
        if entry is None:
            f = SurvfuncRight(t, k == 1)
            row["se"] = [f.surv_prob_se[list(f.surv_times).index(x)] for x in at]
            row["median"] = km.median_survival_time_
            mci = median_survival_times(ci)
            row["median_ci"] = [mci.iloc[0, 0], mci.iloc[0, 1]]
            tau = int(np.quantile(t, .6))
            row["tau"], row["rmst"] = tau, restricted_mean_survival_time(km, tau)
        out["km"].append(row)
        if (k == 2).any() and entry is None:
            if len(set(t)) == len(t):  # lifelines jitters ties, so only without
                aj = AalenJohansenFitter(calculate_variance=True).fit(t, k, event_of_interest=1)
                c, v = aj.cumulative_density_, aj.variance_
                out["cif"].append({"time": at, "f": [c.loc[x].iloc[0] for x in at], "var": [float(v.loc[x]) for x in at]})
    return out


def logranks(d):
    out = {}
    e, untruncated = d["kind"] == 1, (d["entry"] < 0).all()
    if untruncated:
        r = multivariate_logrank_test(d["time"], d["group"], e)
        out["k"] = [r.test_statistic, r.p_value]
        two = d["group"] < 2
        r = logrank_test(d["time"][two & (d["group"] == 0)], d["time"][two & (d["group"] == 1)], e[two & (d["group"] == 0)], e[two & (d["group"] == 1)])
        out["two"] = [r.test_statistic, r.p_value]
        out["gehan"] = survdiff(d["time"], e.astype(int), d["group"], weight_type="gb")
        out["stratified"] = survdiff(d["time"], e.astype(int), d["group"], strata=d["stratum"])
    return out


def cox(d):
    out = {}
    groups = sorted(set(d["group"]))
    x = np.column_stack([(d["group"] == g).astype(float) for g in groups[1:]])
    truncated = (d["entry"] >= 0).any()
    for ties in ("efron", "breslow"):
        for name, strata in (("plain", None), ("strata", d["stratum"])):
            m = PHReg(d["time"] + 10., x, status=(d["kind"] == 1).astype(int), entry=d["entry"] + 10. if truncated else None, strata=strata, ties=ties)
            f = m.fit(method="newton", disp=0, tol=1e-14, maxiter=200)
            g = m.score(np.zeros(x.shape[1])); h = -m.hessian(np.zeros(x.shape[1]))
            out[ties + "_" + name] = {"coef": f.params, "se": f.bse, "llf": f.llf, "score": g @ np.linalg.solve(h, g)}
    if not truncated:
        f = CoxPHFitter().fit(pd.DataFrame({"t": d["time"], "e": (d["kind"] == 1), **{f"x{i}": x[:, i] for i in range(x.shape[1])}}), "t", "e", fit_options={"precision": 1e-12})
        out["lifelines"] = {"coef": f.params_.values, "se": f.standard_errors_.values}
    return out


def hazards():
    out = []
    for strata, cycles, n in ((1, 1, 40), (1, 4, 30), (3, 5, 25), (4, 3, 400), (6, 8, 12)):
        cells, y, x = [], [], []
        for s in range(strata):
            for c in range(cycles):
                for g in (0, 1):
                    m = int(rng.integers(5, n))
                    k = int(rng.binomial(m, min(.9, .1 + .05 * c + .05 * s + .06 * g)))
                    cells.append([s, c, g, m, k])
                    y.append([k, m - k])
                    x.append([1, g] + [float(s == i) for i in range(1, strata)] + [float(c == i) for i in range(1, cycles)])
        row = {"cells": cells}
        for name, link in (("cloglog", sm.families.links.CLogLog()), ("logit", sm.families.links.Logit())):
            f = sm.GLM(np.array(y, float), np.array(x, float), family=sm.families.Binomial(link=link)).fit(tol=1e-14, maxiter=200)
            row[name] = [f.params[1], f.bse[1]]
        out.append(row)
    return out


def rates():
    out = []
    for k, t, kr, tr in ((0, 12.5, 4, 20.), (5, 100., 12, 150.), (30, 412.25, 21, 700.), (250, 9000., 1300, 40000.), (7, 3., 0, 5.)):
        a = .05
        lo = stats.chi2.ppf(a / 2, 2 * k) / 2 / t if k else 0
        hi = stats.chi2.ppf(1 - a / 2, 2 * k + 2) / 2 / t
        n, p = k + kr, t / (t + tr)
        b = stats.beta.ppf([a / 2, 1 - a / 2], [k, k + 1], [kr + 1, kr])
        l, h = (b[0] if k else 0), b[1]
        pv = min(1, 2 * (stats.binom.sf(k - 1, n, p) if k >= n * p else stats.binom.cdf(k, n, p)))
        out.append({"in": [k, t, kr, tr], "rate": [lo, hi], "ratio": [l / (1 - l) * tr / t, h / (1 - h) * tr / t if kr else None], "p": pv})
    return out


def mh_rates():
    k, t, kr, tr = np.array([12, 3, 40]), np.array([100., 80., 300.5]), np.array([20, 9, 35]), np.array([220., 90., 310.])
    s = t + tr
    num, den = (k * tr / s).sum(), (kr * t / s).sum()
    v = ((k + kr) * t * tr / s**2).sum()
    se = math.sqrt(v / num / den)
    d = (k - (k + kr) * t / s).sum()
    return {"in": [list(map(float, r)) for r in zip(k, t, kr, tr)], "ratio": num / den, "se": se, "chi2": d * d / v, "p": stats.chi2.sf(d * d / v, 1)}


def main():
    sets = []
    for n, groups, strata, ties, competing, truncated in ((60, 2, 2, False, 0, False), (90, 2, 2, False, .3, False), (150, 3, 2, True, .3, False), (300, 2, 3, True, .15, False),
                                                          (120, 2, 2, False, .3, True), (400, 3, 3, True, .2, True)):
        d = draw(n, groups, strata, ties, competing, truncated)
        sets.append({"spells": [list(map(int, r)) for r in zip(d["entry"], d["time"], d["kind"], d["group"], d["stratum"])],
                     **curves(d), "logrank": logranks(d), "cox": cox(d)})
    json.dump(clean({"versions": {"lifelines": lifelines.__version__, "statsmodels": statsmodels.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
                     "sets": sets, "hazards": hazards(), "rates": rates(), "mh_rates": mh_rates()}), sys.stdout, separators=(",", ":"))
    print()


main()
