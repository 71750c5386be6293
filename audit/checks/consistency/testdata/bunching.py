"""Reference values of the jump at a cut-off, by numpy and scipy: prints bunching.json."""
import json
import numpy as np
from scipy import stats

rng = np.random.default_rng(20260101)
out = []
for name, counts in {
    "flat": [100] * 24,
    "slope": list(range(200, 80, -5)),
    "bunched": [int(x) for x in np.r_[rng.poisson(60, 8), rng.poisson(25, 4), rng.poisson(120, 3), rng.poisson(60, 9)]],
    "lumps": [int(x) for x in rng.poisson(np.where(np.arange(24) % 3 == 0, 200, 10))],
    "short": [5, 9, 4, 7, 20, 11, 9, 12],
    "one side": [0, 0, 0, 0, 0, 0, 30, 20, 10, 9, 8, 7],
}.items():
    y = np.array(counts, float)
    k = len(y) // 2
    x = np.arange(-k, k) + 0.5
    heights, rss = [], 0.0
    for side in (slice(0, k), slice(k, None)):
        X = np.c_[np.ones(k), x[side]]
        beta, *_ = np.linalg.lstsq(X, y[side], rcond=None)
        rss += float(((y[side] - X @ beta) ** 2).sum())
        heights.append(float(beta[0]))
        var = np.linalg.inv(X.T @ X)[0, 0]
    df = 2 * k - 4
    v = max(rss / df, y.mean()) * var
    below, above = heights
    t = (above - below) / np.sqrt(2 * v)
    row = {"name": name, "counts": counts, "below": below, "above": above, "p": float(2 * stats.t.sf(abs(t), df))}
    if below > 1e-9 and above > 1e-9:
        row["ratio"] = above / below
        c = stats.t.ppf(0.975, df) ** 2 * v
        if below**2 > c:  # Fieller: the roots of (above - r below)^2 = c (1 + r^2)
            lo, hi = sorted(np.roots([below**2 - c, -2 * above * below, above**2 - c]).real)
            row |= {"low": float(lo), "high": float(hi)}
    out.append(row)
print(json.dumps(out, indent=1))
