package document

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// anything reads a value of any kind: as an object, as numbers, as a list, as a
// text, whichever it can be read as.
func anything(d Document) (any, error) {
	back := mark(d)
	object := map[string]any{}
	err := d.Object(func(key string) (err error) {
		object[key], err = anything(d)
		return err
	})
	if err == nil || len(object) > 0 {
		return object, err
	}
	back()
	if x, err := d.Numbers([]float64{}); err == nil {
		return x, nil
	}
	back()
	var list []any
	err = d.List(func(int) error {
		x, err := anything(d)
		list = append(list, x)
		return err
	})
	if err == nil || len(list) > 0 {
		return list, err
	}
	back()
	return d.Text()
}

// mark returns what takes a document back to where it is.
func mark(d Document) func() {
	switch d := d.(type) {
	case *UBJ:
		at := *d
		return func() { *d = at }
	case *JSON:
		at := *d
		return func() { *d = at }
	}
	panic("a document of another kind")
}

// fixtures has models in both syntaxes, as XGBoost wrote them.
const fixtures = "../../../fixtures/models/xgboost"

func TestUBJ(t *testing.T) {
	tests := []struct{ file, want string }{
		{"{}", `{}`},
		{"{i\x01aS\x69\x02hi}", `{"a":"hi"}`},
		{"{U\x01aI\xff\xfe}", `{"a":"-2"}`},
		{"{L\x00\x00\x00\x00\x00\x00\x00\x01ad\x3f\x40\x00\x00}", `{"a":"0.75"}`},
		{"{i\x01a[$d#i\x02\x3f\x80\x00\x00\xc0\x00\x00\x00}", `{"a":[1,-2]}`},
		{"{i\x01a[$U#i\x02\x01\xff}", `{"a":[1,255]}`},
		{"{i\x01a[$i#i\x02\x01\xff}", `{"a":[1,-1]}`},
		{"{i\x01a[$I#l\x00\x00\x00\x01\x01\x00}", `{"a":[256]}`},
		{"{i\x01a[$L#i\x01\xff\xff\xff\xff\xff\xff\xff\xff}", `{"a":[-1]}`},
		{"{i\x01a[$D#i\x01\x3f\xf8\x00\x00\x00\x00\x00\x00}", `{"a":[1.5]}`},
		{"{i\x01a[#i\x02i\x05TZ", "'Z' is no number"},
		{"{i\x01a[#i\x03i\x05TF}", `{"a":[5,1,0]}`},
		{"{i\x01a[i\x05l\x00\x01\x00\x00]}", `{"a":[5,65536]}`},
		{"{i\x01a[]}", `{"a":[]}`},
		{"{i\x01a[{}[]]}", `{"a":[{},[]]}`},
		{"{i\x01a[#L\x7f\xff\xff\xff\xff\xff\xff\xff}", "beyond 2^53"},
		{"{i\x01a[$d#L\x00\x00\x00\x0f\xff\xff\xff\xff}", "ends in the middle"},
		{"{i\x01a[$Z#L\x00\x00\x00\x0f\xff\xff\xff\xff}", "lists of numbers only"},
		{"{i\x01a[$[#i\x01}", "lists of numbers only"},
		{"{i\x01a[$d}", "no length"},
		{"{i\x01aSi\xff}", "a length is -1"},
		{"{i\x01aSd\x3f\x80\x00\x00}", "no whole number"},
		{"{i\x7fa", "ends in the middle"},
		{"{i\x01\xffT}", "not UTF-8"},
		{"{i\x01aH", `'H' is no number`},
		{"{i\x01aN}", `'N' is no number`},
		{"{#i\x01i\x01aT", `'#' is no number`},
		{"{i\x01a" + strings.Repeat("[", 40), "nested too deeply"},
		{"{i\x01aT}T", "there is more after the model"},
		{"{", "ends in the middle"},
		{"", "ends in the middle"},
	}
	for _, tt := range tests {
		d := &UBJ{file: []byte(tt.file)}
		err := d.Object(func(string) error { return d.Skip() })
		if err == nil {
			err = d.End()
		}
		if (err != nil) != (tt.want[0] != '{') {
			t.Errorf("%q: skipped with error %v", tt.file, err)
		}
		if err == nil {
			v, err := anything(&UBJ{file: []byte(tt.file)})
			if err != nil {
				t.Errorf("%q: %v", tt.file, err)
			}
			if got, _ := json.Marshal(v); string(got) != tt.want {
				t.Errorf("%q is %s, want %s", tt.file, got, tt.want)
			}
		} else if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %s", tt.file, err, tt.want)
		}
	}
}

func TestJSON(t *testing.T) {
	numbers := []struct {
		file string
		want []float64
	}{
		{"[]", nil}, {" [ 1 , -2 ] ", []float64{1, -2}}, {"[true,false]", []float64{1, 0}},
		{"[1E-45]", []float64{math.SmallestNonzeroFloat32}}, {"[2.5E-1,0.1]", []float64{0.25, float64(float32(0.1))}},
		// Halfway between float32s for a float64, but not as written.
		{"[1.00000005960464477540]", []float64{float64(math.Nextafter32(1, 2))}},
		{"[NaN,Infinity,-Infinity]", []float64{math.NaN(), math.Inf(1), math.Inf(-1)}},
		{"[2147483647,123456789012345678]", nil}, {"[9007199254740992]", []float64{1 << 53}},
	}
	for _, tt := range numbers {
		got, err := (&JSON{file: []byte(tt.file)}).Numbers(nil)
		if tt.want == nil && tt.file != "[]" {
			if err == nil || !strings.Contains(err.Error(), "beyond 2^53") {
				t.Errorf("%s: %v, error %v", tt.file, got, err)
			}
			continue
		}
		for i := range got {
			if got[i] != tt.want[i] && !(got[i] != got[i] && tt.want[i] != tt.want[i]) {
				t.Errorf("%s is %v, want %v", tt.file, got, tt.want)
			}
		}
		if err != nil || len(got) != len(tt.want) {
			t.Errorf("%s is %v, error %v, want %v", tt.file, got, err, tt.want)
		}
	}
	for _, file := range []string{"[1,]", "[,1]", "[1 2]", "[1", "[", "", "[0x10]", "[1_0]", "[--1]", "[1e99]", "[nan]", "[inf]", "[null]", `["1"]`, "[1}", "{}", "[1-2]", "[+1]", "[.]", "[-]", "[e]"} {
		if got, err := (&JSON{file: []byte(file)}).Numbers(nil); err == nil {
			t.Errorf("%s is read as %v", file, got)
		}
	}
	for file, want := range map[string]string{`"a"`: "a", `"\"\\\u00e9é"`: `"\éé`, "12": "12", "-1.5E3": "-1.5E3"} {
		if got, err := (&JSON{file: []byte(file)}).Text(); got != want || err != nil {
			t.Errorf("%s is %q, error %v", file, got, err)
		}
	}
	for _, file := range []string{`"`, `"\`, `"\"`, `"\x"`, "\"\n\"", "\"\xff\"", "true", "x", "", "{}"} {
		if got, err := (&JSON{file: []byte(file)}).Text(); err == nil {
			t.Errorf("%s is read as %q", file, got)
		}
	}
	// What encoding/json refuses is refused, but for NaN and the like.
	for _, file := range []string{`{"a":{"b":[1,{"c":null}],"d":"e"},"f":true}`, `{"a":1,}`, `{"a"}`, `{a:1}`, `{"a":nul}`, `{"a":1}}`, `{"a":[1}`, `{"a":1 "b":2}`} {
		d := &JSON{file: []byte(file)}
		err := d.Skip()
		if err == nil {
			err = d.End()
		}
		if (err == nil) != json.Valid([]byte(file)) {
			t.Errorf("%s: error %v", file, err)
		}
	}
}

// FuzzUBJ reads arbitrary bytes: nothing may panic, or take more memory than
// the file does, and what can be skipped ends where what is read ends.
func FuzzUBJ(f *testing.F) {
	paths, _ := filepath.Glob(fixtures + "/*.ubj")
	if len(paths) == 0 {
		f.Fatal("no UBJ models")
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file[:1000])
	}
	for _, s := range []string{"{i\x01a[$d#i\x02\x3f\x80\x00\x00\xc0\x00\x00\x00}", "{i\x01a[#i\x03i\x05TF}", "{i\x01a[i\x05l\x00\x01\x00\x00]}", "{U\x01a[{}[]]i\x01bSi\x02hi}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		d := &UBJ{file: bytes.Clone(file)}
		skipped := d.Skip()
		v, err := anything(&UBJ{file: file})
		if err == nil && skipped != nil {
			t.Errorf("%v can be read, but not skipped: %v", v, skipped)
		}
		if d.pos > len(file) {
			t.Errorf("at %d of %d bytes", d.pos, len(file))
		}
		x, _ := (&UBJ{file: file}).Numbers(nil)
		if len(x) > len(file) {
			t.Errorf("%d numbers from %d bytes", len(x), len(file))
		}
	})
}
