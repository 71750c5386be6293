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
// overlap, so their sum would count rows twice; one that reads several tables
// stands for all of them.
func (r *Report) rowsJudged() int64 {
	most, whole := map[string]int64{}, int64(0)
	for _, c := range r.res.Coverage {
		k := r.check[c.Check]
		switch {
		case k == nil:
			most[""] = max(most[""], c.Judged)
		case len(k.Needs.Tables) > 1:
			whole = max(whole, c.Judged)
		case len(k.Needs.Tables) == 1:
			t := k.Needs.Tables[0].Table
			most[t] = max(most[t], c.Judged)
		}
	}
	var n int64
	for _, m := range most {
		n += m
	}
	n = max(n, whole)
	if read := r.rowsRead(); read > 0 {
		n = min(n, read)
	}
	return n
}

// span is the first and last of the plan's periods that metrics or cases speak
// of; some metrics are of days, weeks or vintages of their own.
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
		if p := r.res.Metrics[i].Period; r.periods.Label(r.periods.Index(p)) == p {
			note(p)
		}
	}
	for _, f := range r.res.Findings {
		for _, at := range []int64{f.FirstSeen, f.LastSeen} {
			if at != 0 {
				note(r.periods.Label(r.periods.Of(at)))
			}
		}
	}
	// A promise may fall due after the export was made.
	if at := r.plan.AsOfMicros(); at > 0 {
		if end := r.periods.Label(r.periods.Of(at)); last > end && first <= end {
			last = end
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
