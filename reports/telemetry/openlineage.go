package telemetry

import (
	"encoding/json"
	"path"
	"path/filepath"
	"strings"
)

// Producer names what makes the events.
const Producer = "urn:evenhand:telemetry:1"

// The schemas of OpenLineage 2-0-2 and of the facets that are used.
const (
	specURL  = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
	facetURL = "https://openlineage.io/spec/facets/"
)

// The kinds of events.
const (
	Start    = "START"
	Complete = "COMPLETE"
	Fail     = "FAIL"
)

type object = map[string]any

// facet is a facet of the schema file and version, with its fields.
func facet(version, schema string, fields object) object {
	fields["_producer"] = Producer
	fields["_schemaURL"] = facetURL + version + "/" + schema + ".json#/$defs/" + schema
	return fields
}

// Event is an OpenLineage event, as one line of JSON: Start before the run,
// Complete once the report is out, Fail when it is not.
func (r *Run) Event(kind string) []byte {
	at := r.Ended
	if kind == Start {
		at = r.Started
	}
	event := object{
		"eventType": kind, "eventTime": at.UTC().Format("2006-01-02T15:04:05.000Z"), "producer": Producer, "schemaURL": specURL,
		"run":    object{"runId": r.ID, "facets": r.runFacets(kind)},
		"job":    object{"namespace": r.Namespace, "name": r.Job(), "facets": object{"jobType": facet("2-0-4", "JobTypeJobFacet", object{"processingType": "BATCH", "integration": "EVENHAND", "jobType": "JOB"})}},
		"inputs": r.inputs(), "outputs": r.outputs(kind),
	}
	data, err := json.Marshal(event)
	if err != nil {
		panic("telemetry: " + err.Error()) // strings and numbers only
	}
	return append(data, '\n')
}

// Job is the name of the job: the command and the plan.
func (r *Run) Job() string {
	plan := filepath.Base(r.Plan)
	return r.Command + "." + strings.TrimSuffix(plan, filepath.Ext(plan))
}

func (r *Run) runFacets(kind string) object {
	name, version := "evenhand", strings.TrimPrefix(r.Binary, "evenhand ")
	facets := object{"processing_engine": facet("1-1-1", "ProcessingEngineRunFacet", object{"name": name, "version": version})}
	if kind == Fail {
		facets["errorMessage"] = facet("1-0-1", "ErrorMessageRunFacet", object{"message": r.Error, "programmingLanguage": "Go"})
	}
	return facets
}

func (r *Run) inputs() []object {
	out := []object{}
	for i := range r.Inputs {
		in := &r.Inputs[i]
		namespace, name := place(in.Files)
		fields := []object{}
		for _, f := range in.Fields {
			fields = append(fields, object{"name": f.Name, "type": f.Type})
		}
		d := object{"namespace": namespace, "name": name,
			"facets": object{
				"schema":     facet("1-2-0", "SchemaDatasetFacet", object{"fields": fields}),
				"storage":    facet("1-0-1", "StorageDatasetFacet", object{"storageLayer": layer(namespace), "fileFormat": "parquet"}),
				"dataSource": facet("1-0-1", "DatasourceDatasetFacet", object{"name": in.Table, "uri": uri(namespace, name)}),
			},
			"inputFacets": object{"dataQualityMetrics": facet("1-0-3", "DataQualityMetricsInputDatasetFacet", object{
				"rowCount": in.Rows, "bytes": in.Bytes, "fileCount": len(in.Files), "columnMetrics": r.columns(in.Table)})},
		}
		if checks := r.assertions(in.Table); len(checks) > 0 {
			d["inputFacets"].(object)["dataQualityAssertions"] = facet("1-1-0", "DataQualityAssertionsDatasetFacet", object{"assertions": checks})
		}
		out = append(out, d)
	}
	return out
}

// columns counts the cells of a table's canonical columns, once they were read.
func (r *Run) columns(table string) object {
	out := object{}
	if r.Summary == nil {
		return out
	}
	for _, t := range r.Summary.Tables {
		if t.Name != table {
			continue
		}
		for _, c := range t.Cells {
			out[c.Column] = object{"count": c.Cells, "nullCount": c.Nulls}
		}
	}
	return out
}

// assertions are the checks about a table that judged any rows: one that has
// findings failed.
func (r *Run) assertions(table string) []object {
	out := []object{}
	if r.Summary == nil {
		return out
	}
	found := map[string]bool{}
	for _, f := range r.Summary.Findings {
		found[f.Check] = true
	}
	for _, c := range r.Summary.Coverage {
		if r.Subject[c.Check] == table && c.Status != "skipped" && c.Judged > 0 {
			out = append(out, object{"assertion": c.Check, "success": !found[c.Check]})
		}
	}
	return out
}

func (r *Run) outputs(kind string) []object {
	if r.Output == "" || kind != Complete {
		return []object{}
	}
	size := int64(0)
	for _, f := range r.Files {
		size += f.Size
	}
	facets := object{
		"storage":    facet("1-0-1", "StorageDatasetFacet", object{"storageLayer": "file", "fileFormat": "arrow"}),
		"dataSource": facet("1-0-1", "DatasourceDatasetFacet", object{"name": "evenhand report", "uri": uri("file", r.Output)}),
	}
	if r.Summary != nil {
		facets["version"] = facet("1-0-1", "DatasetVersionDatasetFacet", object{"datasetVersion": r.Summary.ResultDigest})
	}
	return []object{{"namespace": "file", "name": filepath.ToSlash(r.Output), "facets": facets,
		"outputFacets": object{"outputStatistics": facet("1-0-2", "OutputStatisticsOutputDatasetFacet", object{"size": size, "fileCount": len(r.Files)})}}}
}

func layer(namespace string) string {
	scheme, _, _ := strings.Cut(namespace, "://")
	return scheme
}

func uri(namespace, name string) string {
	if namespace == "file" {
		return "file://" + escapePath(name)
	}
	return namespace + escapePath(path.Join("/", name))
}

// escapePath writes what a URI can't hold as %XX.
func escapePath(p string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(p) {
		switch c := p[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~/=", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}
