package model

import "bytes"

// foreign are the marks of model files that are not read, and what to do with
// them instead. A mark stands at the front of the file, after what of JSON is
// blank.
var foreign = []struct{ mark, advice string }{
	{"binf", "it is XGBoost's old binary format; load it with XGBoost 1 or 2 and save it with save_model(\"model.json\")"},
	{"CONFIG-offset:", "it is a memory snapshot of XGBoost; load it and save it with save_model(\"model.json\")"},
	{"booster[0]:", "it is a dump of XGBoost's trees, which lacks the rest of the model; save it with save_model(\"model.json\")"},
	{`[{"nodeid":`, "it is a dump of XGBoost's trees, which lacks the rest of the model; save it with save_model(\"model.json\")"},
	{`{"name":"tree","version":`, "it is LightGBM's dump_model; save the model with save_model(\"model.txt\")"},
	{"\x80\x02", pickled}, {"\x80\x03", pickled}, {"\x80\x04", pickled}, {"\x80\x05", pickled},
	{"CBM1", "it is a model of CatBoost, which is not read"},
	{"PK\x03\x04", "it is a ZIP archive, such as H2O's MOJO; these are not read"},
	{"PAR1", "it is a Parquet file; name the model's file, not its data"},
	{"ARROW1", "it is an Arrow file; name the model's file, not its data"},
	{"\x1f\x8b", "it is compressed with gzip; unpack it"},
}

const pickled = "it is pickled by Python, which is not read; save the model in its library's own format"

// foreignTo says what a file is whose format is not recognised, if that can be
// told; else "".
func foreignTo(file []byte) string {
	front := file[:min(len(file), 200)]
	tight := bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, front)
	for _, f := range foreign {
		if bytes.HasPrefix(front, []byte(f.mark)) || (f.mark[0] == '[' || f.mark[0] == '{') && bytes.HasPrefix(tight, []byte(f.mark)) {
			return f.advice
		}
	}
	return ""
}
