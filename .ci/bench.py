#!/usr/bin/env python3
"""Scan, rescore and count groups: evenhand beside DuckDB, in one interleaved run.

  .ci/bench.py [ROWS=1e7] [ROUNDS=5] [DIR]

Needs Go, Python with numpy, pyarrow and duckdb, and the generator of the
benchmark export, ../shared/bench/gen.py. Writes the export to DIR once (default
under the temporary directory), builds evenhand, runs both in turn on it with
two workers, compares the counts they find, and prints wall, CPU and peak
memory of each as whole processes, and the ratios pair by pair (medians).

Both read the decisions once, rescore every row with the 12-feature model of
its version, name the decisions and customers whose recorded score differs by more
than half a point, and count outcomes by month and group of sex, age band and
ethnicity. DuckDB gets the form that suits it best: one query, one scan, one
GROUP BY. evenhand does besides what an audit must: it hashes the input,
classifies the mismatches, tests the gaps and writes the report.
"""
import json, os, statistics, subprocess, sys, tempfile, time

ROWS = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10_000_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SHARED = os.path.join(ROOT, "..", "shared", "bench")
DIR = sys.argv[3] if len(sys.argv) > 3 else os.path.join(tempfile.gettempdir(), f"evenhand-bench-{ROWS}")
WORKERS = "2"

PLAN = """version: 1
lender: Benchmark lender
as_of: 2026-12-31
timezone: UTC
tables:
  decisions:
    files: [decisions.parquet]
    columns:
      decision_id: application_id
      customer_id: applicant_id
      outcome: {from: outcome, values: {approve: approved, deny: denied, error: error}}
models:
  - {version: m1, file: m1.json, tolerance: 0.5}
  - {version: m2, file: m2.json, tolerance: 0.5}
groups:
  sex: {reference: M}
  age: {bands: [25, 35, 45, 60], reference: 35-45}
  ethnicity: {reference: E1}
skip: [ingest, governance, unexplaineddenial, scoredrift, technicaldenial, reasonmatch, recourse, stalledlimit,
  intersection, conditionalparity, adjustedparity, scoreparity, outcomeparity, overrideparity, channelparity, repeatflip, twins, neartwins, dominated,
  thresholdedge, conditions, mixdrift, performance, changepoint]
checks:
  scorematch: {stale: false}   # looking for stale snapshots would read everything twice
"""

def duckdb_query(m):
    """The same work as one scan and one GROUP BY, whose small result is rolled up."""
    f = m["features"]
    z = lambda x: f"least(4.0, greatest(-4.0, ({x['name']}-{x['mean']!r})/{x['sd']!r}))"
    logit = lambda w: "+".join([repr(m["b0"])] + [f"(CASE WHEN {x['name']} IS NULL THEN {x['w_missing']!r} ELSE {x[w]!r}*{z(x)} END)" for x in f])
    return f"""SELECT month(decided_at) m, sex, CASE WHEN age<25 THEN 0 WHEN age<35 THEN 1 WHEN age<45 THEN 2 WHEN age<60 THEN 3 ELSE 4 END band, ethnicity, outcome,
      count(*) n, count(score) scored, count(*) FILTER (abs(score-re)>0.5) mismatches,
      list(application_id) FILTER (abs(score-re)>0.5) decisions, list(applicant_id) FILTER (abs(score-re)>0.5) customers FROM (SELECT *, {m['base']}+{m['pdo_factor']!r}*
      (CASE model_version WHEN 'm1' THEN {logit('w_m1')} ELSE {logit('w_m2')} END) re FROM read_parquet('{DIR}/decisions.parquet')) GROUP BY ALL"""

def duckdb_main():
    import duckdb
    con = duckdb.connect()
    con.execute(f"SET threads={WORKERS}; SET preserve_insertion_order=false")
    con.execute("CREATE TABLE cube AS " + duckdb_query(json.load(open(f"{DIR}/model.json"))))
    total = con.execute("SELECT sum(n), sum(scored), sum(mismatches) FROM cube").fetchone()
    by = {g: con.execute(f"SELECT {g}, sum(n) FILTER (outcome='approve'), sum(n) FILTER (outcome<>'error') FROM cube GROUP BY 1 ORDER BY 1").fetchall()
          for g in ("sex", "band", "ethnicity")}
    print(json.dumps({"rows": int(total[0]), "scored": int(total[1]), "mismatches": int(total[2]),
                      "groups": {g: [[k, int(a), int(n)] for k, a, n in v] for g, v in by.items()}}))

def export():
    if not os.path.exists(f"{DIR}/model.json"):
        subprocess.run([sys.executable, f"{SHARED}/gen.py", DIR, str(ROWS)], check=True)
    m = json.load(open(f"{DIR}/model.json"))
    for v in ("m1", "m2"):
        json.dump({
            "evenhand": "logistic", "version": 1, "name": v, "target": "good", "intercept": m["b0"],
            "numeric": [{"name": f["name"], "mean": f["mean"], "scale": f["sd"], "coef": f["w_" + v],
                         "clip": [-m["clip"], m["clip"]], "missing": f["w_missing"]} for f in m["features"]],
            "scale": {"factor": m["pdo_factor"], "offset": m["base"]},
        }, open(f"{DIR}/{v}.json", "w"), indent=1)
    open(f"{DIR}/audit.yaml", "w").write(PLAN)

def run(cmd):
    """Runs cmd; returns wall s, CPU s, peak MiB of the process, and its output."""
    t = time.perf_counter()
    p = subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    out = p.stdout.read()
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode not in (0, 1):
        sys.exit(f"{cmd[0]} ended with {p.returncode}")
    return time.perf_counter() - t, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out

def main():
    export()
    binary = f"{DIR}/evenhand"
    subprocess.run(["go", "build", "-o", binary, "./cmd/evenhand"], cwd=ROOT, check=True, env=os.environ | {"CGO_ENABLED": "0"})
    ours = [binary, "audit", "-c", f"{DIR}/audit.yaml", "-o", f"{DIR}/report", "-workers", WORKERS, "-quiet"]
    duck = [sys.executable, os.path.abspath(__file__), str(ROWS), "0", DIR, "duckdb"]
    a, b = [], []
    for i in range(ROUNDS + 1):                       # the first pair warms the page cache
        x, y = run(ours), run(duck)
        if i:
            a.append(x[:3]); b.append(y[:3])
    w1 = json.loads(y[3])
    summary = json.load(open(f"{DIR}/report/summary.json"))
    cover = {c["check"]: c for c in summary["coverage"]}
    print(f"{ROWS} decisions, {WORKERS} workers, {ROUNDS} pairs; DuckDB finds {w1['mismatches']} mismatches in {w1['scored']} scored rows; "
          f"evenhand {cover['scorematch']['cases']} cases in {cover['scorematch']['judged']}")
    for name, runs in (("evenhand", a), ("duckdb", b)):
        print(f"{name:10s}" + "".join(f"  {what} {statistics.median(r[k] for r in runs):9.2f}" for k, what in enumerate(("wall s", "cpu s", "peak MiB"))))
    for k, what in enumerate(("wall", "cpu", "peak memory")):
        q = sorted(y[k] / x[k] for x, y in zip(a, b))
        print(f"duckdb / evenhand {what}: median {statistics.median(q):.2f} ({q[0]:.2f} to {q[-1]:.2f})")

duckdb_main() if sys.argv[4:] == ["duckdb"] else main()
