"""Writes reference.json: Kleinman's moments with numpy, and the posterior and
the binomial tail of scipy. Run it by hand:

    python reference.py > reference.json
"""
import json, sys

import numpy as np, scipy
from scipy import stats


def shrink(k, n, level=0.95):
    k, n = np.asarray(k, float), np.asarray(n, float)
    some = n > 0
    N, m = n.sum(), some.sum()
    p = k.sum() / N
    q = 1 - p
    S = (n[some] * (k[some] / n[some] - p) ** 2).sum()
    rho = (S - p * q * (m - 1)) / (p * q * (N - (n * n).sum() / N - (m - 1)))
    rho = min(rho, 0.5)
    out = {"k": k.astype(int).tolist(), "n": n.astype(int).tolist(), "mean": p, "rho": max(rho, 0)}
    if rho > 0:
        a, b = p * (1 / rho - 1), q * (1 / rho - 1)
        out["a"], out["b"] = a, b
        out["value"] = ((k + a) / (n + a + b)).tolist()
        out["low"] = stats.beta.ppf((1 - level) / 2, k + a, n - k + b).tolist()
        out["high"] = stats.beta.ppf((1 + level) / 2, k + a, n - k + b).tolist()
    return out


rng = np.random.default_rng(7)
n = rng.integers(20, 4000, 40)
k = rng.binomial(n, rng.beta(8, 30, 40))
tables = [([12, 30, 7, 55, 2, 0, 0], [100, 110, 95, 120, 10, 3, 0]), ([5, 5, 5], [50, 50, 50]),
          ([900, 450, 10], [1000, 1000, 12]), (k, n), ([900_000, 880_000, 3], [1_000_000, 1_000_000, 9]),
          ([0, 0, 18, 4], [16, 24, 18, 20])]
below = [(3, 10, 0.5), (0, 40, 0.1), (133, 197, 0.908), (700, 1000, 0.75), (89_000, 100_000, 0.891)]
json.dump({"versions": {"numpy": np.__version__, "scipy": scipy.__version__},
           "shrink": [shrink(*t) for t in tables],
           "below": [{"k": k, "n": n, "p": p, "value": stats.binom.cdf(k, n, p)} for k, n, p in below]}, sys.stdout, indent=1)
print()
