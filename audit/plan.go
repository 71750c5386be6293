package audit

import (
	"time"

	"evenhand/audit/policy"
)

// Plan is audit.yaml: what to audit, never how. Everything that can change an
// answer is in here; its SHA-256 is in every report. Unknown keys are errors
// with line numbers. The doc tags are the published schema's descriptions, the
// enum tags the words a key takes, and the required tags say what its lists must
// have.
type Plan struct {
	Version  int    `yaml:"version" doc:"version of the plan format: 1"`
	Lender   string `yaml:"lender" doc:"name shown on the report"`
	AsOf     string `yaml:"as_of" doc:"the export's as-of date or instant, e.g. 2026-06-30: what was unpaid or open then counts as such"`
	Timezone string `yaml:"timezone" doc:"IANA zone for business days, periods and due dates; default Asia/Shanghai"`
	Currency string `yaml:"currency" doc:"ISO 4217 code where the export has none; default CNY"`
	Period   string `yaml:"period" enum:"day,week,month,quarter,year,all" doc:"day, week, month, quarter, year or all; default month"`

	Tables map[string]*TablePlan `yaml:"tables" doc:"the export: where each table lies and how its columns map onto the contract"`
	Models []ModelSpec           `yaml:"models" doc:"score models, to recompute the recorded scores"`
	// Policies are those written in the plan; PolicyFile is the file that holds
	// them otherwise. LoadPolicies reads either.
	Policies   []policy.Policy `yaml:"policies" doc:"the lender's policy, version by version: a list, or the name of a YAML file with the key policies, relative to the plan"`
	PolicyFile string          `yaml:"-"`
	// Groups, Segments and Strata are sorted by name.
	Groups   []Grouping `yaml:"groups" doc:"protected attributes, by name, with their reference group"`
	Segments []Grouping `yaml:"segments" doc:"columns to repeat every group comparison within, e.g. product"`
	Strata   []Grouping `yaml:"strata" doc:"columns to hold equal when groups are compared, e.g. a band of debt to income: only what the policy may lawfully use, and nothing that it decides"`
	Controls []string   `yaml:"controls" doc:"features that the adjusted odds ratios hold equal, read like the models' inputs"`
	Outcome  Outcome    `yaml:"outcome" doc:"when a booked loan counts as bad, for outcome metrics read off repayments; decisions.bad goes before"`

	Reasons map[string]Reason    `yaml:"reasons" doc:"catalogue of reason codes"`
	Errors  map[string]ErrorCode `yaml:"errors" doc:"catalogue of engine statuses and error codes"`
	// Dictionary says what features are to people: names, direction, whether a
	// customer can change them.
	Dictionary map[string]FeatureInfo `yaml:"dictionary" doc:"what the features are to people, by feature"`
	Holidays   []string               `yaml:"holidays" doc:"days that are no business days, besides Saturdays and Sundays, e.g. 2026-10-01"`
	Workdays   []string               `yaml:"workdays" doc:"Saturdays and Sundays that are business days, e.g. 2026-10-10"`
	Lexicon    []string               `yaml:"lexicon" doc:"further wordings that count as generic reasons, besides the built-in ones"`
	Honesty    Honesty                `yaml:"honesty" doc:"limits that keep the statistics honest"`
	Checks     checkSettings          `yaml:"checks" doc:"settings of single checks, by check"`
	Skip       []string               `yaml:"skip" doc:"checks not to run"`
	Gates      Gates                  `yaml:"gates" doc:"when the command exits 1"`
	Privacy    Privacy                `yaml:"privacy" doc:"what of persons may leave in a report"`
	Waivers    []Waiver               `yaml:"waivers" doc:"findings that the lender accepts for a while: they pass the gates, and the report says so"`

	Digest string `yaml:"-"` // SHA-256 of the file as read
	Dir    string `yaml:"-"` // directory that relative paths start from
	Source string `yaml:"-"` // text of the file, for the report's provenance
	Name   string `yaml:"-"` // file name, for messages

	zone      *time.Location
	zoneGiven bool           // the plan has its own timezone: it may speak for zone-less timestamps
	asOf      int64          // µs UTC, the last of the as-of day when a date was given
	lines     map[string]int // where each key stands, by its dotted path
}

// checkSettings holds each check's parameters: what its Settings function
// returned, nil for a check without any.
type checkSettings map[string]any

// TablePlan maps one table of the export onto the contract.
type TablePlan struct {
	Files   []string              `yaml:"files" doc:"Parquet files, globs, directories or hive-partitioned directories; relative to the plan"`
	Columns map[string]*ColumnMap `yaml:"columns" doc:"canonical column: the lender's column, or how to read it. A canonical column that is not listed is read from the column of the same name, if there is one"`
	// Features are read besides: the models' inputs, and what is listed here.
	Features map[string]*ColumnMap `yaml:"features" doc:"feature name: the lender's column, or how to read it. Inputs of the models that are not listed are read from columns of the same name"`
	Int96    string                `yaml:"int96" doc:"zone in which INT96 timestamps were written: utc (default) or an IANA zone (old Impala)"`
}

// ColumnMap says how one column is read. In YAML it is the lender's column
// name alone, a list of several, or a mapping with these keys.
type ColumnMap struct {
	From        []string          `yaml:"from" doc:"the lender's column; several make a list (reason_1, reason_2 …)"`
	Constant    *string           `yaml:"constant" doc:"the same value on every row"`
	Row         bool              `yaml:"row" doc:"make an id from file name and row number, where the export has none"`
	Values      map[string]string `yaml:"values" doc:"the lender's value: the canonical value"`
	Unmapped    string            `yaml:"unmapped" enum:"keep,refuse" doc:"keep: values outside the vocabulary become other:VALUE; refuse: they are an error (default for required columns)"`
	Missing     []string          `yaml:"missing" doc:"values that stand for null, e.g. -999"`
	Unit        string            `yaml:"unit" enum:"minor,major" doc:"unit of money: minor (分, cents; default of integers) or major (元, dollars; default of decimals and doubles)"`
	FloatMoney  bool              `yaml:"float_money" doc:"accept money in doubles, exact to the minor unit; the report says so"`
	Round       string            `yaml:"round" enum:"half_away,half_even" doc:"with float_money: how doubles with further decimals are brought to the minor unit; without it they are bad cells"`
	NaN         string            `yaml:"nan" enum:"null" doc:"null: NaN is this export's null"`
	Timezone    string            `yaml:"timezone" doc:"zone of timestamps that carry none; default the plan's"`
	DaysSince   string            `yaml:"days_since" doc:"integers are days since this date"`
	MonthsSince string            `yaml:"months_since" doc:"integers are months since this date, each the same day of its month (the last one where the month is shorter)"`
	Absent      bool              `yaml:"absent" doc:"the export has a column of this name, but it means something else: do not read it"`
}

// ModelSpec is one model of the registry.
type ModelSpec struct {
	Version   string            `yaml:"version" doc:"value of model_version that this model scored; empty: every row"`
	Product   string            `yaml:"product" doc:"only rows of this product"`
	File      string            `yaml:"file" doc:"model file, relative to the plan"`
	Format    string            `yaml:"format" doc:"model format; default: recognised from the file"`
	Output    string            `yaml:"output" enum:"score,probability,margin" doc:"what the recorded score is: score (default), probability or margin"`
	Tolerance float64           `yaml:"tolerance" doc:"absolute difference that still counts as equal; default 0 for integer points, else 1e-6 relative"`
	Inputs    map[string]string `yaml:"inputs" doc:"model input: feature name, where they differ"`
	Deployed  string            `yaml:"deployed" doc:"first instant or day in service"`
	Retired   string            `yaml:"retired" doc:"first instant or day out of service"`
	// What follows is of the registry, for the checks of governance.
	SHA256      string             `yaml:"sha256" doc:"SHA-256 of the model file as it was approved, in hex: a file with another one is a finding"`
	TrainedFrom string             `yaml:"trained_from" doc:"first day of the training data"`
	TrainedTo   string             `yaml:"trained_to" doc:"first day after the training data; the model's age counts from here"`
	Training    map[string]float64 `yaml:"training_missing" doc:"model input: share of its training rows in which it was missing, 0 to 1"`
	Scale       *ScoreScale        `yaml:"scale" doc:"scale of the recorded score, where the lender turns the model's log-odds into points; default: the model file's own"`
}

// ScoreScale turns log-odds into points: score = base + pdo / ln 2 · (log-odds
// of good − ln odds), rounded.
type ScoreScale struct {
	PDO    float64 `yaml:"pdo" doc:"points that double the odds"`
	Base   float64 `yaml:"base" doc:"score at the odds given"`
	Odds   float64 `yaml:"odds" doc:"odds good to bad at the base score"`
	Target string  `yaml:"target" enum:"bad,good" doc:"what the model's log-odds are of: bad (default) or good"`
	Round  string  `yaml:"round" enum:"none,half_away,half_even,toward_zero" doc:"how the score is rounded to whole points; default none"`
}

// Grouping is a column cut into groups.
type Grouping struct {
	Name      string            `yaml:"-"`
	Column    string            `yaml:"column" doc:"canonical column, feature or column of the export; default: the name"`
	Values    map[string]string `yaml:"values" doc:"raw value: group"`
	Missing   []string          `yaml:"missing" doc:"values that stand for unknown"`
	Bands     []float64         `yaml:"bands" doc:"cut points of a numeric column (money in 元, dollars): [25, 35] makes <25, 25-35 (left-closed), >=35"`
	OneHot    map[string]string `yaml:"one_hot" doc:"group: 0/1 column, where the export has one column a group; rows with several are unknown"`
	Otherwise string            `yaml:"otherwise" doc:"with one_hot: the group of rows where no column is 1"`
	Reference string            `yaml:"reference" doc:"the group the others are compared with"`
}

// Reason is one reason code of the catalogue.
type Reason struct {
	Features []string `yaml:"features" doc:"features it stands for"`
	Rule     string   `yaml:"rule" doc:"knock-out rule it stands for"`
	Generic  bool     `yaml:"generic" doc:"says nothing specific"`
	Zh       string   `yaml:"zh" doc:"text in Chinese"`
	En       string   `yaml:"en" doc:"text in English"`
}

// ErrorCode is one engine status or error code of the catalogue.
type ErrorCode struct {
	Class string `yaml:"class" enum:"technical,business,fraud,partner_quota,review,ok" doc:"technical (a fault of systems), business (a rule's outcome), fraud (a hold), partner_quota (the funding bank's), review (a second review) or ok"`
	Zh    string `yaml:"zh" doc:"text in Chinese"`
	En    string `yaml:"en" doc:"text in English"`
}

// FeatureInfo is what a feature is to people.
type FeatureInfo struct {
	Zh       string   `yaml:"zh" doc:"plain name in Chinese"`
	En       string   `yaml:"en" doc:"plain name in English"`
	Unit     string   `yaml:"unit" doc:"unit, e.g. 元, months, days; share for 0 to 1"`
	Good     string   `yaml:"good" enum:"higher,lower,none" doc:"which direction is better for the applicant: higher, lower or none"`
	Mutable  string   `yaml:"mutable" enum:"yes,slow,no,true,false" doc:"whether the customer can change it: yes (or true), slow (in months) or no (default); advice names only what is not no"`
	Family   string   `yaml:"family" enum:"multi_lender,repayment,info_change,inquiry,purpose,spending,utilisation,device,income,tenure,other" doc:"what it is about: multi_lender, repayment, info_change, inquiry, purpose, spending, utilisation, device, income, tenure or other"`
	Fact     string   `yaml:"fact" doc:"fact of the customer's history with this lender that it contains, e.g. open_loans: it can be posted late, and is then corrected"`
	Least    *float64 `yaml:"least" doc:"least value that it can take"`
	Most     *float64 `yaml:"most" doc:"greatest value that it can take"`
	Step     float64  `yaml:"step" doc:"smallest change that makes sense, e.g. 1 for a count"`
	Cost     float64  `yaml:"cost" doc:"what a step costs the customer in effort, against the other features' steps; default 1"`
	AdviceZh string   `yaml:"advice_zh" doc:"what the customer can do, in Chinese; never a promise"`
	AdviceEn string   `yaml:"advice_en" doc:"what the customer can do, in English; never a promise"`
}

// Outcome says when a booked loan counts as bad, and when that is known.
type Outcome struct {
	BadDays int `yaml:"bad_days" doc:"days past due from which a loan is bad; default 90"`
	Months  int `yaml:"months" doc:"months after booking within which it must happen: only loans at least this old at as_of have an outcome; default 12"`
}

// Honesty holds the limits of the honest-statistics contract.
type Honesty struct {
	Alpha      float64 `yaml:"alpha" doc:"error rate over the whole report: of false discoveries with bh, family-wise with holm and bonferroni; default 0.05"`
	Level      float64 `yaml:"level" doc:"level of the intervals; default 0.95"`
	Correction string  `yaml:"correction" enum:"bh,holm,bonferroni" doc:"how the tests of the whole report are corrected together: bh (Benjamini-Hochberg, default), holm or bonferroni"`
	MinCell    int64   `yaml:"min_cell" doc:"smaller groups are insufficient; default 30"`
	Suppress   int64   `yaml:"suppress" doc:"smaller cells are not published, nor what would reveal them; default 10"`
}

// Privacy says what of persons may leave in a report.
type Privacy struct {
	IDs string `yaml:"ids" enum:"keyed,plain" doc:"keyed (default): ids leave as pseudonyms under the key of EVENHAND_ID_KEY, and texts of fewer rows than honesty.suppress under one too; plain: as the export has them"`
}

// Plain reports whether ids and rare texts may leave as the export has them.
func (p Privacy) Plain() bool { return p.IDs == "plain" }

// Zone is the plan's time zone.
func (p *Plan) Zone() *time.Location { return p.zone }

// AsOfMicros is the as-of instant, µs UTC: the last microsecond of the day when
// the plan gives a date.
func (p *Plan) AsOfMicros() int64 { return p.asOf }

// Settings returns a check's parameters: what its Settings function returned,
// with the plan's values; nil for a check without any.
func (p *Plan) Settings(check string) any { return p.Checks[check] }
