package audit

// Substance is the verdict on whether an outcome was right under the lender's
// own policy.
type Substance uint8

// The substance verdicts. Only a replay (grade E1 or E2) may say Unjustified.
const (
	Indeterminate Substance = iota
	Unjustified
	Justified
	NotYet
	Technical
)

var substanceNames = [...]string{"INDETERMINATE", "UNJUSTIFIED", "JUSTIFIED", "NOT_YET", "TECHNICAL"}

func (s Substance) String() string { return substanceNames[s] }

// Disclosure is the verdict on whether an outcome was told, specifically, in
// time and with an appeal route.
type Disclosure uint8

// The disclosure verdicts.
const (
	NotAssessed Disclosure = iota
	Adequate
	Generic
	Wrong
	Late
	Absent
	Misleading
	NoRoute
	NotDue
	Exempt
)

var disclosureNames = [...]string{"NOT_ASSESSED", "ADEQUATE", "GENERIC", "WRONG", "LATE", "ABSENT", "MISLEADING", "NO_ROUTE", "NOT_DUE", "EXEMPT"}

func (d Disclosure) String() string { return disclosureNames[d] }

// Grade says how sure a verdict is.
type Grade uint8

// The evidence grades: exact replay, replay within tolerance, matched-peer or
// statistical, circumstantial.
const (
	NoGrade Grade = iota
	E1
	E2
	E3
	E4
)

var gradeNames = [...]string{"", "E1", "E2", "E3", "E4"}

func (g Grade) String() string { return gradeNames[g] }

// Severity ranks findings by harm.
type Severity uint8

// The severities: S1 wrong money or access proven, many customers, or a legal
// deadline missed; S2 wrong or misleading disclosure, or statistical harm to
// many; S3 generic or slightly late, single cases; S4 advice.
const (
	S4 Severity = iota
	S3
	S2
	S1
)

var severityNames = [...]string{"S4", "S3", "S2", "S1"}

func (s Severity) String() string { return severityNames[s] }

// Level is the gate a severity counts for: "fail", "warn" or "info".
func (s Severity) Level() string {
	return [...]string{"info", "warn", "fail", "fail"}[s]
}

// Status is a metric's standing.
type Status uint8

// The statuses. Insufficient means too few rows to say anything: never a pass.
const (
	Insufficient Status = iota
	Pass
	Warn
	Fail
)

var statusNames = [...]string{"insufficient", "pass", "warn", "fail"}

func (s Status) String() string { return statusNames[s] }

// SubstanceNames, DisclosureNames, GradeNames, SeverityNames and StatusNames
// list the words in the order of their constants, for schemas and legends.
func SubstanceNames() []string  { return substanceNames[:] }
func DisclosureNames() []string { return disclosureNames[:] }
func GradeNames() []string      { return gradeNames[1:] }
func SeverityNames() []string   { return severityNames[:] }
func StatusNames() []string     { return statusNames[:] }
