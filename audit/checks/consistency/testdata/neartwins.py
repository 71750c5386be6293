"""Writes neartwins-many.txtar, random decisions, and neartwins.json, what numpy
makes of them: near twins and the consistency of nearest neighbours by Gower's
distance, both by brute force."""
import json
import os
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(20260102)
n = 160
a = np.round(rng.uniform(0, 100, n), 3)
b = np.round(rng.uniform(0, 1, n), 5)
for i in range(100, n):  # near ones of the first
    a[i], b[i] = round(a[i - 100] + rng.uniform(-2, 2), 3), round(b[i - 100] + rng.uniform(-0.02, 0.02), 5)
city = rng.choice(["north", "south"], n)
city[100:] = city[: n - 100]
loans = rng.choice([0, 1, 4], n, p=[0.5, 0.4, 0.1])
missing = rng.random(n) < 0.05

points = np.where(a < 30, 20, np.where(a < 60, 40, 60)) + np.where(missing, 20, np.where(b < 0.5, 50, 30)) + np.where(city == "north", 20, 10)
passes = (points >= 100) & (loans < 3)
approved = passes.copy()
wrong = rng.choice(n, 12, replace=False)
approved[wrong] = ~approved[wrong]

lines = ["decision_id,application_id,customer_id,product,decided_at,outcome,requested_amount,decider,channel,model_version,policy_version,score,a,b,city,loans"]
for i in range(n):
    lines.append(f"d{i:03},x{i},c{i},cash,2025-03-01T10:00:00Z,{'approved' if approved[i] else 'denied'},1000,auto,app,m1,p1,{points[i]},{a[i]},{'' if missing[i] else b[i]},{city[i]},{loans[i]}")
plan = """Near twins, at random: see neartwins.py, which wrote this, and neartwins.json.
-- plan.yaml --
version: 1
lender: Fixture
as_of: 2025-12-31
timezone: UTC
tables:
  decisions: {files: [d.parquet]}
models:
  - {version: m1, file: card.yaml}
policies:
  - version: p1
    rules:
      - {id: loans, stage: knockout, when: loans >= 3}
      - {id: cut, stage: score, cutoff: {approve: 100}}
-- card.yaml --
evenhand: card
version: 1
base_points: 0
closed: left
characteristics:
  - {name: a, edges: [30, 60], points: [20, 40, 60]}
  - {name: b, edges: [0.5], points: [50, 30], missing: 20}
  - {name: city, levels: {north: 20, south: 10}}
-- decisions.csv --
"""
with open(os.path.join(here, "neartwins-many.txtar"), "w") as f:
    f.write(plan + "\n".join(lines) + "\n-- metrics.want --\n-- findings.want --\n-- coverage.want --\n")

num = np.c_[a, np.where(missing, np.nan, b)]
span = np.nanmax(num, axis=0) - np.nanmin(num, axis=0)
d = np.zeros((n, n))
for k in range(2):
    x = num[:, k]
    both = ~np.isnan(x)[:, None] & ~np.isnan(x)[None, :]
    neither = np.isnan(x)[:, None] & np.isnan(x)[None, :]
    d += np.where(both, np.abs(x[:, None] - x[None, :]) / span[k], np.where(neither, 0.0, 1.0))
d = (d + (city[:, None] != city[None, :])) / 3

knn = {}
for name, y in (("own", approved), ("replay", passes)):
    out = []
    for i in range(n):
        order = [j for j in np.argsort(d[i], kind="stable") if j != i][:5]
        out.append(1 - abs(float(y[i]) - np.mean(y[order])))
    knn[name] = float(np.mean(out))
rule = loans >= 3
pairs = {"agree": 0, "conflict": 0, "explained": 0}
odd, near = set(), set()
for i in range(n):
    for j in range(i):
        if d[i, j] > 0.02 or rule[i] != rule[j]:
            continue
        near |= {i, j}
        if approved[i] == approved[j]:
            pairs["agree"] += 1
        elif passes[i] != passes[j]:
            pairs["explained"] += 1
        else:
            pairs["conflict"] += 1
            odd.add(i if approved[i] != passes[i] else j)
json.dump({"knn": knn, "pairs": pairs, "near": len(near), "odd": len(odd), "cases": sorted(f"d{i:03}" for i in odd if not approved[i])},
          open(os.path.join(here, "neartwins.json"), "w"), indent=1)
