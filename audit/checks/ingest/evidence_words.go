package ingest

// ingestEvidence is the evidence of ingest in Chinese (audit.Evidence).
var ingestEvidence = map[string]string{
	"rows": "行数", "column": "列", "value": "值", "not_after": "不应晚于", "currencies": "币种",
}
