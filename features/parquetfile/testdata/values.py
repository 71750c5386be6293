"""Digest what pyarrow reads from Parquet files, column by column.

Reads paths from standard input; for each writes "file PATH" or "error PATH MESSAGE", then
"col NAME VARIANT DIGEST ROWS" lines. The digests have the form of digestColumn in
digest_test.go: what differs from the Go reader's is a value read wrong.
"""
import hashlib, struct, sys, uuid, decimal
import numpy as np, pyarrow as pa, pyarrow.parquet as pq

decimal.getcontext().prec = 200
NULL = b"n" + bytes(8)
I64 = range(-2**63, 2**63)

def s(b): return b"s" + struct.pack("<Q", len(b)) + b
def i(x): return b"i" + struct.pack("<q", x)
def f(x): return b"f" + struct.pack("<d", x)

def put(name, variant, cells):
    h = hashlib.sha256(); n = 0
    for c in cells:
        h.update(c); n += 1
    print("col", name.replace(" ", "\\s").replace("\n", "\\n"), variant, h.hexdigest(), n)

def cells(col, fn): return (NULL if x is None else fn(x) for x in col)

def float_text(x, t):
    if x != x: return b"NaN"
    if x in (float("inf"), float("-inf")): return b"+Inf" if x > 0 else b"-Inf"
    v = {16: np.float32, 32: np.float32, 64: np.float64}[t.bit_width](x)
    return np.format_float_positional(v, unique=True, trim="-").encode()

def column(name, col):
    t = col.type
    while isinstance(t, pa.BaseExtensionType):
        if t.extension_name == "arrow.uuid":
            put(name, "text", cells([None if x is None else x.as_py() for x in col], lambda x: s(str(x).encode() if isinstance(x, uuid.UUID) else str(uuid.UUID(bytes=x)).encode())))
            return
        col = pa.chunked_array([c.storage for c in col.chunks], t.storage_type); t = col.type
    if pa.types.is_dictionary(t): col = col.cast(t.value_type); t = col.type
    if pa.types.is_duration(t) or pa.types.is_time64(t): col = col.cast(pa.int64()); t = col.type
    if pa.types.is_time32(t): col = col.cast(pa.int32()); t = col.type
    if pa.types.is_struct(t):
        for k in range(t.num_fields):
            column(name + "." + t.field(k).name, pa.chunked_array([c.flatten()[k] for c in col.chunks], t.field(k).type))
        return
    if pa.types.is_boolean(t):
        put(name, "text", cells(col.to_pylist(), lambda x: s(b"true" if x else b"false")))
        put(name, "natural", cells(col.to_pylist(), lambda x: i(int(x))))
    elif pa.types.is_integer(t):
        v = col.to_pylist()
        put(name, "text", cells(v, lambda x: s(str(x).encode())))
        put(name, "natural", cells(v, lambda x: i(x) if x in I64 else NULL))
        put(name, "float", cells(v, lambda x: f(float(x))))
    elif pa.types.is_floating(t):
        v = col.to_pylist()
        put(name, "text", cells(v, lambda x: s(float_text(x, t))))
        put(name, "natural", cells(v, lambda x: NULL if x != x else f(x)))
    elif pa.types.is_decimal(t):
        v = col.to_pylist(); q = decimal.Decimal(1).scaleb(-t.scale)
        put(name, "text", cells(v, lambda x: s(format(x.quantize(q), "f").encode())))
        put(name, "float", cells(v, lambda x: f(float(x))))
        if t.scale <= 9: put(name, "natural", cells(v, lambda x: i(int(x.scaleb(t.scale))) if int(x.scaleb(t.scale)) in I64 else NULL))
    elif pa.types.is_date(t):
        v = col.cast(pa.date32()).cast(pa.int32()).to_pylist()
        put(name, "natural", cells(v, i))
    elif pa.types.is_timestamp(t):
        k = {"s": 10**6, "ms": 1000, "us": 1, "ns": -1000}[t.unit]
        v = col.cast(pa.int64()).to_pylist()
        put(name, "natural", cells(v, lambda x: i(x // 1000) if k < 0 else (i(x * k) if x * k in I64 else NULL)))
    elif pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_binary(t) or pa.types.is_large_binary(t) or pa.types.is_fixed_size_binary(t):
        v = [x.as_buffer() for c in col.chunks for x in c] if False else col.cast(pa.large_binary()).to_pylist()
        put(name, "text", cells(v, s)); put(name, "natural", cells(v, s))
    elif pa.types.is_list(t) or pa.types.is_large_list(t):
        e = t.value_type
        while pa.types.is_struct(e) and e.num_fields == 1: e = e.field(0).type
        if not (pa.types.is_string(e) or pa.types.is_large_string(e) or pa.types.is_binary(e)): return
        def leaf(x):
            while isinstance(x, dict): x = next(iter(x.values()))
            return NULL if x is None else s(x if isinstance(x, bytes) else x.encode())
        put(name, "natural", cells(col.to_pylist(), lambda l: b"l" + struct.pack("<Q", len(l)) + b"".join(map(leaf, l))))

for path in sys.stdin.read().split("\n"):
    if not path: continue
    try:
        t = pq.ParquetFile(path, coerce_int96_timestamp_unit="us").read()
    except BaseException as e:
        print("error", path, repr(e).replace("\n", " ")[:200]); continue
    print("file", path)
    for n, c in zip(t.column_names, t.columns):
        if t.column_names.count(n) > 1: continue
        try: column(n, c)
        except Exception as e: print("skip", n.replace(" ", "\\s").replace("\n", "\\n"), repr(e).replace("\n", " ")[:200])
