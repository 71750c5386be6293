"""Writes parity_reference.json: values of fairlearn, aif360 and statsmodels,
and of formulas by hand with scipy, for the tests of approvalparity and
intersection. Run it by hand, from anywhere:

    python parity_reference.py > parity_reference.json

The rows are those of ../../../../fixtures/loanapp.
"""
import json, pathlib, sys, warnings

import numpy as np, pandas as pd, scipy, scipy.stats, statsmodels

warnings.simplefilter("ignore")
import aif360, fairlearn
from aif360.datasets import BinaryLabelDataset
from aif360.metrics import BinaryLabelDatasetMetric
from fairlearn.metrics import (MetricFrame, count, demographic_parity_difference,
                               demographic_parity_ratio, selection_rate)
from statsmodels.stats.proportion import confint_proportions_2indep

here = pathlib.Path(__file__).parent
df = pd.read_parquet(here / "../../../../fixtures/loanapp/loanapp.parquet")
df["race"] = np.where(df.black == 1, "black", np.where(df.hispan == 1, "hispanic", "white"))
df["sex"] = df["male"].map({1.0: "male", 0.0: "female"}).fillna("(unknown)")
df["kids"] = df["dep"].map(lambda d: "none" if d == 0 else "some" if d > 0 else "(unknown)")
df["race_code"] = df.race.map({"white": 1, "black": 2, "hispanic": 3}).astype(float)
df["sex_code"] = df.sex.map({"male": 1, "female": 2, "(unknown)": 3}).astype(float)
df["kids_code"] = df.kids.map({"none": 1, "some": 2, "(unknown)": 3}).astype(float)


def aif(columns):
    d = df[columns + ["approve"]].astype(float)
    return BinaryLabelDataset(df=d, label_names=["approve"], protected_attribute_names=columns,
                              favorable_label=1.0, unfavorable_label=0.0)


def shrink(k, n, level=0.95):
    """Kleinman's weighted moments of a beta-binomial, and the posterior of each rate."""
    k, n = np.asarray(k, float), np.asarray(n, float)
    N, m = n.sum(), len(n)
    p = k.sum() / N
    q = 1 - p
    S = (n * (k / n - p) ** 2).sum()
    rho = (S - p * q * (m - 1)) / (p * q * (N - (n * n).sum() / N - (m - 1)))
    out = {"k": k.astype(int).tolist(), "n": n.astype(int).tolist(), "mean": p, "rho": rho}
    if rho > 0:
        a, b = p * (1 / rho - 1), q * (1 / rho - 1)
        out["a"], out["b"] = a, b
        out["value"] = ((k + a) / (n + a + b)).tolist()
        out["low"] = scipy.stats.beta.ppf((1 - level) / 2, k + a, n - k + b).tolist()
        out["high"] = scipy.stats.beta.ppf((1 + level) / 2, k + a, n - k + b).tolist()
    else:
        out["value"] = [p] * m
    return out


def cells(by):
    g = df.groupby(by).approve.agg(["sum", "count"]).reset_index()
    return [[*[str(r[c]) for c in by], int(r["sum"]), int(r["count"])] for _, r in g.iterrows()]


out = {"versions": {"fairlearn": fairlearn.__version__, "aif360": aif360.__version__, "numpy": np.__version__,
                    "scipy": scipy.__version__, "statsmodels": statsmodels.__version__}}

y = df.approve.astype(int)
one = {}
m = BinaryLabelDatasetMetric(aif(["race_code"]), unprivileged_groups=[{"race_code": 2}, {"race_code": 3}],
                             privileged_groups=[{"race_code": 1}])
one["cells"] = cells(["race"])
one["disparate_impact"] = m.disparate_impact()
one["statistical_parity_difference"] = m.statistical_parity_difference()
one["smoothed_empirical_differential_fairness"] = m.smoothed_empirical_differential_fairness()
one["demographic_parity_difference"] = demographic_parity_difference(y, y, sensitive_features=df.race)
one["demographic_parity_ratio"] = demographic_parity_ratio(y, y, sensitive_features=df.race)
by = {g: (int(k), int(n)) for g, k, n in one["cells"]}
one["score_ratio"] = {g: list(map(float, confint_proportions_2indep(*by[g], *by["white"], compare="ratio", method="score")))
                      for g in ("black", "hispanic")}
out["race"] = one

# Crossings, with the rows of unknown sex or dependents as groups of their own.
for name, by in {"race_sex": ["race", "sex"], "race_sex_kids": ["race", "sex", "kids"]}.items():
    c = cells(by)
    big = {tuple(x[:-2]) for x in c if x[-1] >= 30}  # groups with enough rows
    keep = df[by].apply(lambda r: tuple(r) in big, axis=1)
    d = df[keep]
    yy = d.approve.astype(int)
    one = {"cells": c,
           "demographic_parity_difference": demographic_parity_difference(yy, yy, sensitive_features=d[by]),
           "demographic_parity_ratio": demographic_parity_ratio(yy, yy, sensitive_features=d[by]),
           "shrunken": shrink([x[-2] for x in c], [x[-1] for x in c])}
    full = df
    df = d
    codes = [b + "_code" for b in by]
    metric = BinaryLabelDatasetMetric(aif(codes), unprivileged_groups=[{codes[0]: 2}], privileged_groups=[{codes[0]: 1}])
    one["smoothed_empirical_differential_fairness"] = metric.smoothed_empirical_differential_fairness()
    df = full
    out[name] = one

# Tables for the shrinkage alone: reviewers, the last without spread.
out["shrink"] = [shrink([12, 30, 7, 55, 2, 0], [100, 110, 95, 120, 10, 3]),
                 shrink([5, 5, 5], [50, 50, 50]),
                 shrink([900, 450, 10], [1000, 1000, 12])]
json.dump(out, sys.stdout, indent=1)
print()
