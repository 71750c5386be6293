"""Change-points of ruptures 1.1.10 for changepoint.json (numpy 2)."""
import json
import os

import numpy as np
import ruptures as rpt

rng = np.random.default_rng(7)
out = []
for case, (levels, length, sd) in enumerate([([0, 2], 60, 1), ([0, 1, 0], 50, 1), ([5, 5], 80, 1), ([0, 3, -1, 2], 40, 1.5), ([0.3, 0.1], 100, 0.2)]):
    x = np.concatenate([rng.normal(m, sd, length + 7 * i) for i, m in enumerate(levels)]).round(3)
    least, count = 7, max(1, len(levels) - 1)
    binseg = rpt.Binseg(model="l2", min_size=least, jump=1).fit(x)
    best = rpt.Dynp(model="l2", min_size=least, jump=1).fit(x)
    one = best.predict(n_bkps=1)[0]
    pelt = rpt.Pelt(model="l2", min_size=least, jump=1).fit(x)
    # The penalty of a gain that a year passes by chance one time in twenty.
    pen = 13.0 * np.mean(np.diff(x) ** 2) / 2
    level = rpt.costs.CostL2().fit(x)
    out.append({
        "x": x.tolist(), "least": least, "count": count,
        "binseg": binseg.predict(n_bkps=count)[:-1],
        "best": one,
        "gain": float(level.error(0, len(x)) - level.error(0, one) - level.error(one, len(x))),
        "pelt": pelt.predict(pen=pen)[:-1],
    })
with open(os.path.join(os.path.dirname(__file__), "changepoint.json"), "w") as f:
    json.dump(out, f)
    f.write("\n")
