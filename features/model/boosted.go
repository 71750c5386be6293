package model

import "evenhand/features/model/trees"

// boosted makes the Load of a format of trees of its reader.
func boosted(format string, read func(file []byte) (*trees.Model, error)) func([]byte) (Model, error) {
	return func(file []byte) (Model, error) {
		from, err := read(file)
		if err != nil {
			return nil, err
		}
		return newForest(format, from), nil
	}
}

// newForest is the engine of what a file holds.
func newForest(format string, from *trees.Model) *forest {
	n := len(from.Inputs)
	m := &forest{
		format: format, trees: from.Forest, mean: from.Mean, sigmoid: from.Sigmoid, link: from.Link,
		inputs: make([]Input, n), levels: make([]map[string]int32, n), numbers: make([]*trees.Codes, n), infos: make([]string, n),
	}
	for i, in := range from.Inputs {
		m.inputs[i].Name = in.Name
		if in.Levels != nil {
			m.inputs[i].Kind = Categorical
		}
		m.levels[i], m.numbers[i], m.infos[i] = in.Levels, in.Codes, in.Info
	}
	return m
}
