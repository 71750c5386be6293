"""Writes increaseparity.txtar (without its .want files) and increaseparity.json:
accounts drawn at random, and what lifelines makes of the same waits. Run it by
hand, then accept with go test -run Increase -update:

    python increaseparity.py

F wait longer than M within equal product and score. "old" wait longer than
"young" only because more of them have the product slow. Some accounts are
look-alikes: increases that failed, were taken back, are temporary or tiny.
"""
import datetime as dt, json, warnings

import numpy as np, lifelines
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from statsmodels.duration.survfunc import survdiff
from statsmodels.duration.hazard_regression import PHReg

warnings.simplefilter("ignore")
rng = np.random.default_rng(7)
ASOF = dt.date(2026, 6, 30)
PLAN = """Waits for the first increase; see increaseparity.py.
-- plan.yaml --
version: 1
lender: Fixture
as_of: 2026-06-30
period: all
tables:
  limits: {files: [limits.parquet]}
  decisions: {files: [decisions.parquet]}
  repayments: {files: [repayments.parquet]}
groups:
  sex: {reference: M}
  age: {reference: young}
strata:
  region: {}
"""
decisions = ["decision_id,application_id,customer_id,product,decided_at,outcome,score,sex,age,region"]
limits = ["event_id,account_id,customer_id,product,at,kind,limit_before,limit_after,temporary_until,error_code"]
repayments = ["loan_id,installment_no,customer_id,account_id,due_date,due_amount,paid_at,paid_amount"]
waits = []
n_event = 0


def event(a, product, day, hour, kind, before="", after="", until="", code=""):
    global n_event
    n_event += 1
    limits.append(f"e{n_event:04d},a{a:03d},c{a:03d},{product},{day}T{hour}+08:00,{kind},{before},{after},{until},{code}")


for a in range(260):
    sex = "F" if rng.random() < .5 else "M"
    age = "old" if rng.random() < .5 else "young"
    product = "slow" if rng.random() < (.75 if age == "old" else .25) else "fast"
    region = "n" if rng.random() < .5 else "s"
    score = int(rng.choice([610, 630]))
    opened = dt.date(2024, 6, 1) + dt.timedelta(int(rng.integers(0, 540)))
    follow = (ASOF - opened).days
    t = rng.exponential(150 * (2.2 if sex == "F" else 1) * (3 if product == "slow" else 1))
    c = rng.exponential(1500)
    t, c = int(t) + 1, int(c) + 1
    if t == c:
        c += 1
    decisions.append(f"d{a:03d},p{a:03d},c{a:03d},{product},{opened}T09:00:00+08:00,approved,{score},{sex},{age},{region}")
    event(a, product, opened, "10:00:00", "grant", 0, 1000000)
    day = lambda k: opened + dt.timedelta(int(k))
    if a % 20 == 0:  # failed
        event(a, product, day(min(t, c, follow) // 2), "10:00:00", "increase", 1000000, 1000000, code="E500")
    if a % 20 == 1 and min(t, c, follow) > 4:  # taken back
        event(a, product, day(min(t, c, follow) // 2), "10:00:00", "increase", 1000000, 1500000)
        event(a, product, day(min(t, c, follow) // 2), "10:05:00", "decrease", 1500000, 1000000)
    if a % 20 == 2 and min(t, c, follow) > 40:  # temporary
        event(a, product, day(5), "10:00:00", "increase", 1000000, 1500000, until=f"{day(15)}T10:00:00+08:00")
        event(a, product, day(15), "10:00:00", "expire", 1500000, 1000000)
    if a % 20 == 3 and min(t, c, follow) > 4:  # under the least step
        event(a, product, day(2), "10:00:00", "increase", 1000000, 1000100)
    limit = 1000100 if a % 20 == 3 and min(t, c, follow) > 4 else 1000000
    for k in range(60, follow, 90):
        if k < min(t, c):
            event(a, product, day(k), "12:00:00", "evaluate", limit, limit)
    how = a % 4
    if min(t, c) > follow:
        end, kind = follow, 0
    elif t < c:
        end, kind = t, 1
        event(a, product, day(t), "13:00:00", "increase", limit, limit + 200000)
    else:
        end, kind = c, 2
        if how == 0:
            event(a, product, day(c), "13:00:00", "decrease", limit, 500000)
        elif how == 1:
            event(a, product, day(c), "13:00:00", "close", limit, 0)
        elif how == 2:
            event(a, product, day(c), "13:00:00", "freeze", limit, limit)
        else:  # default: 90 days past due on day c
            repayments.append(f"l{a:03d},1,c{a:03d},a{a:03d},{day(c - 90)},1000,,")
    waits.append((end, kind, sex, age, f"{product}|{score}|{region}"))
event(999, "fast", dt.date(2025, 3, 1), "10:00:00", "increase", 1000000, 2000000)  # no grant on record
files = {"decisions.csv": decisions, "repayments.csv": repayments, "limits.csv": limits}
with open("increaseparity.txtar", "w") as f:
    f.write(PLAN)
    for name, rows in files.items():
        f.write(f"-- {name} --\n" + "\n".join(rows) + "\n")
    f.write("-- metrics.want --\n-- findings.want --\n-- coverage.want --\n")

t, k = np.array([w[0] for w in waits]), np.array([w[1] for w in waits])
out = {"versions": {"lifelines": lifelines.__version__}, "values": []}
put = lambda *x: out["values"].append({"name": x[0], "segment": x[1], "group": x[2], "reference": x[3], "value": float(x[4])})
for dim, col, ref in (("sex", 2, "M"), ("age", 3, "young")):
    g = np.array([w[col] for w in waits])
    strata = np.array([w[4] for w in waits])
    cif = {}
    for v in sorted(set(g)):
        m = g == v
        aj = lifelines.AalenJohansenFitter(calculate_variance=False, jitter_level=1e-9, seed=1).fit(t[m], k[m], event_of_interest=1)
        for at in (182, 365):
            c = aj.cumulative_density_
            x = c[c.index <= at + .5].iloc[-1, 0]
            put("cumulative_incidence", f"day={at}", f"{dim}={v}", "", x)
            cif[v, at] = x
        put("at_risk", "day=365", f"{dim}={v}", "", (t[m] >= 365).sum())
    other = [v for v in sorted(set(g)) if v != ref][0]
    for at in (182, 365):
        put("cumulative_incidence_ratio", f"day={at}", f"{dim}={other}", f"{dim}={ref}", cif[other, at] / cif[ref, at])
    x2, p = survdiff(t, (k == 1).astype(int), (g == other).astype(int), strata=strata)
    put("P", "day=365", f"{dim}={other}", f"{dim}={ref}", p)
    f = PHReg(t.astype(float), (g == other).astype(float)[:, None], status=(k == 1).astype(int), strata=strata, ties="efron").fit(method="newton", disp=0, tol=1e-13)
    put("hazard_ratio", "", f"{dim}={other}", f"{dim}={ref}", np.exp(f.params[0]))
json.dump(out, open("increaseparity.json", "w"), indent=0)
