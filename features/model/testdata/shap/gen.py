"""Trains two small models and writes down what shap says of some rows against a background.

    python gen.py DATA OUT

Beside them stand the Shapley values by their definition, over all sets of inputs, from the library's own margins.

DATA has german_credit.parquet and openintro_loans.parquet. The answers are those of
shap.TreeExplainer(model, data=background, feature_perturbation="interventional", model_output="raw"), which goes its
own way through the trees. Made with shap 0.51, lightgbm 4.7 and xgboost 3.2.
"""

import json
import math
import os
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
import shap
import xgboost as xgb

DATA, OUT = sys.argv[1:3]
rng = np.random.default_rng(11)


def cells(x):
    """By column; null for missing."""
    return {c: [None if math.isnan(v) else float(v) for v in x[c]] for c in x.columns}


def by_definition(margin, background, rows):
    """The base, and the Shapley values of each row: background and rows are arrays, margin that of an array."""
    m = rows.shape[1]
    base, values = margin(background).mean(), np.zeros(rows.shape)
    for r, row in enumerate(rows):
        v = []
        for s in range(2**m):
            known = [s >> i & 1 == 1 for i in range(m)]
            v.append(margin(np.where(known, row, background)).mean())
        for i in range(m):
            for s in range(2**m):
                if s >> i & 1 == 0:
                    k = bin(s).count("1")
                    weight = math.factorial(k) * math.factorial(m - k - 1) / math.factorial(m)
                    values[r, i] += weight * (v[s | 1 << i] - v[s])
    return float(base), values


def save(name, ending, booster, x, margin, library):
    booster.save_model(os.path.join(OUT, name + ending))
    pick = rng.permutation(len(x))
    background, rows = x.iloc[pick[:80]], x.iloc[pick[80:110]]
    e = shap.TreeExplainer(booster, data=background.to_numpy(), feature_perturbation="interventional", model_output="raw")
    values = e.shap_values(rows.to_numpy(), check_additivity=False)
    said = {
        "library": f"shap {shap.__version__} of {library}",
        "background": cells(background),
        "rows": cells(rows),
        "base": float(np.ravel(e.expected_value)[0]),
        "contributions": np.asarray(values).tolist(),
    }
    base, values = by_definition(margin, background.to_numpy(), rows.to_numpy())
    said |= {"base_by_definition": base, "by_definition": values.tolist()}
    print(name, "differences", abs(said["base"] - base), np.abs(values - said["contributions"]).max())
    with open(os.path.join(OUT, name + ".shap.json"), "w") as f:
        json.dump(said, f, separators=(",", ":"))


loans = pd.read_parquet(os.path.join(DATA, "openintro_loans.parquet")).iloc[:3000].reset_index(drop=True)
x = loans[["annual_income", "debt_to_income", "months_since_last_delinq", "total_credit_limit", "loan_amount", "emp_length"]].astype(float)
y = (loans.interest_rate > 12).astype(float)
booster = lgb.train({"objective": "binary", "num_leaves": 12, "learning_rate": 0.2, "min_data_in_leaf": 20, "verbose": -1, "seed": 5,
                     "num_threads": 1, "deterministic": True, "force_row_wise": True}, lgb.Dataset(x, y), 12)
save("lightgbm", ".txt", booster, x, lambda a: booster.predict(a, raw_score=True), "lightgbm " + lgb.__version__)

german = pd.read_parquet(os.path.join(DATA, "german_credit.parquet"))
x = german[["duration_in_month", "credit_amount", "age_in_years", "installment_rate_in_percentage_of_disposable_income"]].astype(np.float32)
x = x.mask(rng.random(x.shape) < 0.1)
y = (german.creditability == "bad").astype(float)
booster = xgb.train({"objective": "binary:logistic", "max_depth": 5, "eta": 0.3, "seed": 5, "nthread": 1, "tree_method": "hist"},
                    xgb.DMatrix(x, y), 12)
save("xgboost", ".json", booster, x, lambda a: booster.predict(xgb.DMatrix(a, feature_names=list(x.columns)), output_margin=True).astype(float), "xgboost " + xgb.__version__)
