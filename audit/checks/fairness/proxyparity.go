package fairness

import (
	"fmt"

	"evenhand/audit"
	"evenhand/audit/clauses"
)

const proxyName = "proxyparity"

// ProxyParity compares approval rates between groups that are known by
// probability only.
var ProxyParity = &audit.Check{
	Name:    proxyName,
	Title:   audit.T("Approval rates by proxy groups", "代理群体的通过率"),
	Doc:     proxyDoc,
	DocZh:   proxyDocZh,
	Words:   proxyWords,
	Chapter: "fairness",
	Clauses: clauses.IDs(clauses.FourFifths, clauses.RegBGroups, clauses.PIPL24, clauses.AIActData, clauses.ConsumerDuty),
	Needs: audit.Needs{
		Groups: true,
		Tables: []audit.TableNeed{
			{
				Table: "groups", Timeline: true,
				Required: []string{"customer_id", "dimension", "value"},
				Optional: []audit.Want{{Column: "probability", Effect: audit.T("the groups are declared, none is a proxy", "群体均为申报值，没有代理变量")}},
			},
			{
				Table: "decisions", Timeline: true, Groups: true,
				Required: []string{"customer_id", "outcome", "decided_at"},
				Optional: []audit.Want{{Column: "application_type"}, {Column: "is_test"}},
			},
		},
	},
	Settings: func() any { return &ProxySettings{Ratio: 0.8, Shortfall: 10, Certain: 0.8} },
	New:      func(env *audit.Env) (audit.State, error) { return newProxy(env) },
	Conclude: concludeProxy,
}

// ProxySettings are the parameters of proxyparity.
type ProxySettings struct {
	Ratio     float64 `yaml:"ratio" doc:"flag a weighted approval rate below this share of the reference group's; default 0.8 (four fifths)"`
	Shortfall float64 `yaml:"shortfall" doc:"and only when at least this many approvals are missing; default 10"`
	Certain   float64 `yaml:"certain" doc:"probability from which the thresholded estimate takes a customer for a member; default 0.8"`
}

// Validate reports the first setting that makes no sense.
func (s *ProxySettings) Validate() error {
	switch {
	case !(s.Ratio > 0 && s.Ratio <= 1):
		return fmt.Errorf("ratio %v must be above 0 and at most 1", s.Ratio)
	case s.Shortfall < 0:
		return fmt.Errorf("shortfall %v must not be negative", s.Shortfall)
	case !(s.Certain > 0.5 && s.Certain <= 1):
		return fmt.Errorf("certain %v must be above 0.5, so that nobody is of two groups, and at most 1", s.Certain)
	}
	return nil
}

const proxyDoc = `Approval rates by proxy groups

Where the law forbids asking for a group, it is guessed from name and address,
as BISG does: table groups then has a probability for each group of a customer.
Nobody is put into a group by it. The population and its guards are those of
approvalparity; a declared group counts with probability 1, and a customer whose
probabilities add up to more than 1.001 is left out and counted.

With p the probability that a decision's customer is of the group and y = 1
where it was approved:

	proxy_selection_rate             Σp·y / Σp, the weighted estimator
	proxy_selection_rate_difference  the rate less the reference group's
	proxy_selection_rate_ratio       the rate over the reference group's
	proxy_thresholded_rate           k/n of those with p of at least "certain" (0.8)
	proxy_thresholded_ratio          its ratio to the reference group's
	proxy_rate_bounds                the least and the greatest rate that the probabilities allow
	proxy_coverage                   share of the decisions whose customer has a proxy or a group

Intervals hold the chance of the outcomes and that of the memberships both: the
linearised variance of the weighted rate over both is Σp(y−r)²/(Σp)² = r(1−r)/Σp,
so Wilson's, Newcombe's and Katz' formulas hold with Σp for the number of rows,
which is what N shows, rounded. The thresholded estimate tends to overstate a gap
and the weighted one to understate it (Chen et al. 2019), so both are given. Both
rest on the outcome being independent of the group given the proxy. What holds
without that are the bounds: among customers of about equal p (hundredths) at
least max(0, Σp − denied) and at most min(Σp, approved) of the members were
approved (Kallus, Mao and Zhou 2022).

proxy_selection_rate_ratio alone is tested, by the pooled normal test, and
flagged when it is below "ratio" (0.8), the shortfall Σp·rate of the reference −
Σp·y at least "shortfall" (10) and the corrected p-value below the plan's alpha:
over all rows, in each period and in each value of each segment. Groups with Σp
under min_cell are insufficient; under suppress they are withheld, and another
with them where subtraction would tell.

A proxy says nothing of a person, and must never reach a decision. Probabilities
are kept to a millionth, so that sums are exact.

Source: CFPB, Using publicly available information to proxy for unidentified race
and ethnicity (2014), for the weighted rate; Chen, Kallus, Mao, Svacha and Udell
(2019), arXiv 1811.11154, for its bias.`

const proxyDocZh = `代理群体的通过率

在法律不允许询问群体属性的地方，只能由姓名、地址等推断（如 BISG）：此时 groups 表给出
客户属于各群体的概率。本检查不据此把任何人归入某一群体。判断范围与排除规则同
approvalparity；申报的群体按概率 1 计；概率之和超过 1.001 的客户予以排除并计数。

设 p 为某笔决策的客户属于该群体的概率，通过时 y = 1：

	proxy_selection_rate             Σp·y / Σp，加权估计
	proxy_selection_rate_difference  该比率减参照群体的比率
	proxy_selection_rate_ratio       该比率除以参照群体的比率
	proxy_thresholded_rate           p 不低于 certain（0.8）者的 k/n
	proxy_thresholded_ratio          其与参照群体之比
	proxy_rate_bounds                在给定概率下该群体通过率可能的最小值与最大值
	proxy_coverage                   客户有代理概率或群体的决策所占比例

区间同时包含结果的随机性与群体归属的随机性：对二者线性化后，加权比率的方差为
Σp(y−r)²/(Σp)² = r(1−r)/Σp，因此 Wilson、Newcombe、Katz 公式均可用 Σp 作为行数
（即 N 所示，取整）。阈值估计往往高估差距，加权估计往往低估（Chen 等，2019），故两者
并列。两者都假定在给定代理变量后结果与群体无关；不作此假定也成立的是上下界：在 p
大致相等（精确到百分位）的客户中，群体成员里被通过的人数至少为 max(0, Σp − 拒绝数)，
至多为 min(Σp, 通过数)（Kallus、Mao、Zhou，2022）。

只对 proxy_selection_rate_ratio 作检验（合并方差的正态检验）；当其低于 ratio（0.8）、
短缺 Σp·参照通过率 − Σp·y 不少于 shortfall（10），且校正后 p 值低于审计方案的 alpha 时
标记；分别在全部记录、每个时期、每个细分取值内进行。Σp 低于 min_cell 的群体样本不足；
低于 suppress 的隐去，并在可由相减得出时再隐去一个。

代理概率不说明任何个人，也绝不可用于决策。概率保留到百万分之一，因此求和是精确的。

来源：加权比率见 CFPB《Using publicly available information to proxy for unidentified
race and ethnicity》（2014）；其偏差见 Chen、Kallus、Mao、Svacha、Udell（2019），
arXiv 1811.11154。`

var proxyWords = map[string]audit.Text{
	proxyRate:       audit.T("approval rate, weighted by proxy", "通过率（按代理概率加权）"),
	proxyDifference: audit.T("difference of approval rates, weighted by proxy", "通过率之差（按代理概率加权）"),
	proxyRatio:      audit.T("ratio of approval rates, weighted by proxy", "通过率之比（按代理概率加权）"),
	proxySureRate:   audit.T("approval rate of those near certain to be members", "几乎确定属于该群体者的通过率"),
	proxySureRatio:  audit.T("its ratio to the reference group's", "上述通过率与参照群体之比"),
	proxyBounds:     audit.T("approval rates that the proxies allow", "代理概率所允许的通过率范围"),
	proxyCoverage:   audit.T("decisions whose customer has a proxy or a group", "客户有代理概率或群体的决策占比"),
	"PROXY_GAP":     audit.T("gap between proxy groups", "代理群体间的差距"),
}
