"""Writes reference.json: values of scipy, statsmodels and numpy that the Go
tests compare with. Run it by hand when a statistic is added:

    python reference.py > reference.json

null stands for "the reference gives no usable value" and is not compared.
"""
import json, math, sys, warnings
from decimal import Decimal, getcontext
from fractions import Fraction

import numpy as np, scipy, statsmodels
from scipy import stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.contingency_tables import Table2x2, StratifiedTable, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (proportion_confint, confint_proportions_2indep,
                                          proportions_ztest, power_proportions_2indep)

warnings.simplefilter("ignore")
np.seterr(all="ignore")
rng = np.random.default_rng(20240601)
getcontext().prec = 60


def clean(x):
    if isinstance(x, (list, tuple, np.ndarray)):
        return [clean(v) for v in x]
    if isinstance(x, (int, np.integer)):
        return int(x)
    return float(x) if math.isfinite(x) else None


def attempt(f):
    try:
        return clean(f())
    except Exception:
        return None


def ln_factorial(n):
    """ln n! to 50 digits."""
    if n < 200:
        return Decimal(math.factorial(n)).ln()
    n = Decimal(n)
    pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
    s = n * n.ln() - n + (2 * pi * n).ln() / 2
    # B2k / (2k(2k−1) n^(2k−1))
    for k, b in enumerate([Fraction(1, 6), Fraction(-1, 30), Fraction(1, 42), Fraction(-1, 30), Fraction(5, 66),
                           Fraction(-691, 2730), Fraction(7, 6), Fraction(-3617, 510), Fraction(43867, 798),
                           Fraction(-174611, 330)], 1):
        c = b / (2 * k * (2 * k - 1))
        s += Decimal(c.numerator) / Decimal(c.denominator) / n ** (2 * k - 1)
    return s


def fisher(a, b, c, d):
    """Two-sided p in 60-digit arithmetic: scipy's own loses digits at large counts."""
    r1, r2, c1 = a + b, c + d, a + c
    if r1 == 0 or r2 == 0:
        return None
    def ln(x):
        f = ln_factorial
        return (f(r1) + f(r2) + f(c1) + f(r1 + r2 - c1) - f(r1 + r2)
                - f(x) - f(r1 - x) - f(c1 - x) - f(r2 - c1 + x))
    lo, hi = max(0, c1 - r2), min(r1, c1)
    mode = (c1 + 1) * (r1 + 1) // (r1 + r2 + 2)
    at = ln(a) + Decimal("1e-14")
    if ln(mode) <= at:
        return 1.0
    def tail(x, step):
        term = total = Decimal(ln(x)).exp()
        while True:
            if step < 0:
                if x == lo: break
                term = term * (x * (r2 - c1 + x)) / ((r1 - x + 1) * (c1 - x + 1))
            else:
                if x == hi: break
                term = term * ((r1 - x) * (c1 - x)) / ((x + 1) * (r2 - c1 + x + 1))
            x += step
            total += term
            if term < total * Decimal("1e-25"): break
        return total
    def edge(inside, outside):
        # the point nearest to the mode, towards outside, that is no likelier
        if ln(outside) > at: return None
        while abs(outside - inside) > 1:
            mid = (inside + outside) // 2
            if ln(mid) <= at: outside = mid
            else: inside = mid
        return outside
    up, other = (-1, edge(mode, hi)) if a < mode else (1, edge(mode, lo))
    p = tail(a, up)
    if other is not None:
        p += tail(other, -up)
    return float(min(p, Decimal(1)))


def bisect(lo, hi, under, steps):
    for _ in range(steps):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if under(mid) else (lo, mid)
    return (lo + hi) / 2


Z = Decimal(float(stats.norm.isf(.025)))


def score_diff(a, n1, c, n2):
    """Miettinen & Nurminen: the differences that their score test keeps."""
    a, n1, c, n2 = map(Decimal, (a, n1, c, n2))
    n = n1 + n2
    def z(d):
        def slope(p):
            terms = [(a, p + d), (a - n1, 1 - p - d), (c, p), (c - n2, 1 - p)]
            return sum(x / max(y, Decimal("1e-70")) for x, y in terms if x)
        p2 = bisect(max(Decimal(0), -d), min(Decimal(1), 1 - d), lambda p: slope(p) > 0, 110)
        p1 = p2 + d
        v = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
        return (a / n1 - c / n2 - d) / v.sqrt() if v > 0 else Decimal("Infinity") * (1 if a / n1 - c / n2 > d else -1)
    p = a / n1 - c / n2
    return [float(bisect(Decimal(-1), p, lambda d: z(d) > Z, 75)) if p > -1 else -1.0,
            float(bisect(p, Decimal(1), lambda d: z(d) > -Z, 75)) if p < 1 else 1.0]


def score_ratio(a, n1, c, n2):
    a, n1, c, n2 = map(Decimal, (a, n1, c, n2))
    n = n1 + n2
    def z(r):
        b = n1 * r + a + n2 + c * r
        p2 = min(Decimal(1), (b - (b * b - 4 * n * r * (a + c)).max(0).sqrt()) / (2 * n * r))
        p1 = min(Decimal(1), p2 * r)
        v = (p1 * (1 - p1) / n1 + r * r * p2 * (1 - p2) / n2) * n / (n - 1)
        d = a / n1 - r * c / n2
        return d / v.sqrt() if v > 0 else Decimal("Infinity") * d if d else d
    end = lambda z0: float(bisect(Decimal(-50), Decimal(50), lambda u: z(u.exp()) > z0, 70).exp())
    return [end(Z) if a else 0.0, end(-Z) if c else None]


def chi2(a, b, c, d, yates):
    """Exact, where scipy's expected minus observed cancels."""
    a, b, c, d = map(Fraction, (a, b, c, d))
    n, x = a + b + c + d, abs(a * d - b * c)
    x = max(Fraction(0), x - n / 2) if yates else x
    s = float(n * x * x / ((a + b) * (c + d) * (a + c) * (b + d)))
    return [s, float(stats.chi2.sf(s, 1))]


def table(a, b, c, d):
    n1, n2 = a + b, c + d
    t = np.array([[a, b], [c, d]])
    out = {"table": [a, b, c, d]}
    margins = n1 > 0 and n2 > 0 and a + c > 0 and b + d > 0
    out["fisher"] = fisher(a, b, c, d)
    if n1:
        out["wilson"] = clean(proportion_confint(a, n1, method="wilson"))
        out["wilson99"] = clean(proportion_confint(a, n1, alpha=0.01, method="wilson"))
        out["clopper_pearson"] = clean([0 if a == 0 else stats.beta.ppf(.025, a, b + 1), 1 if b == 0 else stats.beta.isf(.025, a + 1, b)])
        z = stats.norm.isf(.025)
        m = n1 + z * z
        p = (a + z * z / 2) / m
        e = z * math.sqrt(p * (1 - p) / m)
        out["agresti_coull"] = [p - e, p + e]
    if n1 and n2:
        out["newcombe"] = clean(confint_proportions_2indep(a, n1, c, n2, method="newcomb", compare="diff"))
        out["score_diff"] = score_diff(a, n1, c, n2)
        if a + c:
            out["score_ratio"] = score_ratio(a, n1, c, n2)
        if min(a, b, c, d) > 0 and n1 + n2 < 1000:
            got = confint_proportions_2indep(a, n1, c, n2, method="score", compare="ratio")
            assert np.allclose(got, out["score_ratio"], rtol=1e-8), (a, b, c, d)
        out["power"] = attempt(lambda: power_proportions_2indep(a / n1 - c / n2, c / n2, n1, ratio=n2 / n1, return_results=False))
    if margins:
        for name, yates in [("chi2", False), ("chi2_yates", True)]:
            out[name] = chi2(a, b, c, d, yates)
            r = stats.chi2_contingency(t, correction=yates)
            assert np.allclose([r.statistic, r.pvalue], out[name], rtol=1e-7, atol=1e-9), (a, b, c, d)
        out["z"] = clean(proportions_ztest([a, c], [n1, n2]))
    if min(a, b, c, d) > 0:
        t2 = Table2x2(t.astype(float))
        out["odds_ratio"] = clean([t2.oddsratio, t2.log_oddsratio_se, *t2.oddsratio_confint()])
        out["risk_ratio"] = clean([t2.riskratio, t2.log_riskratio_se, *t2.riskratio_confint()])
    return out


def random_tables():
    tables = [(0, 5, 3, 4), (5, 0, 3, 4), (0, 9, 0, 7), (9, 0, 7, 0), (0, 0, 3, 4), (3, 1, 1, 3), (10, 10, 10, 10), (7, 3, 3, 7),
              (1, 0, 0, 1), (0, 1, 1, 0), (1, 29, 0, 31), (20, 80, 80, 20), (5000000, 5000000, 5003000, 4997000),
              (9990000, 10000, 9989500, 10500), (10000000, 10000000, 10000000, 10000001), (3, 10000000, 12, 10000000),
              (0, 10000000, 5, 10000000), (400000, 600000, 405000, 595000), (1000000, 0, 999990, 10), (250000, 750000, 251000, 749000),
              (60, 40, 6000000, 4000000), (30, 70, 6000000, 4000000), (133, 64, 1527, 154), (47765, 4110, 10092, 1271)]
    for scale in [8, 8, 8, 30, 30, 30, 100, 100, 100, 1000, 1000, 1000, 10**5, 10**5, 10**6, 10**7]:
        for _ in range(4):
            n1, n2 = rng.integers(1, scale, 2, endpoint=True)
            p = rng.uniform(0, 1)
            q = min(max(p + rng.normal() * 2 / math.sqrt(scale), 0), 1)
            a, c = rng.binomial(n1, p), rng.binomial(n2, q)
            tables.append((int(a), int(n1 - a), int(c), int(n2 - c)))
    return tables


def strata():
    out = []
    for k, scale in [(2, 20), (3, 50), (5, 200), (8, 10), (12, 5000), (4, 10**6), (6, 40), (20, 30)]:
        ts = []
        for _ in range(k):
            n1, n2 = rng.integers(2, scale, 2, endpoint=True)
            p = rng.uniform(.1, .9)
            a, c = rng.binomial(n1, p), rng.binomial(n2, min(.95, p * 1.15))
            t = [int(a), int(n1 - a), int(c), int(n2 - c)]
            if min(t[0] + t[2], t[1] + t[3]) > 0:
                ts.append(t)
        if k == 6:
            ts = [[t[0], t[1], t[0], t[1]] for t in ts]  # a common odds ratio of exactly 1
        s = StratifiedTable([np.array(t, float).reshape(2, 2) for t in ts])
        null, corr = s.test_null_odds(), s.test_null_odds(correction=True)
        delta = sum(t[0] - (t[0] + t[1]) * (t[0] + t[2]) / sum(t) for t in ts)
        v = {"tables": ts, "or": clean([s.oddsratio_pooled, s.logodds_pooled_se, *s.oddsratio_pooled_confint()]),
             "rr": clean(s.riskratio_pooled), "cmh": clean(null.statistic), "cmh_p": clean(stats.chi2.sf(null.statistic, 1)),
             "cmh_corrected": clean(corr.statistic) if abs(delta) > .5 else None}
        if k != 6:  # statsmodels divides 0 by 0 there
            v["breslow_day"] = clean(s.test_equal_odds().statistic)
            v["tarone"] = clean(s.test_equal_odds(adjust=True).statistic)
        out.append(v)
    return out


def r_by_c():
    out = []
    for r, c, scale in [(2, 3, 40), (3, 3, 100), (4, 6, 500), (2, 10, 10**6), (7, 7, 300)]:
        t = rng.integers(1, scale, (r, c))
        s = stats.chi2_contingency(t, correction=False)
        out.append({"table": t.tolist(), "stat": s.statistic, "p": s.pvalue, "df": int(s.dof)})
    return out


def adjusted():
    out = []
    for n in [1, 2, 7, 40]:
        p = np.round(rng.uniform(size=n) ** 3, 3)
        out.append({"p": p.tolist(), **{m: multipletests(p, method=m)[1].tolist() for m in ["fdr_bh", "holm", "bonferroni"]}})
    return out


def delong(x, y):
    v10 = np.array([np.mean((y < v) + .5 * (y == v)) for v in x])
    v01 = np.array([np.mean((x > v) + .5 * (x == v)) for v in y])
    auc = v10.mean()
    se = math.sqrt(v10.var(ddof=1) / len(x) + v01.var(ddof=1) / len(y))
    z = stats.norm.isf(.025)
    return auc, max(0, auc - z * se), min(1, auc + z * se)


def samples():
    """Integers up to 8192, which a Hist knows exactly."""
    out = []
    for n, m, mu, sd, special in [(30, 40, 5, 3, 0), (200, 150, 40, 4, 0), (1500, 900, 12, 150, 0), (800, 1200, 0, 2, 60), (400, 400, 900, 1, 0)]:
        x = np.round(rng.normal(600, 90, n)).astype(int)
        y = np.round(rng.normal(600 + mu, 90 + sd, m)).astype(int)
        if special:
            x, y = x // special, y // special
        edges = np.unique(np.quantile(x, np.linspace(0, 1, 11)))
        e = np.concatenate([[-np.inf], edges[1:-1], [np.inf]])
        p, q = np.histogram(x, e)[0], np.histogram(y, e)[0]
        P, Q = np.maximum(p / n, 1e-4), np.maximum(q / m, 1e-4)
        h, g = (p + .5) / (n + .5 * len(p)), (q + .5) / (m + .5 * len(p))
        ks = stats.ks_2samp(x, y, method="asymp")
        out.append({"x": x.tolist(), "y": y.tolist(), "ref": p.tolist(), "cur": q.tolist(),
                    "psi_floor": float(np.sum((Q - P) * np.log(Q / P))), "psi_half": float(np.sum((g - h) * np.log(g / h))),
                    "js": float(jensenshannon(p, q, base=2)), "ks": [float(ks.statistic), float(ks.pvalue)],
                    "wasserstein": float(stats.wasserstein_distance(x, y)), "auc": clean(delong(y, x)),
                    "quantiles": np.quantile(x, [.01, .25, .5, .75, .99]).tolist(),
                    "mean": float(np.mean(x)), "var1": float(np.var(x, ddof=1))})
    return out


def main():
    kstwo = []
    for n in [1, 2, 5, 30, 100, 140, 141, 1000, 5000, 20000, 100000, 1000000]:
        for x in [.2 / n, .7 / n, 1.2 / n] + [z / math.sqrt(n) for z in (.3, .5, .8, 1.2, 1.45, 1.5, 2, 3, 6, 12, 18)] + [.45, .5, .6, .95]:
            p = float(stats.kstwo.sf(x, n))
            if 0 < p < 1 or x > 1:
                kstwo.append([n, x, p])
    json.dump({
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
        "note": "written by reference.py; fisher, score_diff and score_ratio are 60-digit arithmetic on the definition, chi2 of 2x2 tables is exact",
        "tables": [table(*t) for t in random_tables()],
        "strata": strata(), "r_by_c": r_by_c(), "adjusted": adjusted(), "samples": samples(),
        "mcnemar": [{"b": b, "c": c, "exact": float(mcnemar([[0, b], [c, 0]], exact=True).pvalue),
                     "plain": clean(
                         [mcnemar([[0, b], [c, 0]], exact=False, correction=False).statistic, mcnemar([[0, b], [c, 0]], exact=False, correction=False).pvalue]),
                     "corrected": clean([mcnemar([[0, b], [c, 0]], exact=False).statistic, mcnemar([[0, b], [c, 0]], exact=False).pvalue])}
                    for b, c in [(0, 1), (0, 6), (3, 9), (10, 14), (12, 12), (12, 13), (40, 80), (900, 1200), (100000, 101000), (5, 300)]],
        "chi2_sf": [[x, k, float(stats.chi2.sf(x, k))] for k in (1, 2, 3, 6, 10, 30, 99, 400) for x in (1e-3, .5, 3, 20, 93.5, 400, 700, 1200)
                    if stats.chi2.sf(x, k) > 1e-300],
        "chi2_ppf": [[p, k, float(stats.chi2.ppf(p, k))] for k in (1, 2, 9, 19, 100) for p in (.01, .5, .95, .999)],
        "norm_ppf": [[p, float(stats.norm.ppf(p))] for p in (1e-10, .005, .025, .3, .8, .975, .9995)],
        "kstwo_sf": kstwo,
    }, sys.stdout, indent=None, separators=(",", ":"))
    print()


main()
