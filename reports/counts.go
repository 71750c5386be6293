package reports

// rowsRead counts the rows of all tables.
func (r *Report) rowsRead() int64 {
	var n int64
	for _, t := range r.tables {
		n += t.Rows
	}
	return n
}

// refusedCells counts the cells that could not be read as the contract says.
func (r *Report) refusedCells() int64 {
	var n int64
	for _, t := range r.tables {
		for _, c := range t.Tally.Columns {
			n += c.Bad + c.BadNull
		}
	}
	return n
}

// rowsJudged adds up, over the tables, the rows the widest check judged. Checks
// overlap, so their sum would count rows twice.
func (r *Report) rowsJudged() int64 {
	most := map[string]int64{}
	for _, c := range r.res.Coverage {
		if k := r.check[c.Check]; k != nil && len(k.Needs.Tables) > 0 {
			t := k.Needs.Tables[0].Table
			most[t] = max(most[t], c.Judged)
		} else {
			most[""] = max(most[""], c.Judged)
		}
	}
	var n int64
	for _, m := range most {
		n += m
	}
	return n
}

// span is the first and last period that metrics or cases speak of.
func (r *Report) span() (first, last string) {
	note := func(label string) {
		if label == "" {
			return
		}
		if first == "" || label < first {
			first = label
		}
		last = max(last, label)
	}
	for i := range r.res.Metrics {
		note(r.res.Metrics[i].Period)
	}
	for _, f := range r.res.Findings {
		for _, at := range []int64{f.FirstSeen, f.LastSeen} {
			if at != 0 {
				note(r.periods.Label(r.periods.Of(at)))
			}
		}
	}
	return first, last
}

// ran counts the checks by coverage status.
func (r *Report) ran() (ran, degraded, skipped int) {
	for _, c := range r.res.Coverage {
		switch c.Status {
		case "ran":
			ran++
		case "degraded":
			degraded++
		default:
			skipped++
		}
	}
	return
}
