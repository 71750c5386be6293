"""Reads the Arrow tables of a report with pyarrow, and with DuckDB and Polars
where they are installed, and prints what it saw as JSON."""
import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc

out = Path(sys.argv[1])
tables = {n: pa.ipc.open_file(str(out / f"{n}.arrow")).read_all() for n in ("cases", "findings", "metrics", "coverage")}
for t in tables.values():
    t.validate(full=True)
cases, metrics = tables["cases"], tables["metrics"]
first = cases.slice(0, 1)
got = {n: t.num_rows for n, t in tables.items()}
got |= {
    "amount": pc.sum(cases["amount"]).as_py(),
    "suppressed_without_value": metrics.filter(pc.and_(metrics["suppressed"], pc.is_null(metrics["value"]))).num_rows,
    "at": first["at"].cast(pa.int64())[0].as_py(),
    "at_type": str(cases.schema.field("at").type),
    "evidence": first["evidence"][0].as_py(),
    "title_zh": tables["findings"]["title_zh"][0].as_py(),
}
readers = ["pyarrow " + pa.__version__]
try:
    import duckdb

    (n, amount), = duckdb.sql("select count(*), sum(amount)::bigint from cases").fetchall()
    (names,), = duckdb.sql("select count(*) from (select unnest(evidence).name from cases)").fetchall()
    assert (n, amount) == (got["cases"], got["amount"]) and names > n, (n, amount, names)
    readers.append("duckdb " + duckdb.__version__)
except ImportError:
    pass
try:
    import polars

    for name, t in tables.items():
        assert polars.read_ipc(out / f"{name}.arrow").height == t.num_rows, name
    assert polars.read_ipc(out / "cases.arrow")["amount"].sum() == got["amount"]
    readers.append("polars " + polars.__version__)
except ImportError:
    pass
got["readers"] = readers
print(json.dumps(got))
