#!/usr/bin/env python3
"""Trains small models on german_credit and stores what the original libraries make of some rows.

  gen.py GERMAN_CREDIT_PARQUET OUT_DIR

Needs pandas 2.3, scorecardpy 0.1.9.7, optbinning 1.0.0, scikit-learn 1.9. Every fixture is NAME.json, the model
file as our formats define it, and NAME.rows.json: the inputs by column, and under "expect" what the library said.
The rows hold what scoring goes wrong on: bin edges and the numbers beside them, nulls, special codes, unseen levels.
"""
import json, math, sys, warnings
import numpy as np, pandas as pd

warnings.filterwarnings("ignore")
import scorecardpy as sc
from optbinning import BinningProcess, Scorecard
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

src, out = sys.argv[1:3]
G = pd.read_parquet(src)
Y = (G["creditability"] == "bad").astype(int)
for c in G.columns:
    if str(G[c].dtype) in ("category", "string", "large_string"):
        G[c] = G[c].astype(object)
RNG = np.random.default_rng(7)


def cell(x):
    if x is None or (isinstance(x, float) and math.isnan(x)):
        return None
    if isinstance(x, (np.integer, np.floating)):
        x = x.item()
        return None if isinstance(x, float) and math.isnan(x) else x
    return x


def column(s):
    return [cell(x) for x in s]


def store(name, model, X, expect):
    if model is not None:
        json.dump(model, open(f"{out}/{name}.json", "w"), indent=1)
    json.dump({"inputs": {c: column(X[c]) for c in X.columns}, "expect": {k: column(v) for k, v in expect.items()}},
              open(f"{out}/{name}.rows.json", "w"))


def around(edges, n):
    """Every edge, its neighbours on both sides, and extremes, cut or repeated to n values."""
    v = [x for e in edges for x in (np.nextafter(e, -np.inf), e, np.nextafter(e, np.inf))] + [-1e9, 1e9, 0.0]
    return np.resize(np.array(v, float), n)


def sample(X, n):
    return X.iloc[RNG.choice(len(X), n, replace=False)].reset_index(drop=True)


# ---- scorecardpy -----------------------------------------------------------------------------------------------
def scorecardpy_fixture():
    D = pd.DataFrame({
        "duration_in_month": G["duration_in_month"].astype(float),
        "credit_amount": G["credit_amount"].astype(float).mask(RNG.random(len(G)) < 0.1),      # missing bin
        "present_residence_since": G["present_residence_since"].astype(int),                     # special, found
        "age_in_years": G["age_in_years"].astype(float),                                         # special, not found
        "purpose": G["purpose"].astype(object),
        "housing": G["housing"].astype(object).mask(RNG.random(len(G)) < 0.1),                  # missing bin
    })
    D.loc[RNG.random(len(G)) < 0.1, "present_residence_since"] = -999
    D.loc[RNG.random(len(G)) < 0.1, "age_in_years"] = -999
    D["y"] = Y
    bins = sc.woebin(D, "y", special_values={"present_residence_since": [-999], "age_in_years": [-999]}, no_cores=1)
    W = sc.woebin_ply(D, bins, no_cores=1)
    xs = [c for c in W.columns if c.endswith("_woe")]
    lr = LogisticRegression(C=1e3, max_iter=1000).fit(W[xs], W["y"])
    args = dict(points0=600, odds0=1 / 19, pdo=50)
    card = sc.scorecard(bins, lr, xs, **args)
    coef = {x[:-4]: b for x, b in zip(xs, lr.coef_[0])}
    variables = []
    for v in [k for k in card if k != "basepoints"]:
        t = card[v].merge(bins[v][["bin", "woe"]], on="bin")
        variables.append(dict(name=v, coef=coef[v], bins=[
            dict(bin=b, points=float(p), woe=float(w)) for b, p, w in zip(t["bin"], t["points"], t["woe"])]))
    model = dict(format="scorecard-v1", library="scorecardpy 0.1.9.7, scikit-learn 1.9.1", **args,
                 basepoints=float(card["basepoints"]["points"].iloc[0]), intercept=float(lr.intercept_[0]), variables=variables)

    X = pd.concat([sample(D.drop(columns="y"), 60)] * 2, ignore_index=True)
    edges = {v: [float(b) for b in bins[v]["breaks"] if b not in ("inf", "missing", "-999.0", "-999") and "%" not in b]
             for v in bins if v not in ("purpose", "housing")}
    for v in ("duration_in_month", "credit_amount", "age_in_years"):
        X.loc[60:, v] = around(edges[v], 60)
    X.loc[60:, "present_residence_since"] = np.resize([-1000, -999, -998, 0, 1, 2, 3, 4, 5], 60)
    X.loc[60:69, "purpose"] = "yacht"
    X.loc[70:74, "purpose"] = None
    X.loc[75:79, "housing"] = ""
    X.loc[80:84, "housing"] = "missing"
    X.loc[85:89, "housing"] = "castle"
    X.loc[90:94, "duration_in_month"] = np.nan          # no missing bin
    X.loc[95:99, "credit_amount"] = np.nan
    X.loc[100:104, "age_in_years"] = -999
    S = sc.scorecard_ply(X, card, only_total_score=False)
    WX = sc.woebin_ply(X, bins, no_cores=1)[xs]
    ok = WX.notna().all(axis=1)
    margin = pd.Series(np.nan, index=X.index)
    prob = margin.copy()
    margin[ok] = lr.decision_function(WX[ok])
    prob[ok] = lr.predict_proba(WX[ok])[:, 1]
    expect = {"score": S["score"], "margin": margin, "probability": prob}
    expect |= {"points__" + v["name"]: S[v["name"] + "_points"].fillna(0) for v in variables}
    store("scorecardpy", model, X, expect)
    open(f"{out}/scorecardpy_table.json", "w").write(pd.concat(card.values(), ignore_index=True).to_json(orient="records"))
    store("scorecardpy_table", None, X, {"score": S["score"], "margin": S["score"]})


# ---- optbinning ------------------------------------------------------------------------------------------------
def optbinning_fixture(name, special, scaling, fit={}, **kw):
    num = {"duration_in_month": G["duration_in_month"], "credit_amount": G["credit_amount"], "age_in_years": G["age_in_years"]}
    D = pd.DataFrame({k: v.astype(float) for k, v in num.items()})
    D["purpose"] = G["purpose"].astype(object)
    D["housing"] = G["housing"].astype(object)
    D.loc[RNG.random(len(G)) < 0.1, "credit_amount"] = -9
    D.loc[RNG.random(len(G)) < 0.1, "credit_amount"] = -8
    D.loc[RNG.random(len(G)) < 0.1, "age_in_years"] = np.nan
    D.loc[RNG.random(len(G)) < 0.1, "housing"] = None
    D.loc[RNG.random(len(G)) < 0.1, "purpose"] = "N/A"
    names = list(D.columns)
    bp = BinningProcess(names, categorical_variables=["purpose", "housing"], special_codes=special)
    card = Scorecard(bp, LogisticRegression(C=1e3, max_iter=1000), scaling_method=scaling["method"],
                     scaling_method_params={k: v for k, v in scaling.items() if k != "method"}, **kw)
    card.fit(D, Y, **fit)
    T = card.table(style="detailed")
    variables, edges = [], {}
    for v in card.binning_process_.get_support(names=True):
        o = card.binning_process_.get_binned_variable(v)
        t = T[T["Variable"] == v]
        e = dict(name=v, type="numeric" if o.dtype == "numerical" else "categorical")
        if o.dtype == "numerical":
            e["splits"] = edges[v] = [float(s) for s in o.splits]
        else:
            e["categories"] = [[str(c) for c in g] for g in o.splits]
        woe = pd.to_numeric(t["WoE"])
        e["bins"] = [dict(bin=str(b), bin_id=int(i), woe=float(w), coef=float(c), points=float(p), count=int(n), event=int(y))
                     for b, i, w, c, p, n, y in zip(t["Bin"], t["Bin id"], woe, t["Coefficient"], t["Points"], t["Count"], t["Event"])]
        variables.append(e)
    model = dict(format="scorecard-optbinning-v1", library="optbinning 1.0.0", scaling=scaling,
                 intercept=float(card.estimator_.intercept_[0]), points_intercept=float(np.ravel(card.intercept_)[0]),
                 special_codes=special, metric_special=fit.get("metric_special", 0), metric_missing=fit.get("metric_missing", 0),
                 **kw, variables=variables)
    X = pd.concat([sample(D, 60)] * 2, ignore_index=True)
    for v in edges:
        X.loc[60:, v] = around(edges[v], 60)
    X.loc[60:69, "purpose"] = "yacht"
    X.loc[70:74, "housing"] = "castle"
    X.loc[75:79, "housing"] = None
    X.loc[80:84, "purpose"] = None
    X.loc[85:89, "purpose"] = "N/A"
    X.loc[90:99, "credit_amount"] = np.resize([-9, -8, -7, np.nan, -9.5], 10)
    X.loc[100:104, "age_in_years"] = np.nan
    X.loc[105:109, "duration_in_month"] = -8
    store(name, model, X, {"score": card.score(X), "margin": card.decision_function(X), "probability": card.predict_proba(X)[:, 1]})


# ---- scikit-learn ----------------------------------------------------------------------------------------------
def logistic_fixture():
    num = ["duration_in_month", "credit_amount", "age_in_years"]
    cat = ["purpose", "housing"]
    D = G[num].astype(float).join(G[cat].astype(object))
    p = make_pipeline(ColumnTransformer([("n", StandardScaler(), num), ("c", OneHotEncoder(handle_unknown="ignore"), cat)]),
                      LogisticRegression(max_iter=1000)).fit(D, Y)
    ct, lr = p[0], p[1]
    s, e, coef = ct.named_transformers_["n"], ct.named_transformers_["c"], list(map(float, lr.coef_[0]))
    at, cats = len(num), []
    for c, levels in zip(cat, e.categories_):
        cats.append(dict(name=c, unknown="contributes 0", levels=[dict(value=str(l), coef=coef[at + i]) for i, l in enumerate(levels)]))
        at += len(levels)
    model = dict(format="logreg-v1", library="scikit-learn 1.9.1", target="1 = bad", intercept=float(lr.intercept_[0]),
                 numeric=[dict(name=n, mean=float(m), scale=float(v), coef=k) for n, m, v, k in zip(num, s.mean_, s.scale_, coef)],
                 categorical=cats)
    X = sample(D, 80)
    X.loc[:9, "purpose"] = "yacht"
    X.loc[10:14, "housing"] = None
    X.loc[15:19, "credit_amount"] = [-1e6, 0, 1e-300, 1e9, -0.0]
    store("logistic", model, X, {"margin": p.decision_function(X), "probability": p.predict_proba(X)[:, 1]})


# ---- the benchmark's card, as numpy computes it -------------------------------------------------------------------
def clipped_fixture():
    feats = [("monthly_income", 11200.0, 5900.0, 0.35, 0.0), ("dti", 0.38, 0.15, -0.40, None), ("utilisation", 0.45, 0.22, -0.45, 0.0),
             ("delinq_12m", 0.75, 1.0, -0.55, None), ("file_age_months", 70.0, 35.0, 0.25, -0.20), ("ontime_ratio", 0.88, 0.10, 0.40, -0.30)]
    n = 80
    mean, sd, w = (np.array([f[i] for f in feats]) for i in (1, 2, 3))
    x = np.round(mean + sd * RNG.standard_normal((n, len(feats))) * 2.5, 3)
    for j, f in enumerate(feats):
        if f[4] is not None:
            x[RNG.random(n) < 0.2, j] = np.nan
    x[0] = mean + 4 * sd
    x[1] = mean - 9 * sd
    con = np.where(np.isnan(x), [f[4] or 0.0 for f in feats], w * np.clip((x - mean) / sd, -4, 4))
    factor = 20 / np.log(2)
    margin = 1.10 + con.sum(1)
    model = dict(evenhand="logistic", version=1, name="bench", target="good", intercept=1.10,
                 numeric=[dict(name=f[0], mean=f[1], scale=f[2], coef=f[3], clip=[-4, 4]) | ({} if f[4] is None else dict(missing=f[4])) for f in feats],
                 scale=dict(factor=factor, offset=600), rounding=dict(mode="half_even", digits=2))
    store("clipped", model, pd.DataFrame(x, columns=[f[0] for f in feats]),
          {"score": np.round(600 + factor * margin, 2), "margin": margin, "probability": 1 / (1 + np.exp(-margin))})


scorecardpy_fixture()
pdo = dict(method="pdo_odds", pdo=20, odds=50, scorecard_points=600)
optbinning_fixture("optbinning", [-9, -8, "N/A"], pdo, dict(metric_special="empirical", metric_missing="empirical"))
optbinning_fixture("optbinning_rounded", {"none": -9, "unknown": [-8, "N/A"]}, pdo, rounding=True, intercept_based=True)
optbinning_fixture("optbinning_minmax", [-9, -8, "N/A"], dict(method="min_max", min=300, max=850), dict(metric_special="empirical", metric_missing=0.25), reverse_scorecard=True)
logistic_fixture()
clipped_fixture()
