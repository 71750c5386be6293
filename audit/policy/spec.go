// Package policy replays the lender's own policy: knock-outs, cut-offs, limit
// ladder, as of the decision.
//
// A Registry holds every version of the policy, each with the time and the
// products it was in force for. Compile turns their conditions, written in CEL,
// into column kernels over the batches of one table; Program.Replay then says
// of each row what the version that the row records should have decided.
package policy

// Expr is an expression in CEL, or a plain number or amount. Names are the
// columns of the row's table (money in units such as yuan, `score` the
// recomputed score), its features, the policy's values, and facts of the
// customer's history as history.NAME. A missing value is equal to null and to
// nothing else, so that == and != always have an answer; whatever else needs it
// is unknown, in three-valued logic.
type Expr string

// Policy is one version of the lender's policy.
type Policy struct {
	Version  string   `yaml:"version" doc:"value of policy_version on the rows it decided"`
	Like     string   `yaml:"like" doc:"an earlier version in the list: what this one does not give holds as there; values, promises, conditions and experiments name by name, the rest key by key"`
	Products []string `yaml:"products" doc:"products it holds for; default all. A version that names the product wins over one that names none"`
	From     string   `yaml:"effective_from" doc:"first instant or day in force (inclusive)"`
	To       string   `yaml:"effective_to" doc:"first instant or day no longer in force (exclusive); default open"`
	Again    []Window `yaml:"again" doc:"further times in force, e.g. after a version that was rolled back"`
	Beside   bool     `yaml:"alongside" doc:"it may be in force at the same time as others, by channel or as a challenger: rows must tell by policy_version"`
	Pipeline int      `yaml:"pipeline_days" doc:"days after its end in which what was already applied for is still decided under it"`
	Reason   string   `yaml:"change_reason" enum:"risk,market,regulatory,bugfix,growth" doc:"why this version replaced the one before"`
	Note     string   `yaml:"note" doc:"what changed, in words"`
	Approved string   `yaml:"approved_by" doc:"who approved the version"`

	// Values are named numbers or expressions, usable by name in every
	// expression of the version, and replaceable by an experiment's arm.
	Values map[string]Expr `yaml:"values" doc:"named numbers or expressions, for use in the others; an experiment's arm may replace them"`

	Missing string `yaml:"missing" enum:"pass,deny,refer" doc:"for rules that do not say: what follows when a value that they need is missing; default: nothing can be said of the row"`
	Order   string `yaml:"order" enum:"first,worst" doc:"first (default): the first rule that decides wins; worst: every rule is looked at, and a denial wins over a referral"`

	Rules      []Rule                `yaml:"rules" doc:"the decision table of applications, in its order, after cooling_off: the first rule that decides wins; when none does, the policy approves"`
	Limit      *Limit                `yaml:"limit" doc:"the limit or amount of what is approved"`
	Ladder     *Ladder               `yaml:"ladder" doc:"how limits are reviewed and raised"`
	Promises   map[string]Promise    `yaml:"promises" doc:"published promises of increases, by name"`
	Conditions map[string]Expr       `yaml:"conditions" doc:"by the code of promise_condition: what must hold on the due date for the promise to bind"`
	NewUser    *NewUser              `yaml:"new_user" doc:"what new customers get"`
	Cooling    []Cooling             `yaml:"cooling_off" doc:"times in which applications are turned down, by what came before"`
	Arms       map[string]Experiment `yaml:"experiments" doc:"what experiments may do, by experiment_id"`
	Quotas     []Quota               `yaml:"quotas" doc:"what can make less drawable than the limit leaves, with the reason or error code that says so"`
	Terms      Terms                 `yaml:"terms" doc:"periods and deadlines that the lender promises"`
}

// Window is a time in force.
type Window struct {
	From string `yaml:"from" doc:"first instant or day in force (inclusive)"`
	To   string `yaml:"to" doc:"first instant or day no longer in force (exclusive); default open"`
}

// Rule is a row of the decision table.
type Rule struct {
	ID    string `yaml:"id" doc:"name of the rule, unique within the version"`
	Stage string `yaml:"stage" enum:"knockout,data,fraud,score,affordability,other" doc:"what kind of rule: knockout, data (sufficiency), fraud, score, affordability or other"`
	For   Expr   `yaml:"for" doc:"applications it looks at, e.g. application_type != 'drawdown'; default all"`
	// When and Cutoff exclude each other.
	When    Expr     `yaml:"when" doc:"condition under which it decides, e.g. open_loans >= 9"`
	Cutoff  *Cutoff  `yaml:"cutoff" doc:"a cut-off instead of a condition"`
	Missing string   `yaml:"missing" enum:"pass,deny,refer" doc:"what follows when a value that it needs is missing: pass (to the next rule), deny or refer; default as the policy's missing"`
	Then    string   `yaml:"then" enum:"deny,refer,approve" doc:"what it decides (a cut-off: below it): deny (default), refer or approve"`
	Reasons []string `yaml:"reasons" doc:"reason codes that stand for it"`
	Factors []string `yaml:"factors" doc:"features it stands for; default those named in its condition"`
	Exempt  bool     `yaml:"exempt" doc:"what it decides need not be explained to the customer (tipping-off)"`
	Note    string   `yaml:"note" doc:"what it is for, in words"`
}

// Cutoff decides by a score: from Approve on the row passes to the next rule,
// from Refer on it is referred, below it the rule's `then` follows.
type Cutoff struct {
	Of       Expr   `yaml:"of" doc:"what is cut; default score"`
	Approve  Expr   `yaml:"approve" doc:"passes from here on: a number or an expression, e.g. {'cash': 565, 'line': 568}[product]"`
	Refer    Expr   `yaml:"refer" doc:"is referred to a person from here up to approve; default approve: no refer band"`
	Better   string `yaml:"better" enum:"higher,lower" doc:"which way is better: higher (default), or lower, as of a probability of default"`
	Tie      string `yaml:"tie" enum:"pass,fail" doc:"a score equal to approve reaches it (pass, default) or does not (fail)"`
	ReferTie string `yaml:"refer_tie" enum:"pass,fail" doc:"the same of a score equal to refer; default as tie"`
}

// Limit is how the limit of what is approved follows: the least of the terms,
// rounded to the step, and no more than was asked for. Amounts are in units such
// as yuan; each is rounded to the nearest minor unit before it is compared.
type Limit struct {
	For       Expr     `yaml:"for" doc:"applications that get a limit; default all approved ones"`
	Terms     []Term   `yaml:"min_of" doc:"the limit is the least of these"`
	Step      Expr     `yaml:"step" doc:"limits are multiples of this amount; default the minor unit"`
	Amounts   []Expr   `yaml:"amounts" doc:"the only amounts that can be granted, ascending, in place of step: the greatest of them up to the least term"`
	Round     string   `yaml:"round" enum:"down,nearest,up" doc:"how the least term is brought to a multiple of step: down (default), nearest (half away from zero) or up"`
	Minimum   Expr     `yaml:"minimum" doc:"least limit that is granted; a limit of nothing never is"`
	Below     string   `yaml:"below" enum:"deny,refer,minimum" doc:"what follows when the limit is below minimum: deny (default), refer or the minimum"`
	Reasons   []string `yaml:"below_reasons" doc:"reason codes of a denial since the limit is below minimum"`
	Requested string   `yaml:"requested" enum:"cap,ignore,deny,refer" doc:"cap (default): no more is granted than was asked for, and less than that is approved_lower; ignore: the amount asked for plays no part; deny or refer: all that was asked for or nothing"`
	Lower     []string `yaml:"lower_reasons" doc:"reason codes of approved_lower, or of a denial since less than what was asked for could be granted"`
}

// Term is one term of a limit. Exactly one of Value and Matrix is set.
type Term struct {
	ID     string  `yaml:"id" doc:"name of the term"`
	Kind   string  `yaml:"kind" enum:"score_band,income,exposure,product,regulatory,partner,other" doc:"what kind of constraint it is: score_band, income, exposure, product, regulatory, partner or other"`
	For    Expr    `yaml:"for" doc:"rows it applies to; default all"`
	Value  Expr    `yaml:"value" doc:"amount, or expression of one, e.g. income_month * 3 or 200000 - other_balance"`
	Matrix *Matrix `yaml:"matrix" doc:"amounts by bands"`
	// Missing is an amount, or one of the words skip, refer and deny.
	Missing Expr     `yaml:"missing" doc:"when a value it needs is missing: skip (default: the term does not bind), refer, deny, or an amount"`
	Reasons []string `yaml:"reasons" doc:"reason codes that stand for it when it binds"`
	Factors []string `yaml:"factors" doc:"features it stands for; default those named in it"`
}

// Matrix gives an amount for each band of rows and columns.
type Matrix struct {
	Rows    Axis     `yaml:"rows" doc:"bands of the rows"`
	Columns *Axis    `yaml:"columns" doc:"bands of the columns; none: one column"`
	Cells   [][]Expr `yaml:"cells" doc:"amounts, a list for each band of the rows, lowest band first"`
	Times   Expr     `yaml:"times" doc:"the cells are multiples of this, e.g. 1000, or income_month"`
}

// Axis cuts a number into bands: cuts [580, 600] make <580, 580 to 600, >=600.
// Values make a band of each of the texts instead.
type Axis struct {
	Of      Expr      `yaml:"of" doc:"what is cut; default score"`
	Cuts    []float64 `yaml:"cuts" doc:"ascending cut points: n of them make n+1 bands"`
	Values  []string  `yaml:"values" doc:"texts in place of cuts, a band each; any other text counts as missing"`
	Closed  string    `yaml:"closed" enum:"left,right" doc:"a cut point belongs to the band above it (left, default) or below it (right)"`
	Missing *int      `yaml:"missing" doc:"band of a missing value, from 0; default: the whole term is missing"`
}

// Ladder is how limits are reviewed. The limit that a review arrives at is the
// least of the policy's limit terms (as of the review) and of the growth
// allowed, brought to the limit's step or down to one of the ladder's, when the
// conditions hold; else the limit stays. In expressions, application_type is
// then 'limit_increase', and decided_at when the review was made.
type Ladder struct {
	For       Expr   `yaml:"for" doc:"accounts that are reviewed; default all"`
	When      Expr   `yaml:"when" doc:"conditions of an increase, e.g. score >= 600 && history.on_time_streak >= 6"`
	Missing   string `yaml:"missing" enum:"stay,raise" doc:"when a value the conditions need is missing: the limit stays, or may be raised; default: nothing can be said of the review"`
	CycleDays int    `yaml:"cycle_days" doc:"days from one review to the next"`
	Window    int    `yaml:"window_days" doc:"days of behaviour that must have been seen before the first review; default none"`
	Tenure    int    `yaml:"tenure_months" doc:"months on book before the first increase; default none"`
	Steps     []Expr `yaml:"steps" doc:"limits that an account can have, ascending; a review goes up to the next one at most"`
	Climb     string `yaml:"climb" enum:"next,any" doc:"next (default): one step a review; any: as many as the terms allow"`
	Factor    Expr   `yaml:"factor" doc:"at most so many times the present limit, e.g. 1.5"`
	Add       Expr   `yaml:"add" doc:"at most so much above the present limit"`
	MinStep   Expr   `yaml:"min_increase" doc:"smaller increases are not made: an amount"`
	MinShare  Expr   `yaml:"min_increase_share" doc:"smaller increases are not made: a share of the present limit, e.g. 0.05"`
	Decrease  bool   `yaml:"may_lower" doc:"a review may lower the limit to what the terms give; default false"`
}

// Promise is a published promise of increases.
type Promise struct {
	Products []string `yaml:"products" doc:"products it is made for; default all"`
	Amount   Expr     `yaml:"amount" doc:"amount of one increase; default as each promise event says"`
	Cadence  int      `yaml:"every_days" doc:"days between increases; 0: once"`
	Cap      Expr     `yaml:"cap" doc:"limit at which the increases end"`
	From     string   `yaml:"from" doc:"first day of the campaign"`
	Until    string   `yaml:"until" doc:"first day on which the campaign is over: it ends quietly"`
	When     Expr     `yaml:"when" doc:"conditions that must hold on each due date"`
	Stated   bool     `yaml:"condition_stated" doc:"the promise as worded carried the conditions and the cap"`
	UpTo     bool     `yaml:"up_to" doc:"the promise was of up to so much"`
}

// NewUser is what new customers get.
type NewUser struct {
	Months   int      `yaml:"months" doc:"customers are new for so many months on book"`
	When     Expr     `yaml:"when" doc:"who is new, in place of months, e.g. history.paid_off_loans < 1"`
	Missing  string   `yaml:"missing" enum:"new,old" doc:"what customers are of whom that is not known: new (default) or old"`
	Limit    Expr     `yaml:"limit" doc:"most that their limit can be"`
	Drawable Expr     `yaml:"drawable" doc:"most that they can draw"`
	Reasons  []string `yaml:"reasons" doc:"reason codes that stand for it"`
}

// Cooling is a time in which applications are turned down.
type Cooling struct {
	ID      string   `yaml:"id" doc:"name of the rule"`
	After   string   `yaml:"after" enum:"payoff,denial,approval,increase,decrease" doc:"what starts it: payoff, denial, approval, increase or decrease"`
	Days    int      `yaml:"days" doc:"days it lasts: up to and including that many days after"`
	For     Expr     `yaml:"for" doc:"applications it looks at; default all"`
	Then    string   `yaml:"then" enum:"deny,refer" doc:"deny (default) or refer"`
	Reasons []string `yaml:"reasons" doc:"reason codes that stand for it"`
}

// Experiment is what the arms of an experiment may do.
type Experiment struct {
	Arms map[string]Arm `yaml:"arms" doc:"by experiment_arm"`
}

// Arm is one arm of an experiment.
type Arm struct {
	Values   map[string]Expr `yaml:"values" doc:"values of the policy that this arm replaces"`
	Limit    Expr            `yaml:"limit" doc:"limit in place of the policy's"`
	Drawable Expr            `yaml:"drawable" doc:"most that can be drawn during the experiment"`
}

// Quota can make less drawable than the limit leaves.
type Quota struct {
	ID      string   `yaml:"id" doc:"name of the quota"`
	Kind    string   `yaml:"kind" enum:"partner,regulatory,product,risk,review" doc:"whose quota it is: partner (funding bank), regulatory, product, risk (login, device, place) or review (second review)"`
	Codes   []string `yaml:"codes" doc:"reason or error codes on limit events that declare it"`
	MaxDays int      `yaml:"max_days" doc:"days it may last; default no end"`
}

// Terms are periods and deadlines. Zero is the default of the check concerned.
type Terms struct {
	GraceDays    int `yaml:"grace_days" doc:"business days after the due date on which a payment is still on time"`
	PromiseGrace int `yaml:"promise_grace_days" doc:"days after promise_due in which the increase may still come"`
	NoticeDays   int `yaml:"notice_days" doc:"days from a complete application to the notice"`
	AppealDays   int `yaml:"appeal_days" doc:"days an appeal may stay open"`
	ReviewDays   int `yaml:"review_days" doc:"days a second review may hold a limit back"`
	DecreaseLead int `yaml:"decrease_notice_days" doc:"days by which the notice of a decrease must come before it; 0: on the day"`
}
