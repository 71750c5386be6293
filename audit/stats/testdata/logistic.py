"""Writes logistic.json: logistic regressions of statsmodels on counts, that
logistic_test.go compares with.

    python logistic.py > logistic.json
"""
import json, sys, warnings

import numpy as np
import statsmodels.api as sm

warnings.simplefilter("ignore")
rng = np.random.default_rng(20240602)
cases = []


def fit(name, x, y, shift=0):
    """Rows are given once each; equal rows become counts in the file. shift is
    taken off the first column before statsmodels sees it, which cannot do without."""
    x = np.asarray(x, float).reshape(len(y), -1)
    at = x - np.eye(1, x.shape[1]) * shift
    r = sm.Logit(y, sm.add_constant(at, has_constant="add")).fit(disp=0, tol=1e-14, maxiter=100, method="newton")
    rows, index = np.unique(x, axis=0, return_inverse=True)
    index = np.asarray(index).ravel()
    n = np.bincount(index)
    k = np.bincount(index, weights=y).astype(int)
    ci = r.conf_int(0.05)
    cases.append({"name": name, "x": rows.tolist(), "k": k.tolist(), "n": n.tolist(),
                  "params": r.params.tolist(), "se": r.bse.tolist(), "p": r.pvalues.tolist(),
                  "ci": np.asarray(ci).tolist(), "llf": r.llf, "llnull": r.llnull, "pseudo_r2": r.prsquared})


def draw(x, b0, b):
    return (rng.random(len(x)) < 1 / (1 + np.exp(-(b0 + x @ np.asarray(b))))).astype(int)


x = rng.integers(0, 2, (400, 1)).astype(float)
fit("one dummy", x, draw(x, -1, [0.7]))
x = np.column_stack([rng.integers(0, 2, 500), rng.integers(0, 3, 500), np.round(rng.normal(50, 10, 500))]).astype(float)
fit("dummies and a number", x, draw(x, -4, [0.6, -0.3, 0.06]))
x = np.column_stack([np.round(rng.lognormal(10, 0.7, 600)), np.round(rng.random(600), 3), rng.integers(0, 2, 600)])
fit("badly scaled", x, draw((x - [25000, 0.5, 0]) / [15000, 1, 1], -0.5, [-0.8, 2, 0.5]))
x = np.column_stack([1e6 + rng.integers(0, 5, 400), rng.integers(0, 2, 400)]).astype(float)
fit("far from zero", x, draw(x - [1e6, 0], 0.2, [-0.4, 0.5]), 1e6)
x = np.column_stack([rng.integers(0, 2, 3000), rng.integers(0, 4, 3000)]).astype(float)
fit("rare outcome", x, draw(x, -4.5, [0.5, 0.2]))
json.dump({"python": sys.version.split()[0], "numpy": np.__version__,
           "statsmodels": __import__("statsmodels").__version__, "cases": cases}, sys.stdout)
