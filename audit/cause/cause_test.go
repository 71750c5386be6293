package cause_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"evenhand/audit"
	"evenhand/audit/cause"
)

// constants reads the codes from cause.go, in its order.
func constants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "cause.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			for _, v := range s.(*ast.ValueSpec).Values {
				code, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, code)
			}
		}
	}
	if len(out) < 40 {
		t.Fatalf("cause.go has %d constants", len(out))
	}
	return out
}

func TestEveryCauseHasWords(t *testing.T) {
	codes := constants(t)
	if d := cmp.Diff(codes, cause.Codes()); d != "" {
		t.Fatalf("the words are not those of the constants, in their order:\n%s", d)
	}
	seen := map[string]string{}
	for _, c := range codes {
		w := cause.Words(c)
		if w.En == "" || w.Zh == "" || unicode.IsUpper([]rune(w.En)[0]) || !unicode.Is(unicode.Han, []rune(w.Zh)[0]) {
			t.Errorf("%s: %q %q", c, w.En, w.Zh)
		}
		if other := seen[w.En]; other != "" {
			t.Errorf("%s and %s read the same", c, other)
		}
		seen[w.En] = c
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown code has words")
		}
	}()
	cause.Words("NO_SUCH_CAUSE")
}

// TestShapleyByHand: the fever and cough model of Lundberg et al. (2018), whose
// shares are known, with a third player that plays no part; and a majority.
func TestShapleyByHand(t *testing.T) {
	for _, test := range []struct {
		name string
		y    func(f, m, p bool) int64
		want [3]int64
	}{
		{"fever and cough", func(f, m, p bool) int64 { return both(f && m, 80) }, [3]int64{240, 240, 0}},
		{"fever and cough, 10 for cough", func(f, m, p bool) int64 { return both(f && m, 80) + both(m, 10) }, [3]int64{240, 300, 0}},
		{"only the policy", func(f, m, p bool) int64 { return 1 - both(p, 1) }, [3]int64{0, 0, -6}},
		{"any of three", func(f, m, p bool) int64 { return both(f || m || p, 1) }, [3]int64{2, 2, 2}},
		{"two of three", func(f, m, p bool) int64 { return both(f && m || m && p || f && p, 1) }, [3]int64{2, 2, 2}},
		{"features, with either other", func(f, m, p bool) int64 { return both(f && (m || p), 1) }, [3]int64{4, 1, 1}},
		{"against each other", func(f, m, p bool) int64 { return both(f, 100) - both(p, 100) }, [3]int64{600, 0, -600}},
	} {
		var y [8]int64
		for s := range y {
			y[s] = test.y(s&int(cause.NewFeatures) != 0, s&int(cause.NewModel) != 0, s&int(cause.NewPolicy) != 0)
		}
		f, m, p := cause.Shapley(y)
		if got := [3]int64{f, m, p}; got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func both(x bool, v int64) int64 {
	if x {
		return v
	}
	return 0
}

// TestShapleyLaws: the shares sum to the change; a player that changes nothing
// has none; players that are interchangeable have the same.
func TestShapleyLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		var y [8]int64
		for s := range y {
			y[s] = rng.Int64N(1e12) - 5e11
		}
		f, m, p := cause.Shapley(y)
		if f+m+p != 6*(y[7]-y[0]) {
			t.Fatalf("%v: the shares %d, %d, %d don't sum to 6 times the change", y, f, m, p)
		}
		dummy := y
		for s := range dummy {
			dummy[s] = y[s&^int(cause.NewModel)]
		}
		if _, m, _ := cause.Shapley(dummy); m != 0 {
			t.Fatalf("the model changes nothing but has %d", m)
		}
		alike := y
		alike[cause.NewPolicy], alike[cause.NewModel|cause.NewPolicy] = alike[cause.NewFeatures], alike[cause.NewFeatures|cause.NewModel]
		if f, _, p := cause.Shapley(alike); f != p {
			t.Fatalf("features and policy do the same but have %d and %d", f, p)
		}
	}
}

func TestPrimary(t *testing.T) {
	codes := []string{cause.Features, cause.Model, cause.PolicyDeclared}
	for _, test := range []struct {
		shares []int64
		want   string
		ppm    []int64 // of those that have any
	}{
		{[]int64{6, 0, 0}, cause.Features, []int64{1_000_000}},
		{[]int64{2, 2, 2}, cause.Mixed, []int64{333_334, 333_333, 333_333}},
		{[]int64{4, 1, 1}, cause.Features, []int64{666_667, 166_667, 166_666}},
		{[]int64{3, 0, 3}, cause.Mixed, []int64{500_000, 500_000}},
		{[]int64{-3, 3, 0}, cause.Mixed, []int64{-500_000, 500_000}},
		{[]int64{-6, 1, 1}, cause.Features, []int64{-750_000, 125_000, 125_000}},
		{[]int64{1, -3, 2}, cause.Model, []int64{166_667, -500_000, 333_333}},
		{[]int64{1 << 62, 1<<62 - 1, 0}, cause.Features, []int64{500_000, 500_000}},
		{[]int64{0, 0, 0}, cause.Unexplained, nil},
	} {
		got, causes := cause.Primary(codes, test.shares)
		var ppm []int64
		for _, c := range causes {
			ppm = append(ppm, c.Share)
		}
		if got != test.want || !slices.Equal(ppm, test.ppm) {
			t.Errorf("%v: %s %v, want %s %v", test.shares, got, ppm, test.want, test.ppm)
		}
	}
}

// TestPartsAreWhole: the parts of any shares sum to a million in absolute
// value, and none is further than one part from its true value.
func TestPartsAreWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	codes := []string{cause.Features, cause.Model, cause.PolicyDeclared, cause.PolicyUndeclared}
	for range 2000 {
		shares := make([]int64, 4)
		total := 0.0
		for i := range shares {
			shares[i] = (rng.Int64N(2e6) - 1e6) >> rng.IntN(20)
			total += max(float64(shares[i]), -float64(shares[i]))
		}
		_, causes := cause.Primary(codes, shares)
		sum, k := int64(0), 0
		for _, s := range shares {
			if s == 0 {
				continue
			}
			part := causes[k].Share
			if d := float64(part) - 1e6*float64(s)/total; d > 1 || d < -1 {
				t.Fatalf("%v: %d parts for %d", shares, part, s)
			}
			sum += max(part, -part)
			k++
		}
		if total > 0 && sum != 1_000_000 {
			t.Fatalf("%v: the parts sum to %d", shares, sum)
		}
	}
}

func TestUnion(t *testing.T) {
	a := []audit.Supported{{Code: cause.Model, Grade: audit.E2, Share: 5}, {Code: cause.Features, Grade: audit.E1, Share: 4}}
	b := []audit.Supported{{Code: cause.Incident, Grade: audit.E4}, {Code: cause.Model, Grade: audit.E1, Share: 7}}
	want := []audit.Supported{{Code: cause.Features, Grade: audit.E1}, {Code: cause.Incident, Grade: audit.E4}, {Code: cause.Model, Grade: audit.E1}}
	if d := cmp.Diff(want, cause.Union(a, b)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(cause.Union(a, b), cause.Union(b, a)); d != "" {
		t.Error(d)
	}
	if a[0].Share != 5 {
		t.Error("Union changes its argument")
	}
}

func TestFamily(t *testing.T) {
	plan := &audit.Plan{Dictionary: map[string]audit.FeatureInfo{
		"x1": {Family: "multi_lender"}, "inquiries": {Family: "spending"}, "income": {Family: "income"}, "bare": {Zh: "x"},
	}}
	for feature, want := range map[string]string{
		"x1": cause.MultiLender, "inquiries": cause.SpendVolatility, "income": cause.Features, "bare": cause.Features,
		"inquiries_3m": cause.InquiryBurst, "loan_cnt_30d": cause.MultiLender, "max_dpd_12m": cause.RepaymentAnomaly, "late_count": cause.RepaymentAnomaly,
		"template_id": cause.Features, "phone_changed": cause.InfoChange, "new_device": cause.DeviceRisk, "tip_share": cause.Features, "ip_country": cause.DeviceRisk,
		"utilization": cause.Utilisation, "spend_volatility": cause.SpendVolatility, "loan_purpose": cause.PurposeMisuse, "近期逾期次数": cause.RepaymentAnomaly, "age": cause.Features,
	} {
		if got := cause.Family(plan, feature); got != want {
			t.Errorf("%s is %s, want %s", feature, got, want)
		}
	}
}
