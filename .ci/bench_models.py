#!/usr/bin/env python3
"""Times a forest's scoring here and in the library that grew it, by turns.

    .ci/bench_models.py MODEL REFERENCE [--rows 1000000] [--rounds 5] [--threads 1,2] [--contributions]

MODEL is a LightGBM text file or an XGBoost JSON or UBJ file, REFERENCE a
Parquet file with its inputs; rows are mixed from the reference's. Both score
the same rows, already in memory, to probabilities, or with --contributions to
exact TreeSHAP (20,000 rows unless told otherwise). Each round runs the library
and evenhand one after the other and prints the CPU time (user and system) of
both; the last line of a thread count has the medians and their ratio. Needs
lightgbm or xgboost, pyarrow and Go; the versions are printed.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pyarrow.parquet as pq

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return u.ru_utime + u.ru_stime


def mixed(columns, rows, seed=1):
    """Rows that take each cell from one of two rows of the reference."""
    rng = np.random.default_rng(seed)
    n = len(columns[0])
    a, b = rng.integers(n, size=rows), rng.integers(n, size=rows)
    return [c[np.where(rng.random(rows) < 0.7, a, b)] for c in columns]


class LightGBM:
    def __init__(self, path):
        import lightgbm

        self.name = "lightgbm " + lightgbm.__version__
        self.model = lightgbm.Booster(model_file=path)
        self.features = self.model.feature_name()
        last = open(path, encoding="utf-8").read().rstrip().rsplit("\n", 1)[-1]
        lists = json.loads(last.split(":", 1)[1]) if last.startswith("pandas_categorical:") else None
        self.lists = [l for l in lists or []]
        self.levels = None

    def prepare(self, columns):
        # Cells of text columns are codes already: this spares the library pandas.
        self.x = np.ascontiguousarray(np.column_stack(columns))

    def ready(self, threads):
        self.threads = threads

    def predict(self):
        return self.model.predict(self.x, num_threads=self.threads)

    def contributions(self):
        return self.model.predict(self.x, num_threads=self.threads, pred_contrib=True)


class XGBoost:
    def __init__(self, path):
        import xgboost

        self.xgb = xgboost
        self.name = "xgboost " + xgboost.__version__
        self.model = xgboost.Booster(model_file=path)
        self.features = self.model.feature_names
        self.lists = []

    def prepare(self, columns):
        self.x = np.column_stack(columns).astype(np.float32)

    def ready(self, threads):
        # A new matrix each time, outside of what is timed: the library keeps
        # what it predicted for an old one.
        self.model.set_param({"nthread": threads})
        self.data = self.xgb.DMatrix(self.x, feature_names=self.features, feature_types=self.model.feature_types,
                                     enable_categorical=True, nthread=threads)

    def predict(self):
        return self.model.predict(self.data)

    def contributions(self):
        return self.model.predict(self.data, pred_contribs=True)


def levels_of(lib, path, table):
    """The levels of the text columns, in the order of the model's codes."""
    texts = [f for f in lib.features if not np.issubdtype(table[f].to_numpy().dtype, np.number)]
    if isinstance(lib, LightGBM):
        lists = [l for l in lib.lists if l and isinstance(l[0], str)]
        return dict(zip(texts, lists))
    if not texts:
        return {}
    learner = json.loads(open(path, encoding="utf-8").read())["learner"]
    cats = learner["gradient_booster"]["model"]["cats"]["enc"]
    out = {}
    for f, enc in zip(lib.features, cats):
        if f in texts:
            raw, at, ends = bytes(v & 255 for v in enc["values"]), 0, enc["offsets"]
            out[f] = [raw[a:b].decode() for a, b in zip(ends, ends[1:])]
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model")
    p.add_argument("reference")
    p.add_argument("--rows", type=int)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--threads", default="1,2")
    p.add_argument("--contributions", action="store_true")
    a = p.parse_args()
    a.rows = a.rows or (20_000 if a.contributions else 1_000_000)

    with open(a.model, "rb") as f:
        lib = (LightGBM if f.read(5) == b"tree\n" else XGBoost)(a.model)
    table = pq.read_table(a.reference)
    levels = levels_of(lib, a.model, table)
    columns = []
    for f in lib.features:
        if f in levels:
            code = {l: float(i) for i, l in enumerate(levels[f])}
            columns.append(np.array([code.get(v, np.nan) for v in table[f].to_pylist()]))
        else:
            columns.append(table[f].to_numpy().astype(float))
    columns = mixed(columns, a.rows)
    lib.prepare(columns)
    print(f"{lib.name}, {a.rows:,} rows of {len(columns)} inputs, {os.path.basename(os.path.dirname(os.path.abspath(a.model)))}")

    with tempfile.TemporaryDirectory() as d:
        data, binary = os.path.join(d, "columns"), os.path.join(d, "model.test")
        with open(data, "wb") as f:
            head = {"rows": a.rows, "columns": [{"name": n, "levels": levels.get(n)} for n in lib.features]}
            f.write(json.dumps(head).encode() + b"\n")
            for c in columns:
                f.write(np.ascontiguousarray(c, dtype="<f8").tobytes())
        subprocess.run(["go", "test", "-c", "-o", binary, "./features/model"], cwd=ROOT, check=True)
        for threads in map(int, a.threads.split(",")):
            compare(lib, threads, a, data, binary)


def compare(lib, threads, a, data, binary):
    env = dict(os.environ, GOMAXPROCS=str(threads))
    proc = subprocess.Popen([binary, "-test.run=^TestSpeed$", "-test.timeout=0", f"-speed.model={os.path.abspath(a.model)}", f"-speed.data={data}",
                             f"-speed.workers={threads}", f"-speed.contributions={a.contributions}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env,
                            cwd=os.path.join(ROOT, "features", "model"))
    if (line := proc.stdout.readline()) != "ready\n":
        sys.exit("evenhand: " + line + proc.stdout.read())
    theirs, ours, clocks = [], [], []
    for k in range(a.rounds):
        lib.ready(threads)
        c, w = cpu(), time.perf_counter()
        scores = lib.contributions() if a.contributions else lib.predict()
        theirs.append(cpu() - c)
        w = time.perf_counter() - w
        proc.stdin.write("\n")
        proc.stdin.flush()
        mine, clock, total = map(float, proc.stdout.readline().split())
        ours.append(mine)
        clocks.append((w, clock))
        if a.contributions:  # the sizes; the last column is the bias
            scores = np.abs(scores[:, :-1])
        want = float(np.sum(scores, dtype=float))
        if not abs(total - want) <= (1e-5 if a.contributions else 1e-6) * abs(want):
            sys.exit(f"evenhand's numbers add up to {total}, the library's to {want}")
        print(f"  threads {threads} round {k + 1}: library {theirs[-1]:.3f} s, evenhand {mine:.3f} s")
    proc.stdin.close()
    proc.wait()
    t, o = statistics.median(theirs), statistics.median(ours)
    w, c = (statistics.median(x) for x in zip(*clocks))
    print(f"threads {threads}: CPU of the library {t:.3f} s, of evenhand {o:.3f} s: {o / t:.2f} times; by the clock {w:.3f} s and {c:.3f} s")


if __name__ == "__main__":
    main()
