package enough

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"evenhand/audit"
)

// Sentence tells a customer what would have been enough, from the evidence of a
// case and nothing else; zero when it has none. It never promises.
func Sentence(plan *audit.Plan, c *audit.Case) audit.Text {
	changes, day, ok := read(plan, c.Evidence)
	if !ok {
		return audit.Text{}
	}
	if day != "" {
		return audit.Text{
			En: "A waiting time decided; the one that applied on that day is over from " + day + " on. This is no promise of approval.",
			Zh: "影响结果的是等待期：当日适用的等待期自" + day + "起不再适用。这不是对通过的承诺。",
		}
	}
	var en, zh []string
	for _, x := range changes {
		info := plan.Dictionary[x.feature]
		from, to, unit := shown(info, x.from, x.to)
		en = append(en, cmp.Or(info.En, info.Zh)+" from "+from+" to "+to+unit.En)
		zh = append(zh, cmp.Or(info.Zh, info.En)+"由"+spaced(from)+"变为"+strings.TrimRight(spaced(to)+unit.Zh, " "))
	}
	return audit.Text{
		En: "What would have been enough on that day, all else equal: " + strings.Join(en, ", and ") + ". This is no promise of approval.",
		Zh: "当日若其他条件不变，以下改变即已足够：" + strings.Join(zh, "，并且") + "。这不是对通过的承诺。",
	}
}

func spaced(number string) string { return " " + number + " " }

var unitWords = map[string]audit.Text{
	"":       {},
	"share":  {},
	"months": audit.T(" months", "个月"),
	"days":   audit.T(" days", "天"),
	"years":  audit.T(" years", "年"),
	"元":      audit.T(" yuan", "元"),
}

// fen is the unit of amounts that letters tell in units of a hundred.
const fen = "分"

// shown are the values of a change as a customer reads them: to two decimals more
// than the step has. What it takes is rounded to the good side, so that it is
// enough as told.
func shown(info audit.FeatureInfo, from, to float64) (a, b string, unit audit.Text) {
	name, step := info.Unit, info.Step
	if name == fen {
		from, to, step, name = from/100, to/100, step/100, "元"
	}
	unit, ok := unitWords[name]
	if !ok {
		unit = audit.T(" "+name, name)
	}
	places := 0
	for x := step; x != math.Trunc(x) && places < 6; x *= 10 {
		places++
	}
	if places += 2; name == "元" {
		places = 2
	}
	scale := math.Pow10(places)
	up := math.Ceil
	if info.Good == "lower" {
		up = math.Floor
	}
	round := func(x float64, by func(float64) float64) string {
		y := x * scale
		if !(math.Abs(y) < 1<<52) {
			return number(x)
		}
		if near := math.Round(y); math.Abs(near-y) < 1e-6 {
			y = near // the noise of a decimal
		}
		y = by(y) / scale
		if name == "元" && y != math.Trunc(y) {
			return strconv.FormatFloat(y, 'f', 2, 64)
		}
		return number(y + 0) // never -0
	}
	return round(from, math.Round), round(to, up), unit
}
