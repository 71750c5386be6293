package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/audit/checks"
	"evenhand/reports"
)

func helpCommand() *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "help [COMMAND|CHECK|TOPIC]",
		Short: "explain a command, a check, or a topic: plan, exit, formats, environment, cron",
		Long: `help explains a command, prints the manual of a check (as evenhand checks NAME
does), or a topic:

  plan         the keys of audit.yaml
  exit         the exit codes
  formats      the files of a report
  environment  the variables that are read
  cron         a crontab, systemd units and alerts`,
		Example: `  evenhand help audit
  evenhand help stalledlimit -lang zh
  evenhand help environment`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := validLang(lang); err != nil {
				return err
			}
			return help(cmd, args, lang)
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "en", "language of the manual of a check, and of what the plan's keys mean: en or zh")
	return cmd
}

func help(cmd *cobra.Command, args []string, lang string) error {
	root, out := cmd.Root(), cmd.OutOrStdout()
	switch len(args) {
	case 0:
		return root.Help()
	case 1:
	default:
		return usagef("help takes one name; see evenhand help -h")
	}
	name := args[0]
	for _, c := range root.Commands() {
		if c.Name() == name {
			c.InitDefaultHelpFlag() // which -h has
			return c.Help()
		}
	}
	for _, c := range checks.Known() {
		if c.Name == name {
			return printCheck(out, c, lang)
		}
	}
	for _, t := range topics {
		if t.name == name {
			return t.print(out, lang)
		}
	}
	return usagef("%q is no command, check or topic; topics are %s", name, either(topicNames()))
}

// cronText is how to run the job every night; its scripts and units are tested.
//
//go:embed help_cron.txt
var cronText string

// topics are what help knows besides commands and checks.
var topics = []struct {
	name  string
	print func(w io.Writer, lang string) error
}{
	{"plan", printPlan},
	{"exit", func(w io.Writer, _ string) error {
		_, err := io.WriteString(w, "Exit status:\n"+exitStatus)
		return err
	}},
	{"formats", printFormats},
	{"environment", printEnvironment},
	{"cron", func(w io.Writer, _ string) error {
		_, err := io.WriteString(w, cronText)
		return err
	}},
}

func topicNames() (out []string) {
	for _, t := range topics {
		out = append(out, t.name)
	}
	return out
}

// printPlan lists the keys of a plan, as its schema describes them.
func printPlan(w io.Writer, lang string) error {
	raw, err := audit.PlanSchema(checks.Known())
	if err != nil {
		return err
	}
	if raw, err = describedIn(lang, raw); err != nil {
		return err
	}
	var schema struct {
		Required   []string
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		return err
	}
	fmt.Fprintf(w, "The plan, audit.yaml: everything that can change an answer. Its keys (! required):\n\n")
	for _, name := range planKeys(raw) {
		mark := " "
		if slices.Contains(schema.Required, name) {
			mark = "!"
		}
		fmt.Fprintf(w, "  %-11s%s %s\n", name, mark, schema.Properties[name].Description)
	}
	_, err = fmt.Fprint(w, `
"evenhand init FILE…" writes one, with comments, from the fields of an export;
"evenhand schema plan" prints its JSON Schema, for editors; "evenhand checks NAME"
the settings of a check. Unknown keys are errors, with their lines.
`)
	return err
}

// planKeys lists the keys of the plan in the schema's own order.
func planKeys(schema []byte) (out []string) {
	var doc struct{ Properties json.RawMessage }
	if json.Unmarshal(schema, &doc) != nil {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(string(doc.Properties)))
	if _, err := dec.Token(); err != nil {
		return nil
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return out
		}
		out = append(out, key.(string))
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return out
		}
	}
	return out
}

func printFormats(w io.Writer, _ string) error {
	fmt.Fprintf(w, "Files of a report. Those with a name are written by -format NAME,…, or all of them by -format all:\n\n")
	for _, f := range reports.Formats {
		name := ""
		if f.Extra {
			name = f.Name
		}
		fmt.Fprintf(w, "  %-20s %-9s %s\n", f.File, name, f.Doc)
	}
	_, err := fmt.Fprintf(w, "  %-20s %-9s %s\n\n\"evenhand schema results\" describes every field of the tables.\n", reports.ManifestFile, "", "the digest of every other file, and of everything that went in")
	return err
}

// environment lists the variables that the command reads.
var environment = []struct{ name, doc string }{
	{"EVENHAND_ID_KEY", "key of the pseudonyms, at least 16 bytes in hex or base64; without it they hold for one export only"},
	{"EVENHAND_SIGNING_KEY", "private key that signs evidence packs: ECDSA P-256, PEM; in place of -sign-key"},
	{"EVENHAND_LANG", "language of what goes wrong: zh for Chinese; -lang zh has the same effect"},
	{"OPENLINEAGE_NAMESPACE", "namespace of the job in -openlineage events; default evenhand"},
	{"TMPDIR", "where temporary files go when -memory is reached"},
	{"AWS_REGION, AWS_PROFILE …", "what the AWS SDK reads for s3:// inputs"},
	{"GOMAXPROCS", "default of -workers"},
	{"SOURCE_DATE_EPOCH", "date of the man pages, in seconds; without it they have none"},
}

func printEnvironment(w io.Writer, _ string) error {
	fmt.Fprintln(w, "Variables that are read. None of them changes an answer, but for the key, by which ids are written; TZ and LANG have no effect.")
	fmt.Fprintln(w)
	for _, v := range environment {
		fmt.Fprintf(w, "  %-26s %s\n", v.name, v.doc)
	}
	return nil
}
