package audit

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Gates says what makes the command exit 1. Waived findings pass every gate on
// findings; gates on metrics, checks and cells see everything.
type Gates struct {
	FailOn   string        `yaml:"fail_on" enum:"fail,warn,info,never" doc:"fail (default), warn, info or never: the least level of finding that exits 1"`
	Findings []FindingGate `yaml:"findings" doc:"findings that exit 1 whatever their level: a list of selectors, each of which takes all of its keys together"`
	Metrics  []MetricGate  `yaml:"metrics" doc:"numbers that exit 1 past a limit of the lender's own, whatever the check itself makes of them"`
	// Insufficient and Require are against reports that are green because
	// nothing was looked at.
	Insufficient string     `yaml:"insufficient" enum:"fail,ignore" doc:"fail: exit 1 when any check was skipped, other than by skip:, or judged no row; ignore (default)"`
	Require      []Required `yaml:"require" doc:"checks that must have run and judged enough rows, or the command exits 1"`
	RefusedCells *int64     `yaml:"refused_cells" doc:"exit 1 when more cells than this were unreadable; 0 tolerates none; default: any number"`
}

// FindingGate selects findings: those that all of its keys fit.
type FindingGate struct {
	ID         string   `yaml:"id" doc:"the finding of this id, the same in every report"`
	Check      string   `yaml:"check" doc:"findings of this check"`
	Cause      string   `yaml:"cause" doc:"findings with this primary cause, e.g. LOST_UPDATE"`
	Pattern    string   `yaml:"pattern" doc:"findings of the checks that answer this complaint: 000, 001, 002, 003 or 004"`
	Level      string   `yaml:"level" enum:"fail,warn,info" doc:"findings of at least this level"`
	CasesOver  *int64   `yaml:"cases_over" doc:"findings with more cases than this, or people harmed where a finding is of a metric and has no cases"`
	AmountOver *float64 `yaml:"amount_over" doc:"findings with more money at stake than this, in 元, dollars"`
}

// MetricGate holds metrics against a limit.
type MetricGate struct {
	Check        string   `yaml:"check" doc:"metrics of this check; default: of every check that has one of the name"`
	Name         string   `yaml:"name" required:"true" doc:"name of the metric, e.g. selection_rate_ratio, as in metrics.arrow"`
	Segment      string   `yaml:"segment" doc:"product=cash, or a column for each of its values; all: metrics of all segments together; default: every one"`
	Group        string   `yaml:"group" doc:"sex=F, or a column for each of its groups; all: metrics of all groups together; default: every one"`
	Period       string   `yaml:"period" doc:"a period such as 2026-06; last: the export's last one; all: metrics of all periods together; default: every one"`
	Above        *float64 `yaml:"above" doc:"exit 1 when the number is above this"`
	Below        *float64 `yaml:"below" doc:"exit 1 when the number is below this"`
	Bound        string   `yaml:"bound" enum:"value,low,high" doc:"what is held against the limit: value (default), or the low or high end of the interval. With above, low fails only what is surely past the limit, high whatever may be; with below it is the other way round"`
	Insufficient string   `yaml:"insufficient" enum:"pass,fail" doc:"fail: numbers with too few rows, or withheld, exit 1; pass: they never do. Default: they are passed over, but a gate that is left with no number to hold exits 1"`
}

// Required is a check that must have run.
type Required struct {
	Check string `yaml:"check" required:"true" doc:"the check"`
	Rows  int64  `yaml:"rows" doc:"how many rows it must have judged at least; default 1"`
}

// Waiver accepts a finding for a while. It changes no number and no verdict on
// any case: only what the gates and the report's sentence make of the finding.
type Waiver struct {
	ID      string `yaml:"id" json:"id" required:"true" doc:"the waiver's own id, e.g. the number of the decision that granted it"`
	Reason  string `yaml:"reason" json:"reason" required:"true" doc:"why the finding is accepted, shown in the report"`
	Owner   string `yaml:"owner" json:"owner" required:"true" doc:"who answers for it, shown in the report: an office rather than a person"`
	Expires string `yaml:"expires" json:"expires" required:"true" doc:"its last day, e.g. 2026-12-31, held against as_of: afterwards the finding counts again"`
	// The finding it accepts: one by id, or those of a check.
	Finding  string `yaml:"finding" json:"finding,omitempty" doc:"the finding of this id. Only so can a grave finding (S1) be waived that an exact replay (E1) proves unjustified"`
	Check    string `yaml:"check" json:"check,omitempty" doc:"findings of this check that have also what is named of the following"`
	Cause    string `yaml:"cause" json:"cause,omitempty" doc:"this primary cause"`
	Metric   string `yaml:"metric" json:"metric,omitempty" doc:"this metric, and no other, past its limit"`
	Segment  string `yaml:"segment" json:"segment,omitempty" doc:"metrics of this segment only, e.g. product=cash"`
	Group    string `yaml:"group" json:"group,omitempty" doc:"metrics of this group only, e.g. sex=F"`
	MaxCases *int64 `yaml:"max_cases" json:"max_cases,omitempty" doc:"the waiver lapses for a finding with more cases than this, or people harmed where it has no cases"`
}

// AsOfDay is the day of the as-of instant in the plan's zone, as 2026-06-30.
func (p *Plan) AsOfDay() string {
	zone := p.zone
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMicro(p.asOf).In(zone).Format(time.DateOnly)
}

// Place is the plan's name and the line of the key at path, for messages.
func (p *Plan) Place(path string) string {
	if line := p.line(path); line > 0 {
		return p.Name + ":" + strconv.Itoa(line)
	}
	return p.Name
}

// Patterns are the complaints that checks answer.
var Patterns = []string{"000", "001", "002", "003", "004"}

var (
	findingID = regexp.MustCompile(`^[0-9a-f]{10}$`)
	causeCode = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

func (v *validator) gates() {
	for i, g := range v.Gates.Findings {
		at := "gates.findings." + strconv.Itoa(i+1)
		if g == (FindingGate{}) {
			v.wrong(at, "the selector is empty; name at least one of id, check, cause, pattern, level, cases_over, amount_over")
		}
		v.findingID(at+".id", g.ID)
		v.knownCheck(at+".check", g.Check)
		v.causeCode(at+".cause", g.Cause)
		if g.Pattern != "" && !slices.Contains(Patterns, g.Pattern) {
			v.wrong(at+".pattern", "there is no complaint %q; use one of %s", g.Pattern, listed(Patterns))
		}
		if g.CasesOver != nil && *g.CasesOver < 0 {
			v.wrong(at+".cases_over", "it can't be negative; 0 takes every finding with a case")
		}
		if g.AmountOver != nil && *g.AmountOver < 0 {
			v.wrong(at+".amount_over", "it can't be negative; 0 takes every finding with money at stake")
		}
	}
	for i, g := range v.Gates.Metrics {
		at := "gates.metrics." + strconv.Itoa(i+1)
		if g.Name == "" {
			v.wrong(at, "name is missing; say which metric, e.g. name: selection_rate_ratio")
		}
		v.knownCheck(at+".check", g.Check)
		v.knownMetric(at+".name", g.Check, g.Name)
		switch {
		case g.Above == nil && g.Below == nil:
			v.wrong(at, "above and below are missing; give a limit, e.g. below: 0.8")
		case g.Above != nil && g.Below != nil && *g.Above < *g.Below:
			v.wrong(at, "every number is above %v or below %v; exchange the two", *g.Above, *g.Below)
		}
	}
	for i, r := range v.Gates.Require {
		at := "gates.require." + strconv.Itoa(i+1)
		if r.Check == "" {
			v.wrong(at, "check is missing; say which check must have run")
		}
		v.knownCheck(at+".check", r.Check)
		if r.Check != "" && slices.Contains(v.Skip, r.Check) {
			v.wrong(at+".check", "skip: says not to run %s, so it can't be required; remove one of the two", r.Check)
		}
		if r.Rows < 0 {
			v.wrong(at+".rows", "it can't be negative; leave it out for 1")
		}
	}
	if n := v.Gates.RefusedCells; n != nil && *n < 0 {
		v.wrong("gates.refused_cells", "it can't be negative; 0 tolerates no unreadable cell")
	}
}

func (v *validator) waivers() {
	first := map[string]int{}
	for i, w := range v.Waivers {
		at := "waivers." + strconv.Itoa(i+1)
		for _, k := range []struct{ key, value, say string }{
			{"id", w.ID, "give the waiver an id of its own, e.g. the number of the decision that granted it"},
			{"reason", w.Reason, "say why the finding is accepted"},
			{"owner", w.Owner, "say who answers for it"},
			{"expires", w.Expires, "say until when, e.g. expires: 2026-12-31; no waiver is for ever"},
		} {
			if k.value == "" {
				v.wrong(at, "%s is missing; %s", k.key, k.say)
			}
		}
		if j, twice := first[w.ID]; twice && w.ID != "" {
			v.wrong(at+".id", "%q is the id of waiver %d too; ids are unique", w.ID, j)
		} else {
			first[w.ID] = i + 1
		}
		if _, err := time.Parse(time.DateOnly, w.Expires); w.Expires != "" && err != nil {
			v.wrong(at+".expires", "%q is no date; write the last day of the waiver like 2026-12-31", w.Expires)
		}
		v.waived(at, w)
		if w.MaxCases != nil && *w.MaxCases < 0 {
			v.wrong(at+".max_cases", "it can't be negative; remove it for any number of cases")
		}
	}
}

// waived says what is wrong with the selector of a waiver.
func (v *validator) waived(at string, w Waiver) {
	narrow := w.Cause != "" || w.Metric != "" || w.Segment != "" || w.Group != ""
	switch {
	case w.Finding != "" && (narrow || w.Check != ""):
		v.wrong(at, "finding names one finding already; remove check, cause, metric, segment and group")
	case w.Finding != "":
		v.findingID(at+".finding", w.Finding)
	case w.Check == "" && !narrow:
		v.wrong(at, "it waives nothing; name the id of a finding, or a check with a cause, metric, segment or group")
	case w.Check == "":
		v.wrong(at, "check is missing; a cause, metric, segment or group is waived of one check only")
	case !narrow:
		v.wrong(at, "a whole check can't be waived; add a cause, metric, segment or group, or name the id of a finding")
	}
	v.knownCheck(at+".check", w.Check)
	v.causeCode(at+".cause", w.Cause)
	v.knownMetric(at+".metric", w.Check, w.Metric)
}

func (v *validator) findingID(path, id string) {
	if id != "" && !findingID.MatchString(id) {
		v.wrong(path, "%q is no id of a finding; copy the 10 digits and letters from the report", id)
	}
}

func (v *validator) causeCode(path, code string) {
	if code != "" && !causeCode.MatchString(code) {
		v.wrong(path, "%q is no code of a cause; write it as the report does, e.g. LOST_UPDATE", code)
	}
}

func (v *validator) knownCheck(path, name string) {
	if _, ok := v.Checks[name]; name != "" && !ok {
		v.wrong(path, "no check is called %q%s", name, orChecks(name, v.Checks))
	}
}

// knownMetric holds the name of a metric against the words of the checks: of
// one, or of all when check is "". Checks without words have any metrics.
func (v *validator) knownMetric(path, check, name string) {
	known := map[string]bool{}
	for _, c := range v.suite {
		for word := range c.Words {
			if (check == "" || c.Name == check) && !causeCode.MatchString(word) {
				known[word] = true
			}
		}
	}
	if name == "" || len(known) == 0 || known[name] {
		return
	}
	of := ""
	if check != "" {
		of = " of " + check
	}
	v.wrong(path, "there is no metric %q%s%s", name, of, orNearest(name, slices.Sorted(maps.Keys(known))))
}
