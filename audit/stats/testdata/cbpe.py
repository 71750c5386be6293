"""Writes cbpe.json: estimates of NannyML's CBPE, that the Go tests compare with.
Run it by hand in an environment that has nannyml:

    python cbpe.py > cbpe.json

The probabilities lie on the lower edges of the bins of stats.Reliability, so
that nothing but NannyML's own rounding (of sums, to 5 decimals) differs.
"""
import json, warnings

import numpy as np, pandas as pd
import nannyml as nml
from nannyml.calibration import IsotonicCalibrator

warnings.simplefilter("ignore")
rng = np.random.default_rng(11)


def edge(p, keep=6):
    b = np.asarray(p, np.float64).view(np.uint64)
    return ((b >> np.uint64(52 - keep)) << np.uint64(52 - keep)).view(np.float64)


def sample(n, mean):
    x = rng.normal(mean, 1.1, n)
    return x, edge(np.clip(1 / (1 + np.exp(-(.9 + 1.4 * x))), 2.0 ** -14, 1))


threshold = 0.25
xr, pr = sample(4000, -1.8)
yr = (rng.random(len(xr)) < 1 / (1 + np.exp(-xr))).astype(int)
chunks = [sample(1000, m)[1] for m in (-1.8, -1.2, -2.4)]

frame = lambda p, y: pd.DataFrame({"p": p, "h": (p >= threshold).astype(int), "y": y})
ref, new = frame(pr, yr), frame(np.concatenate(chunks), 0)
metrics = ["roc_auc", "f1", "accuracy", "precision", "recall", "confusion_matrix"]
cbpe = nml.CBPE(problem_type="classification_binary", y_pred_proba="p", y_pred="h", y_true="y", metrics=metrics,
                chunk_size=1000, normalize_confusion_matrix=None)
cbpe.fit(ref)
assert cbpe.needs_calibration, "the sample is meant to need it"
res = cbpe.estimate(new.drop(columns="y")).filter(period="analysis").to_df()
values = []
for i in range(len(chunks)):
    row = {m: float(res[(m, "value")].iloc[i]) for m in
           ["roc_auc", "f1", "accuracy", "precision", "recall", "true_positive", "false_positive", "false_negative", "true_negative"]}
    row["roc_auc_se"] = float(res[("roc_auc", "sampling_error")].iloc[i])
    values.append(row)


def counts(p, y=None):
    u = np.unique(p)
    return [[float(v), int((p == v).sum())] + ([int(y[p == v].sum())] if y is not None else []) for v in u]


cal = IsotonicCalibrator()
cal.fit(pr, yr)
print(json.dumps({"nannyml": nml.__version__, "threshold": threshold, "reference": counts(pr, yr),
                  "calibrated": [float(v) for v in cal.calibrate(np.unique(pr))],
                  "chunks": [counts(c) for c in chunks], "values": values}))
