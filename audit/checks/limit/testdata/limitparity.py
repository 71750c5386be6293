"""Writes limitparity.txtar (without its .want files) and limitparity.json:
accounts drawn at random, and what numpy, scipy and statsmodels make of them. Run
it by hand, then accept with go test -run LimitParity -update:

    python limitparity.py

F fare worse than M within equal product. "old" have more decreases and lower
first limits than "young" only because more of them have the product mini. Some
decreases are look-alikes: asked for, taken back, or the end of a temporary limit.
"""
import datetime as dt, json, math

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

rng = np.random.default_rng(11)
ASOF = dt.date(2026, 6, 30)
PLAN = """How groups fare with their limits; see limitparity.py.
-- plan.yaml --
version: 1
lender: Fixture
as_of: 2026-06-30
timezone: UTC
period: all
tables:
  limits: {files: [limits.parquet]}
  decisions: {files: [decisions.parquet]}
groups:
  sex: {reference: M}
  age: {reference: young}
"""
decisions = ["decision_id,application_id,customer_id,product,decided_at,outcome,score,channel,sex,age"]
limits = ["event_id,account_id,customer_id,product,at,kind,limit_before,limit_after,displayed_limit,drawable_limit,outstanding,promise_id,promised_amount,promise_due,temporary_until,trigger,notice_at"]
accounts = []
serial = 0


def event(a, product, day, hour, kind, **x):
    global serial
    serial += 1
    cells = [f"e{serial:04d}", f"a{a:03d}", f"c{a:03d}", product, f"{day}T{hour}Z", kind]
    cells += [str(x.get(k, "")) for k in limits[0].split(",")[6:]]
    limits.append(",".join(cells))


for a in range(300):
    sex = "F" if rng.random() < .5 else "M"
    age = "old" if rng.random() < .5 else "young"
    product = "mini" if rng.random() < (.8 if age == "old" else .2) else "line"
    channel = "app" if rng.random() < .7 else "web"
    days = int(rng.integers(200, 700))
    opened = ASOF - dt.timedelta(days)
    day = lambda k: opened + dt.timedelta(int(k))
    limit = int(round(10000 * (.4 if product == "mini" else 1) * (.7 if sex == "F" else 1) * math.exp(.2 * rng.standard_normal()), -2)) * 100
    x = dict(sex=sex, age=age, product=product, channel=channel, days=days + 1, grant=limit / 100, decreases=0, told=0, sizes=[], phantom=False, hours=0., short=0)
    decisions.append(f"d{a:03d},p{a:03d},c{a:03d},{product},{opened}T09:00:00Z,approved,,{channel},{sex},{age}")
    event(a, product, opened, "10:00:00", "grant", limit_before=0, limit_after=limit, trigger="policy")
    at = 3
    if a % 3 == 0:  # an increase
        delta = int(round(limit * .1 * (.6 if sex == "F" else 1) * math.exp(.3 * rng.standard_normal()) / 100)) * 100
        event(a, product, day(at), "10:00:00", "increase", limit_before=limit, limit_after=limit + delta)
        if delta >= max(10000, limit * .01):
            x["sizes"].append(delta / limit)
        limit += delta
    at = 10
    if a % 25 == 1:  # temporary
        event(a, product, day(at), "10:00:00", "increase", limit_before=limit, limit_after=limit + 100000, temporary_until=f"{day(at + 5)}T10:00:00Z")
        event(a, product, day(at + 5), "10:00:00", "decrease", limit_before=limit + 100000, limit_after=limit)
    if a % 25 == 2:  # asked for
        event(a, product, day(20), "10:00:00", "decrease", limit_before=limit, limit_after=limit - 10000, trigger="customer")
        limit -= 10000
    if a % 25 == 3:  # taken back
        event(a, product, day(20), "10:00:00", "decrease", limit_before=limit, limit_after=limit - 10000)
        event(a, product, day(20), "10:04:00", "increase", limit_before=limit - 10000, limit_after=limit)
    n = rng.poisson(days / 365.25 * .4 * (2.5 if product == "mini" else 1) * (2 if sex == "F" else 1))
    for k in sorted(rng.choice(np.arange(30, days), n, replace=False)):
        told = rng.random() < (.5 if sex == "F" else .9)
        cut = int(limit * .1 / 100) * 100
        event(a, product, day(k), "11:00:00", "decrease", limit_before=limit, limit_after=limit - cut, trigger="risk",
              notice_at=f"{day(k - 2)}T09:00:00Z" if told else (f"{day(k + 1)}T09:00:00Z" if rng.random() < .5 else ""))
        limit -= cut
        x["decreases"] += 1
        x["told"] += told
        x.setdefault("first", told)
    # Displays on the last days; some show a phantom for some hours.
    if a % 5:
        last = days - 2
        if rng.random() < (.4 if sex == "F" else .1):
            hours = int(rng.integers(2, 20))
            event(a, product, day(last), "00:00:00", "display", displayed_limit=limit, drawable_limit=100, outstanding=0)
            event(a, product, day(last), "01:00:00", "display", displayed_limit=limit, drawable_limit=100, outstanding=0)
            event(a, product, day(last), f"{hours:02d}:00:00", "display", displayed_limit=limit, drawable_limit=limit, outstanding=0)
            x["phantom"], x["hours"] = True, float(hours)
        else:
            event(a, product, day(last), "00:00:00", "display", displayed_limit=limit, drawable_limit=limit, outstanding=0)
        x["viewed"] = True
    if a % 4 == 0:  # a promise of 1000, kept or not
        event(a, product, day(days - 20), "12:00:00", "promise", promise_id=f"P{a}", promised_amount=100000, promise_due=day(days - 10))
        if rng.random() < .5:
            event(a, product, day(days - 10), "12:00:00", "increase", limit_before=limit, limit_after=limit + 100000, promise_id=f"P{a}")
            if 100000 >= limit * .01:
                x["sizes"].append(100000 / limit)
        else:
            x["short"] = 1000
    accounts.append(x)
# Events of an account in time order: the ledger sorts them anyway.
with open("limitparity.txtar", "w") as f:
    f.write(PLAN)
    for name, rows in {"decisions.csv": decisions, "limits.csv": limits}.items():
        f.write(f"-- {name} --\n" + "\n".join(rows) + "\n")
    f.write("-- metrics.want --\n-- findings.want --\n-- coverage.want --\n")

out = []


def put(name, group, ref, value, lo=None, p=None):
    out.append({k: v for k, v in {"name": name, "group": group, "reference": ref, "value": float(value), "low": lo and float(lo), "p": p and float(p)}.items() if v is not None})


def sel(dim, v):
    return [x for x in accounts if x[dim] == v]


def years(xs):
    return sum(x["days"] for x in xs) / 365.25


def strat(dim, g, r, values):
    d, w, var = [], [], []
    for product in ("line", "mini"):
        a = np.array([v for x in sel(dim, g) if x["product"] == product for v in values(x)])
        b = np.array([v for x in sel(dim, r) if x["product"] == product for v in values(x)])
        a, b = np.log(a), np.log(b)
        d.append(a.mean() - b.mean())
        w.append(len(a) * len(b) / (len(a) + len(b)))
        var.append(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    d, w, var = map(np.array, (d, w, var))
    return (w * d).sum() / w.sum(), math.sqrt((w**2 * var).sum()) / w.sum()


for dim, ref in (("sex", "M"), ("age", "young"), ("product", None), ("channel", None)):
    for v in sorted({x[dim] for x in accounts}):
        xs = sel(dim, v)
        k = sum(x["decreases"] for x in xs)
        put("decreases_per_account_year", f"{dim}={v}", "", k / years(xs), stats.chi2.ppf(.025, 2 * k) / 2 / years(xs))
        put("notice_before_decrease_rate", f"{dim}={v}", "", sum(x["told"] for x in xs) / k, proportion_confint(sum(x["told"] for x in xs), k, method="wilson")[0])
        vs = [x for x in xs if x.get("viewed")]
        put("phantom_account_rate", f"{dim}={v}", "", sum(x["phantom"] for x in vs) / len(vs), proportion_confint(sum(x["phantom"] for x in vs), len(vs), method="wilson")[0])
        y, t = np.array([x["hours"] for x in vs]), np.array([x["days"] / 365.25 for x in vs])
        r = y.sum() / t.sum()
        se = math.sqrt(len(vs) / (len(vs) - 1) * ((y - r * t) ** 2).sum()) / t.sum()
        put("phantom_hours_per_account_year", f"{dim}={v}", "", r, r - stats.norm.ppf(.975) * se)
        s = np.array([x["short"] for x in xs])
        put("promise_shortfall_per_customer", f"{dim}={v}", "", s.mean(), s.mean() - stats.norm.ppf(.975) * s.std(ddof=1) / math.sqrt(len(s)))
        put("initial_limit_geometric_mean", f"{dim}={v}", "", stats.gmean([x["grant"] for x in xs]))
        put("increase_size_geometric_mean", f"{dim}={v}", "", stats.gmean([z for x in xs for z in x["sizes"][:1]]))
        if ref and v != ref:
            num = den = d = var = 0
            for product in ("line", "mini"):
                a, b = [x for x in xs if x["product"] == product], [x for x in sel(dim, ref) if x["product"] == product]
                ka, kb, ta, tb = sum(x["decreases"] for x in a), sum(x["decreases"] for x in b), years(a), years(b)
                num, den = num + ka * tb / (ta + tb), den + kb * ta / (ta + tb)
                d, var = d + ka - (ka + kb) * ta / (ta + tb), var + (ka + kb) * ta * tb / (ta + tb) ** 2
            share = lambda xs: np.mean([x["first"] for x in xs if "first" in x])
            put("notice_before_decrease_rate_difference", f"{dim}={v}", f"{dim}={ref}", share(xs) - share(sel(dim, ref)))
            k = pearson = 0
            for xs2 in (xs, sel(dim, ref)):
                for product in ("line", "mini"):
                    c = np.array([x["decreases"] for x in xs2 if x["product"] == product])
                    e = np.array([x["days"] for x in xs2 if x["product"] == product])
                    k, pearson = k + c.sum(), pearson + ((c - c.sum() / e.sum() * e) ** 2).sum()
            put("decrease_rate_ratio", f"{dim}={v}", f"{dim}={ref}", num / den, p=stats.chi2.sf(d * d / var / max(1, pearson / k), 1))
            for name, values in (("initial_limit_ratio", lambda x: [x["grant"]]), ("increase_size_ratio", lambda x: x["sizes"][:1])):
                e, se = strat(dim, v, ref, values)
                put(name, f"{dim}={v}", f"{dim}={ref}", math.exp(e), math.exp(e - stats.norm.ppf(.975) * se), 2 * stats.norm.sf(abs(e / se)))
json.dump({"note": "written by limitparity.py", "values": out}, open("limitparity.json", "w"), indent=0)
