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
			return help(cmd, args, printedIn(lang))
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "language of the manual of a check and of a topic: en or zh (default $"+langVariable+", else en)")
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
	{"exit", func(w io.Writer, lang string) error {
		_, err := io.WriteString(w, in(lang, "Exit status:\n"+exitStatus, "退出码：\n"+exitStatusZh))
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
	fmt.Fprintf(w, "%s\n\n", in(lang, "The plan, audit.yaml: everything that can change an answer. Its keys (! required):", "审计方案 audit.yaml：凡能改变结果者均在其中。各键如下（! 为必需）："))
	for _, name := range planKeys(raw) {
		mark := " "
		if slices.Contains(schema.Required, name) {
			mark = "!"
		}
		fmt.Fprintf(w, "  %-11s%s %s\n", name, mark, schema.Properties[name].Description)
	}
	_, err = fmt.Fprint(w, in(lang, `
"evenhand init FILE…" writes one, with comments, from the fields of an export;
"evenhand schema plan" prints its JSON Schema, for editors; "evenhand checks NAME"
the settings of a check. Unknown keys are errors, with their lines.
`, `
“evenhand init FILE…” 根据导出数据的字段写出带注释的审计方案；“evenhand schema plan”
打印其 JSON Schema，供编辑器使用；“evenhand checks NAME” 列出一项检查的设置。未知的键为
错误，并指明所在行。
`))
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

func printFormats(w io.Writer, lang string) error {
	fmt.Fprintf(w, "%s\n\n", in(lang, "Files of a report. Those with a name are written by -format NAME,…, or all of them by -format all:",
		"报告的文件。标有名称的文件由 -format 名称,… 写出，-format all 写出全部："))
	for _, f := range reports.Formats {
		name := ""
		if f.Extra {
			name = f.Name
		}
		fmt.Fprintf(w, "  %-20s %-9s %s\n", f.File, name, in(lang, f.Doc, formatsZh[f.File]))
	}
	fmt.Fprintf(w, "  %-20s %-9s %s\n\n", reports.ManifestFile, "", in(lang, "the digest of every other file, and of everything that went in", formatsZh[reports.ManifestFile]))
	_, err := fmt.Fprintln(w, in(lang, `"evenhand schema results" describes every field of the tables.`, "“evenhand schema results” 说明各表的每个字段。"))
	return err
}

// environment lists the variables that the command reads.
var environment = []struct {
	name string
	doc  audit.Text
}{
	{"EVENHAND_ID_KEY", audit.T("key of the pseudonyms, at least 16 bytes in hex or base64; without it they hold for one export only",
		"假名所用的密钥，至少 16 字节，十六进制或 base64；未设置时假名只对一份导出数据有效")},
	{"EVENHAND_SIGNING_KEY", audit.T("private key that signs evidence packs: ECDSA P-256, PEM; in place of -sign-key",
		"为证据包签名的私钥：ECDSA P-256，PEM；代替 -sign-key")},
	{langVariable, audit.T("language of what is printed, errors too: zh for Chinese, else English; -lang goes before it, and files don't follow it",
		"打印内容（包括错误）的语言：zh 为中文，否则为英文；-lang 优先；写出的报告不受其影响")},
	{"OPENLINEAGE_NAMESPACE", audit.T("namespace of the job in -openlineage events; default evenhand", "-openlineage 事件中作业的命名空间；默认为 evenhand")},
	{"TMPDIR", audit.T("where temporary files go when -memory is reached", "达到 -memory 时临时文件的位置")},
	{"AWS_REGION, AWS_PROFILE …", audit.T("what the AWS SDK reads for s3:// inputs", "AWS SDK 为 s3:// 输入所读取的变量")},
	{"GOMAXPROCS", audit.T("default of -workers", "-workers 的默认值")},
	{"SOURCE_DATE_EPOCH", audit.T("date of the man pages, in seconds; without it they have none", "手册页的日期，以秒计；未设置时手册页没有日期")},
}

func printEnvironment(w io.Writer, lang string) error {
	fmt.Fprintln(w, in(lang, "Variables that are read. None of them changes an answer, but for the key, by which ids are written; TZ and LANG have no effect.",
		"本程序读取的环境变量。除决定编号写法的密钥外，均不改变任何结果；TZ 和 LANG 不起作用。"))
	fmt.Fprintln(w)
	for _, v := range environment {
		fmt.Fprintf(w, "  %-26s %s\n", v.name, v.doc.In(lang))
	}
	return nil
}
