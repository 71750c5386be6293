package parquetfile

import (
	"fmt"

	"evenhand/features"

	"github.com/parquet-go/parquet-go/format"
)

// errNoZone is what a column without zones needs from the plan.
func errNoZone(what string) error {
	return fmt.Errorf("has %s without a zone; give `timezone` in the plan, or on the column", what)
}

// micros brings stored instants to microseconds.
func (r *recipe) micros(l *leaf, opts *Options) {
	switch {
	case l.phys == format.Int96:
		r.fromViews = int96ToMicros
		if l.int96Micros > 0 {
			r.fromViews = fastparquetToMicros
		}
		if opts.Int96Zone != nil {
			r.zone.loc = opts.Int96Zone
			r.steps = append(r.steps, stepLocal)
		}
	case l.perUnit == 1e3:
		r.num = 1000
		r.each = fTruncated
		r.steps = append(r.steps, stepMulDiv)
	case l.perUnit == 1e9:
		r.steps = append(r.steps, stepNanos)
	}
}

func (r *recipe) toInstant(l *leaf, spec *features.Spec, opts *Options) error {
	switch l.class {
	case clInstant:
		r.micros(l, opts)
		if !l.utc {
			if spec.Zone == nil {
				return errNoZone("timestamps")
			}
			r.steps = append(r.steps, stepLocal)
		}
		return nil
	case clText:
		r.fromViews = viewsToInstants
		return nil
	case clDate:
	case clInt, clFloat:
		r.days(l, spec)
	default:
		return l.cannot(features.Instant, "")
	}
	if spec.Zone == nil {
		return errNoZone("dates")
	}
	r.steps = append(r.steps, stepMidnight)
	return nil
}

func (r *recipe) toDate(l *leaf, spec *features.Spec, opts *Options) error {
	switch l.class {
	case clDate:
	case clInstant:
		r.micros(l, opts)
		r.each = 0 // a millisecond does not move a date
		if l.utc && spec.Zone == nil {
			return errNoZone("instants, whose date depends on the zone, and stands here")
		}
		if l.utc {
			r.steps = append(r.steps, stepDay)
		} else {
			r.steps = append(r.steps, stepWallDay)
		}
		if opts.Int96Zone != nil && l.phys == format.Int96 && spec.Zone != nil && spec.Zone.String() != opts.Int96Zone.String() {
			return fmt.Errorf("is an INT96 timestamp in %s, whose date is wanted in %s; export it as TIMESTAMP", opts.Int96Zone, spec.Zone)
		}
	case clInt, clFloat:
		r.days(l, spec)
	case clText:
		r.fromViews = viewsToDates
	default:
		return l.cannot(features.Date, "")
	}
	return nil
}

// days reads integers as days since an epoch, or as YYYYMMDD.
func (r *recipe) days(l *leaf, spec *features.Spec) {
	if l.class == clFloat {
		r.fromFloats = floatsToInts
	} else {
		r.unsigned(l)
	}
	if spec.Epoch == nil {
		r.steps = append(r.steps, stepYMD)
		return
	}
	y, m, d := spec.Epoch.Date()
	if spec.Months {
		r.month, r.day = int64(y)*12+int64(m)-1, d
		r.steps = append(r.steps, stepEpochMonths)
		return
	}
	r.epoch, _ = daysFrom(y, int(m), d)
	r.steps = append(r.steps, stepEpoch)
}
