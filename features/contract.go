package features

// Outcomes of a decision, in the order of the contract.
var Outcomes = []string{"approved", "approved_lower", "denied", "referred", "withdrawn", "incomplete", "error"}

// The vocabularies that several tables share.
var (
	triggers = []string{"customer", "schedule", "risk", "policy", "ops", "experiment"}
	results  = []string{"upheld", "overturned", "partial", "pending"}
)

func id(name, doc string) Column      { return Column{Name: name, Kind: Opaque, Doc: doc} }
func text(name, doc string) Column    { return Column{Name: name, Kind: Text, Doc: doc} }
func integer(name, doc string) Column { return Column{Name: name, Kind: Int, Doc: doc} }
func float(name, doc string) Column   { return Column{Name: name, Kind: Float, Doc: doc} }
func money(name, doc string) Column   { return Column{Name: name, Kind: Money, Doc: doc} }
func instant(name, doc string) Column { return Column{Name: name, Kind: Instant, Doc: doc} }
func date(name, doc string) Column    { return Column{Name: name, Kind: Date, Doc: doc} }
func boolean(name, doc string) Column { return Column{Name: name, Kind: Bool, Doc: doc} }
func list(name, doc string) Column    { return Column{Name: name, Kind: TextList, Doc: doc} }

func enum(name string, values []string, doc string) Column {
	return Column{Name: name, Kind: Text, Enum: values, Doc: doc}
}

func must(c Column) Column { c.Required = true; return c }

// Schema is the data contract: every table and column that a plan can map
// onto. The reader, the plan, `evenhand schema` and `evenhand init` all use
// this one definition.
var Schema = []Table{
	{
		Name: "decisions", Key: []string{"decision_id"}, Features: true,
		Doc: "one row a credit decision, with the snapshot of features it was made on",
		Columns: []Column{
			must(id("decision_id", "identifies the decision")),
			must(id("application_id", "the application decided on; several decisions may share it")),
			must(id("customer_id", "pseudonymous customer")),
			id("account_id", "account or credit line concerned"),
			must(text("product", "product decided on")),
			enum("application_type", []string{"new_line", "limit_increase", "drawdown", "reborrow", "prescreen"}, "what was asked for"),
			instant("submitted_at", "when the application came in"),
			instant("completed_at", "when the application was complete: the clock of notices starts here"),
			must(instant("decided_at", "when it was decided")),
			must(enum("outcome", Outcomes, "what was decided")),
			money("requested_amount", "amount asked for"),
			money("approved_limit", "amount or limit granted"),
			text("currency", "ISO 4217 code; the plan's currency when absent"),
			enum("decider", []string{"auto", "manual", "override"}, "who decided"),
			text("override_reason", "why a human departed from the engine"),
			text("reviewer", "pseudonymous reviewer who decided or overrode"),
			text("model_version", "version of the model that scored"),
			text("policy_version", "version of the policy that decided"),
			float("score", "recorded score, on the scale the plan declares"),
			float("pd", "recorded probability of default"),
			list("reasons", "reason codes recorded"),
			Column{Name: "reason_text", Kind: Opaque, Doc: "reason as worded to the customer"},
			list("reasons_shown", "reason codes shown to the customer; absent: the recorded ones count as shown once a notice is out"),
			instant("notice_at", "when the customer was told"),
			text("disclosure_exemption", "declared exemption from disclosure, e.g. tipping-off"),
			boolean("appeal_offered", "whether the notice offered an appeal"),
			text("engine_status", "status of the decision engine"),
			text("error_code", "error of the decision engine"),
			integer("latency_ms", "milliseconds the decision took"),
			text("channel", "channel of the application"),
			text("region", "region of the customer"),
			text("partner", "partner that referred the customer"),
			text("experiment_id", "experiment the decision was part of"),
			text("experiment_arm", "arm of the experiment"),
			boolean("bad", "observed outcome: the loan went bad within the performance window; null: not booked, or the window is still open"),
			boolean("is_test", "a test row, not a customer"),
		},
	},
	{
		Name: "repayments", Key: []string{"loan_id", "installment_no"},
		Doc: "one row an instalment: what was due and what was paid",
		Columns: []Column{
			must(id("loan_id", "the loan")),
			must(integer("installment_no", "number of the instalment")),
			must(id("customer_id", "pseudonymous customer")),
			id("account_id", "account or credit line"),
			text("product", "product"),
			id("decision_id", "the decision that booked the loan"),
			must(date("due_date", "due date, in the plan's time zone")),
			must(money("due_amount", "amount due")),
			instant("paid_at", "when it was paid; null is unpaid as of the plan's as_of"),
			money("paid_amount", "amount paid"),
			instant("posted_at", "when the payment was booked"),
			boolean("payoff", "settled by an early payoff"),
			instant("booked_at", "when the loan was booked"),
			text("currency", "ISO 4217 code"),
		},
	},
	{
		Name: "payments", Key: []string{"payment_id"},
		Doc: "one row a payment, from which days past due are derived",
		Columns: []Column{
			must(id("payment_id", "identifies the payment")),
			must(id("loan_id", "the loan")),
			must(instant("paid_at", "when it was paid")),
			instant("posted_at", "when it was booked"),
			must(money("amount", "amount")),
			integer("installment_no", "instalment it was allocated to; absent: first in, first out"),
			enum("kind", []string{"scheduled", "early", "payoff", "refund", "reversal"}, "kind of payment"),
		},
	},
	{
		Name: "limits", Key: []string{"event_id"}, Features: true,
		Doc: "one row an event of a credit limit",
		Columns: []Column{
			must(id("event_id", "identifies the event")),
			must(id("account_id", "account or credit line")),
			must(id("customer_id", "pseudonymous customer")),
			text("product", "product"),
			must(instant("at", "when it happened")),
			must(enum("kind", []string{"grant", "promise", "increase", "decrease", "freeze", "unfreeze", "evaluate", "display", "draw", "expire", "close"}, "kind of event")),
			money("limit_before", "limit before the event"),
			money("limit_after", "limit after the event"),
			money("displayed_limit", "amount shown as available to draw"),
			money("drawable_limit", "amount that can be drawn"),
			text("on_screen_reason", "reason shown beside the limit"),
			money("outstanding", "amount drawn and not repaid"),
			money("holds", "amount held"),
			id("promise_id", "promise this event makes or keeps"),
			money("promised_amount", "increase promised"),
			date("promise_due", "day the promise falls due"),
			text("promise_condition", "condition of the promise: a code of the registry"),
			money("requested_amount", "amount asked for in a draw"),
			money("granted_amount", "amount granted in a draw"),
			id("loan_id", "loan of a draw"),
			instant("temporary_until", "end of a temporary limit"),
			enum("trigger", triggers, "what caused the event"),
			text("result", "result of an evaluation or a draw"),
			float("score", "recorded score of an evaluation"),
			text("model_version", "version of the model"),
			text("policy_version", "version of the policy"),
			text("experiment_id", "experiment"),
			text("experiment_arm", "arm of the experiment"),
			text("reason", "reason recorded"),
			text("error_code", "error recorded"),
			integer("latency_ms", "milliseconds taken"),
			instant("notice_at", "when the customer was told"),
			text("currency", "ISO 4217 code"),
		},
	},
	{
		Name: "appeals", Key: []string{"appeal_id"},
		Doc: "one row an appeal against a decision or a limit event",
		Columns: []Column{
			must(id("appeal_id", "identifies the appeal")),
			id("decision_id", "decision appealed against"),
			id("event_id", "limit event appealed against"),
			must(instant("opened_at", "when it was opened")),
			instant("closed_at", "when it was closed; null is open as of the plan's as_of"),
			enum("result", results, "result"),
			boolean("human_reviewed", "whether a human reviewed it"),
		},
	},
	{
		Name: "incidents", Key: []string{"incident_id"},
		Doc: "one row an incident of the lender's systems",
		Columns: []Column{
			must(id("incident_id", "identifies the incident")),
			must(instant("starts_at", "start")),
			must(instant("ends_at", "end")),
			list("services", "services concerned"),
			list("error_codes", "error codes it raised"),
		},
	},
	{
		Name: "experiments", Key: []string{"experiment_id", "arm"},
		Doc: "one row an arm of an experiment",
		Columns: []Column{
			must(id("experiment_id", "identifies the experiment")),
			must(text("arm", "arm")),
			must(instant("starts_at", "planned start")),
			must(instant("ends_at", "planned end")),
			boolean("limit_override", "whether the arm overrides limits"),
			text("approved_by", "who approved it"),
		},
	},
	{
		Name: "groups", Key: []string{"customer_id", "dimension", "value"},
		Doc: "one row a customer and group dimension, where decisions carry no group columns",
		Columns: []Column{
			must(id("customer_id", "pseudonymous customer")),
			must(text("dimension", "dimension, e.g. sex")),
			must(text("value", "group")),
			float("probability", "weight of a proxy group; absent: a declared group"),
		},
	},
	{
		Name: "features", Key: []string{"customer_id", "as_of"}, Features: true,
		Doc: "one row a snapshot of features outside decisions",
		Columns: []Column{
			must(id("customer_id", "pseudonymous customer")),
			must(instant("as_of", "moment of the snapshot")),
		},
	},
}
