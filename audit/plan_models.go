package audit

import (
	"encoding/hex"
	"strconv"
	"time"
)

func (v *validator) models() {
	seen := map[[2]string]bool{}
	for i := range v.Models {
		m, path := &v.Models[i], modelPath(i)
		if m.File == "" {
			v.wrong(path, "file is missing; name the model's file")
		}
		if m.Tolerance < 0 {
			v.wrong(path+".tolerance", "it can't be negative")
		}
		if k := [2]string{m.Version, m.Product}; seen[k] {
			v.wrong(path, "another model has this version and product; tell them apart by version: or product:")
		} else {
			seen[k] = true
		}
		if digest, err := hex.DecodeString(m.SHA256); m.SHA256 != "" && (err != nil || len(digest) != 32) {
			v.wrong(path+".sha256", "%q is no SHA-256; write 64 hexadecimal digits, as sha256sum prints them", m.SHA256)
		}
		v.modelDates(path, m)
		for _, input := range sortedKeys(m.Training) {
			if x := m.Training[input]; x < 0 || x > 1 {
				v.wrong(path+".training_missing."+input, "%v is no share; write one from 0 to 1", x)
			}
		}
		v.scale(path, m)
	}
}

// modelPath is where the plan has model i.
func modelPath(i int) string { return "models." + strconv.Itoa(i+1) }

// modelDates holds the dates of a model in their order: trained, deployed,
// retired.
func (v *validator) modelDates(path string, m *ModelSpec) {
	type date struct {
		key string
		at  time.Time
	}
	var last *date
	for _, d := range []struct{ key, text string }{
		{"trained_from", m.TrainedFrom}, {"trained_to", m.TrainedTo}, {"deployed", m.Deployed}, {"retired", m.Retired},
	} {
		v.instant(path+"."+d.key, d.text)
		t, _, err := parseInstant(d.text, v.zone)
		if d.text == "" || err != nil {
			continue
		}
		// A model may be deployed in the moment its training data ends, but is
		// trained and serves for some time.
		switch {
		case last == nil:
		case t.Before(last.at):
			v.wrong(path+"."+d.key, "it can't be before %s", last.key)
		case t.Equal(last.at) && d.key != "deployed":
			v.wrong(path+"."+d.key, "it must be later than %s", last.key)
		}
		last = &date{d.key, t}
	}
}

func (v *validator) scale(path string, m *ModelSpec) {
	s := m.Scale
	if s == nil {
		return
	}
	path += ".scale"
	if s.PDO <= 0 {
		v.wrong(path, "pdo must be above 0: the points that double the odds")
	}
	if s.Odds <= 0 {
		v.wrong(path, "odds must be above 0: the odds of good to bad at the base score, e.g. 50")
	}
	if _, given := v.lines[path+".base"]; !given {
		v.wrong(path, "base is missing: the score at the odds given")
	}
	if m.Output == "probability" || m.Output == "margin" {
		v.wrong(path, "the recorded score is the %s, which has no scale; remove scale, or output", m.Output)
	}
}
