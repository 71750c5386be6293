"""Writes scoreparity_reference.json: decisions and what numpy, scipy and pandas
make of them, for scoreparity_test.go. solas disparity's own metrics are defined
the same (its population deviation is numpy's std of all); it is no longer
published for a Python of today.

    python scoreparity_reference.py > scoreparity_reference.json
"""
import json, math, sys

import numpy as np
import pandas as pd
from scipy import stats

rng = np.random.default_rng(20240603)
n = 700
group = rng.choice(["a", "b", "c"], n, p=[0.5, 0.35, 0.15])
stratum = np.where(rng.random(n) < np.where(group == "b", 0.7, 0.3), "low", "high")
score = np.round(620 + 35 * rng.normal(size=n) - 12 * (group == "b") - 25 * (stratum == "low"))
approved = rng.random(n) < 1 / (1 + np.exp(-(score - 600) / 20))
limit = np.round((20 + 15 * rng.gamma(2, 1, n) + 25 * (stratum == "high") - 6 * (group == "b"))) * 100
d = pd.DataFrame({"group": group, "stratum": stratum, "score": score, "approved": approved, "limit": limit})
z = stats.norm.ppf(0.975)


def quantile(x, q):
    """The quantile and its interval between order statistics."""
    x = np.sort(np.asarray(x))
    m = len(x)
    half = z * math.sqrt(m * q * (1 - q))
    lo, hi = math.floor(m * q - half), math.ceil(m * q + half) + 1
    return np.quantile(x, q), x[max(lo, 1) - 1], x[min(hi, m) - 1]


def gap(x, y, q):
    a, la, ua = quantile(x, q)
    b, lb, ub = quantile(y, q)
    return a - b, a - b - math.hypot(a - la, ub - b), a - b + math.hypot(ua - a, b - lb)


out = {"rows": [[r.group, r.stratum, r.score, bool(r.approved), r.limit] for r in d.itertuples()], "groups": {}}
ref, booked = d[d.group == "a"], d[d.approved]
for g in ["b", "c"]:
    x, y = d[d.group == g].score, ref.score
    n1, n0 = len(x), len(y)
    pooled = math.sqrt(((n1 - 1) * x.var(ddof=1) + (n0 - 1) * y.var(ddof=1)) / (n1 + n0 - 2))
    smd = 100 * (x.mean() - y.mean()) / pooled
    se = 100 * math.sqrt((n1 + n0) / (n1 * n0) + (smd / 100) ** 2 / (2 * (n1 + n0)))
    o = {"smd": [smd, smd - z * se, smd + z * se], "population": 100 * (x.mean() - y.mean()) / d.score.std(ddof=0),
         "p": stats.ttest_ind(x, y, equal_var=False).pvalue, "air": [], "gap": {}, "within": {}, "quantile": {}}
    for t in range(1, 10):
        cut = np.quantile(d.score, round(1 - t / 10, 1))
        o["air"].append((x >= cut).mean() / (y >= cut).mean())
    for q in [0.1, 0.5, 0.9]:
        o["quantile"][str(q)] = quantile(booked[booked.group == g].limit, q)
        o["gap"][str(q)] = gap(booked[booked.group == g].limit, booked[booked.group == "a"].limit, q)
        s = w = lo = hi = 0.0
        for _, part in booked.groupby("stratum"):
            u, v = part[part.group == g].limit, part[part.group == "a"].limit
            if min(len(u), len(v)) < 10:
                continue
            k = len(u) * len(v) / (len(u) + len(v))
            m, l, h = gap(u, v, q)
            s, w, lo, hi = s + k * m, w + k, lo + (k * (m - l)) ** 2, hi + (k * (h - m)) ** 2
        o["within"][str(q)] = [s / w, s / w - math.sqrt(lo) / w, s / w + math.sqrt(hi) / w]
    out["groups"][g] = o
json.dump(out, sys.stdout, default=float)
