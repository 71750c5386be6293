"""Writes calibration.json: values of fairlearn, aif360, aequitas, scikit-learn
and statsmodels on random tables and probabilities, that the Go tests compare
with. Run it by hand when a statistic is added:

    python calibration.py > calibration.json

The estimates of NannyML are in cbpe.json: see cbpe.py, which needs an
environment of its own. null stands for "no usable value".
"""
import json, math, warnings

import numpy as np, pandas as pd
import statsmodels.api as sm
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score, f1_score
from fairlearn.metrics import (equalized_odds_difference, equalized_odds_ratio, equal_opportunity_difference,
                               MetricFrame, true_positive_rate, false_positive_rate)
import fairlearn.metrics as fm
from aif360.datasets import BinaryLabelDataset
from aif360.metrics import ClassificationMetric
from aequitas.group import Group

warnings.simplefilter("ignore")
rng = np.random.default_rng(20260630)


def clean(x):
    if isinstance(x, (list, tuple, np.ndarray)):
        return [clean(v) for v in x]
    if isinstance(x, (int, np.integer)):
        return int(x)
    return float(x) if math.isfinite(x) else None


def expand(tables):
    """Rows of confusion tables [tp, fp, fn, tn], positive = bad."""
    g, y, h = [], [], []
    for i, (tp, fp, fn, tn) in enumerate(tables):
        g += [i] * (tp + fp + fn + tn)
        y += [1] * tp + [0] * fp + [1] * fn + [0] * tn
        h += [1] * tp + [1] * fp + [0] * fn + [0] * tn
    return np.array(g), np.array(y), np.array(h)


def confusion(tables):
    g, y, h = expand(tables)
    out = {"tables": tables}
    for name, f in (("eod", equalized_odds_difference), ("eor", equalized_odds_ratio)):
        for agg in ("worst_case", "mean"):
            out[name + "_" + agg] = clean(f(y, h, sensitive_features=g, agg=agg))
    out["eopp"] = clean(equal_opportunity_difference(y, h, sensitive_features=g))
    out["dpr_approve"] = clean(fm.demographic_parity_ratio(y, 1 - h, sensitive_features=g))
    # aif360: favourable 1 = good / approved; privileged = group 0
    df = pd.DataFrame({"g": g.astype(float), "y": 1.0 - y})
    true = BinaryLabelDataset(df=df, label_names=["y"], protected_attribute_names=["g"], favorable_label=1.0, unfavorable_label=0.0)
    pred = true.copy()
    pred.labels = (1.0 - h).reshape(-1, 1)
    aif = []
    for i in range(1, len(tables)):
        m = ClassificationMetric(true, pred, unprivileged_groups=[{"g": float(i)}], privileged_groups=[{"g": 0.0}])
        aif.append(clean([m.disparate_impact(), m.statistical_parity_difference(), m.equal_opportunity_difference(),
                          m.average_odds_difference(), m.average_abs_odds_difference(), m.false_positive_rate_difference(),
                          m.false_omission_rate_difference(), m.false_discovery_rate_difference(), m.error_rate_difference()]))
        out["theil"], out["gei"] = clean(m.theil_index()), clean(m.generalized_entropy_index())
    out["aif360"] = aif
    xt = Group().get_crosstabs(pd.DataFrame({"score": h, "label_value": y, "g": g.astype(str)}))
    xt = xt[0] if isinstance(xt, tuple) else xt
    xt = xt.sort_values("attribute_value")
    names = ["tpr", "tnr", "for", "fdr", "fpr", "fnr", "npv", "precision", "ppr", "pprev", "prev"]
    out["aequitas"] = [clean([row[n] for n in names]) for _, row in xt.iterrows()]
    return out


def edge(p, keep=6):
    """The lower edge of a Reliability's bin."""
    b = np.float64(p).view(np.uint64)
    return ((b >> np.uint64(52 - keep)) << np.uint64(52 - keep)).view(np.float64)


def probabilities(n, shift, scale, exact, digits=None):
    x = rng.normal(-1.5, 1.2, n)
    p = 1 / (1 + np.exp(-x))
    if digits is not None:
        p = np.round(p, digits)
    if exact:
        p = edge(np.clip(p, 2.0 ** -14, 1))
    y = (rng.random(n) < 1 / (1 + np.exp(-(shift + scale * x)))).astype(int)
    frac, mean = calibration_curve(y, p, n_bins=10, strategy="uniform")
    bins = np.searchsorted(np.linspace(0, 1, 11)[1:-1], p)
    ece = sum(abs(y[bins == b].mean() - p[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    q = np.clip(p, 1e-9, 1 - 1e-9)
    fit = sm.Logit(y, sm.add_constant(np.log(q / (1 - q)))).fit(disp=0, tol=1e-13, maxiter=200)
    iso = IsotonicRegression(out_of_bounds="clip", increasing=True).fit(p, y)
    grid = np.linspace(0, 1, 41)
    return {"p": [float(v) for v in p], "y": [int(v) for v in y], "exact": exact,
            "auc": clean(roc_auc_score(y, p)), "brier": clean(brier_score_loss(y, p)), "log_loss": clean(log_loss(y, p)),
            "frac": clean(frac), "mean": clean(mean), "ece": clean(ece), "sum": clean(math.fsum(p)),
            "variance": clean(math.fsum(p * (1 - p))),
            "coef": clean(fit.params), "se": clean(fit.bse),
            "isotonic": clean(iso.predict(grid))}


tables = [[[int(v) for v in rng.integers(*lim, 4)] for _ in range(k)]
          for k, lim in ((2, (1, 40)), (2, (100, 4000)), (3, (1, 300)), (4, (0, 9)), (5, (1000, 90000)), (3, (20, 60)))]
tables[4] = [[v // 50 for v in t] for t in tables[4]]  # keep the rows few
out = {
    "confusion": [confusion(t) for t in tables],
    "probabilities": [probabilities(300, 0, 1, True), probabilities(300, .4, .8, False), probabilities(250, -.3, 1.3, False, 1),
                      probabilities(60, 0, .5, True)],
}
print(json.dumps(out))
