package parquetfile

import (
	"fmt"
	"strings"

	"evenhand/features"
	"evenhand/features/parquetfile/page"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// class is what a column's values are, apart from how they are stored.
type class uint8

const (
	clInt class = iota
	clFloat
	clBool
	clDecimal
	clDate
	clInstant
	clTime
	clText // strings, enums, JSON, bytes without a type
	clUUID
	clNone // nothing that a plan can use
)

// leaf is one stored column.
type leaf struct {
	index  int    // position among the column chunks
	name   string // dotted; of lists, the list's own name
	phys   format.Type
	width  int // of fixed-length values, in bytes
	maxDef int
	maxRep int
	repDef int // definition level from which a list has an element

	class    class
	typ      string // in words, as features.Field.Type
	natural  features.Kind
	unsigned bool
	prec     int
	scale    int   // of decimals
	perUnit  int64 // of instants: stored units a second
	utc      bool  // of instants
	// int96Micros is how many microseconds a count of this INT96 column is
	// when fastparquet wrote it in a coarser unit than nanoseconds; else 0.
	int96Micros int64
	nullable    bool
	// refuse is why the column cannot be read, "" when it can.
	refuse string
}

func (l *leaf) isList() bool { return l.maxRep > 0 }

// schemaWalk turns the footer's flat list of elements into leaves.
type schemaWalk struct {
	elems  []format.SchemaElement
	odd    map[int]bool // elements whose logical type is not known
	next   int
	leaves []leaf
}

// place is where a node stands below its ancestors.
type place struct {
	path     []string
	def, rep int
	repDef   int
	nullable bool
	listName string // set below a repeated node with one leaf
	refuse   string
}

// readSchema lists the leaves. The footer walk made sure that the elements are
// one tree of bounded depth.
func readSchema(elems []format.SchemaElement, odd map[int]bool) ([]leaf, error) {
	if len(elems) == 0 {
		return nil, page.Corrupt("the footer has no schema")
	}
	w := &schemaWalk{elems: elems, odd: odd, next: 1}
	for i := int32(0); i < elems[0].NumChildren.V; i++ {
		if err := w.node(place{}, false); err != nil {
			return nil, err
		}
	}
	return w.leaves, nil
}

func (w *schemaWalk) node(at place, inList bool) error {
	if w.next >= len(w.elems) {
		return page.Corrupt("the schema is not a tree")
	}
	e := &w.elems[w.next]
	if w.odd[w.next] {
		at.refuse = "has a logical type that is damaged, or newer than this reader"
	}
	w.next++
	parent := at.path
	at.path = append(at.path[:len(at.path):len(at.path)], e.Name)
	if !e.RepetitionType.Valid {
		return page.Corrupt("column %s lacks its repetition type", strings.Join(at.path, "."))
	}
	switch e.RepetitionType.V {
	case format.Required:
	case format.Optional:
		at.def++
		at.nullable = true
	case format.Repeated:
		at.def++
		at.rep++
		at.repDef = at.def
		at.listName = strings.Join(at.path, ".")
		if inList {
			at.listName = strings.Join(parent, ".")
		}
		if n := w.leavesBelow(w.next - 1); n != 1 && at.refuse == "" {
			at.refuse = fmt.Sprintf("is a list of structs with %d fields; only lists of one text field can be read", n)
		}
		if at.rep > 1 {
			at.refuse = "is a list of lists, which cannot be read"
		}
	default:
		return page.Corrupt("column %s has repetition type %d", strings.Join(at.path, "."), e.RepetitionType.V)
	}
	if e.Type.Valid && e.NumChildren.V == 0 {
		w.leaves = append(w.leaves, newLeaf(e, at, len(w.leaves)))
		return nil
	}
	if isMap(e) {
		at.refuse = "is a map, which cannot be read; export its values as columns of their own"
	}
	for i := int32(0); i < e.NumChildren.V; i++ {
		if err := w.node(at, isListGroup(e) && e.NumChildren.V == 1); err != nil {
			return err
		}
	}
	return nil
}

// leavesBelow counts the leaves of the subtree that starts at element i.
func (w *schemaWalk) leavesBelow(i int) int {
	n, todo := 0, int32(1)
	for ; todo > 0 && i < len(w.elems); i++ {
		e := &w.elems[i]
		todo += e.NumChildren.V - 1
		if e.Type.Valid && e.NumChildren.V == 0 {
			n++
		}
	}
	return n
}

func isListGroup(e *format.SchemaElement) bool {
	_, logical := e.LogicalType.Value.(*format.ListType)
	return logical || e.ConvertedType.Valid && e.ConvertedType.V == deprecated.List
}

func isMap(e *format.SchemaElement) bool {
	_, logical := e.LogicalType.Value.(*format.MapType)
	return logical || e.ConvertedType.Valid && (e.ConvertedType.V == deprecated.Map || e.ConvertedType.V == deprecated.MapKeyValue)
}

func newLeaf(e *format.SchemaElement, at place, index int) leaf {
	l := leaf{
		index: index, name: strings.Join(at.path, "."),
		phys: e.Type.V, width: int(e.TypeLength.V),
		maxDef: at.def, maxRep: at.rep, repDef: at.repDef,
		nullable: at.nullable, refuse: at.refuse,
	}
	switch l.phys {
	case format.Boolean:
		l.width = 0
	case format.Int32, format.Float:
		l.width = 4
	case format.Int64, format.Double:
		l.width = 8
	case format.Int96:
		l.width = 12
	case format.ByteArray:
		l.width = 0
	case format.FixedLenByteArray:
		if l.width <= 0 {
			l.refuse = fmt.Sprintf("has fixed-length values of %d bytes: %v", l.width, page.ErrCorrupt)
		}
	default:
		l.refuse = fmt.Sprintf("has physical type %d, which is unknown", int32(l.phys))
	}
	l.classify(e)
	if l.isList() && at.refuse == "" {
		l.name = at.listName
		l.typ = "list<" + l.typ + ">"
		l.natural = features.TextList
	}
	return l
}

// fieldOf describes a leaf to the plan.
func fieldOf(l *leaf) features.Field {
	return features.Field{Name: l.name, Type: l.typ, Natural: l.natural, Nullable: l.nullable || l.isList()}
}
