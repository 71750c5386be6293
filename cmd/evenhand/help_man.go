package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"evenhand/audit/checks"
)

// Man pages are written here and not by cobra/doc: it spells long flags with
// two dashes, which the documentation doesn't, and needs a Markdown renderer.

func manCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man -o DIR",
		Short: "write the man pages of all commands and checks",
		Long: `man writes a page of section 1 for each command, one of section 5 for the plan
and one of section 7 for each check. They are the same at any time, but for the
date, which SOURCE_DATE_EPOCH gives.`,
		Example: `  evenhand man -o man && man -M man evenhand-audit
  evenhand man -o /usr/local/share/man`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				return usagef("name a directory: evenhand man -o DIR")
			}
			return writeMan(cmd.Root(), dir)
		},
	}
	cmd.Flags().StringVarP(&dir, "out", "o", "", "directory; the pages go to man1, man5 and man7 below it")
	return cmd
}

// writeMan writes every page below dir.
func writeMan(root *cobra.Command, dir string) error {
	date := ""
	if n, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		date = time.Unix(n, 0).UTC().Format(time.DateOnly)
	}
	pages := map[string]string{"man1/evenhand.1": commandPage(root, date)}
	for _, c := range root.Commands() {
		pages["man1/evenhand-"+c.Name()+".1"] = commandPage(c, date)
	}
	var plan bytes.Buffer
	if err := printPlan(&plan, "en"); err != nil {
		return err
	}
	pages["man5/evenhand-plan.5"] = textPage("evenhand-plan", "5", "the plan of an audit", plan.String(), date)
	for _, c := range checks.Known() {
		var b bytes.Buffer
		if err := printCheck(&b, c, "en"); err != nil {
			return err
		}
		pages["man7/evenhand-"+c.Name+".7"] = textPage("evenhand-"+c.Name, "7", c.Title.En, b.String(), date)
	}
	for name, text := range pages {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// roff is a man page in the making.
type roff struct{ strings.Builder }

func newPage(name, section, short, date string) *roff {
	p := &roff{}
	fmt.Fprintf(p, ".TH %s %s %q evenhand\n.SH NAME\n%s \\- %s\n", roffText(strings.ToUpper(name)), section, date, roffText(name), roffText(short))
	return p
}

// section writes a headed paragraph as it is laid out.
func (p *roff) section(head, text string) {
	if text = strings.Trim(text, "\n"); text == "" {
		return
	}
	fmt.Fprintf(p, ".SH %s\n.nf\n%s\n.fi\n", head, roffText(text))
}

func textPage(name, section, short, text, date string) string {
	p := newPage(name, section, short, date)
	p.section("DESCRIPTION", text)
	fmt.Fprintf(p, ".SH SEE ALSO\n%s(1)\n", roffText("evenhand"))
	return p.String()
}

func commandPage(c *cobra.Command, date string) string {
	name := strings.ReplaceAll(c.CommandPath(), " ", "-")
	p := newPage(name, "1", c.Short, date)
	p.section("SYNOPSIS", c.UseLine())
	long := c.Long
	if long == "" {
		long = c.Short
	}
	p.section("DESCRIPTION", long)
	if c.HasAvailableSubCommands() {
		p.WriteString(".SH COMMANDS\n")
		for _, s := range c.Commands() {
			fmt.Fprintf(p, ".TP\n.B %s\n%s\n", roffText(s.Name()), roffText(s.Short))
		}
	}
	if c.HasAvailableLocalFlags() {
		p.WriteString(".SH OPTIONS\n")
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			names := "-" + f.Name
			if f.Shorthand != "" {
				names = "-" + f.Shorthand + ", " + names
			}
			kind, usage := pflag.UnquoteUsage(f)
			if kind != "" {
				names += " " + kind
			}
			if d := f.DefValue; d != "" && d != "false" && d != "[]" && f.Name != "workers" {
				usage += " (default " + d + ")"
			}
			fmt.Fprintf(p, ".TP\n.B %s\n%s\n", roffText(names), roffText(usage))
		})
	}
	p.section("EXAMPLES", c.Example)
	p.section("EXIT STATUS", exitStatus)
	var see []string
	if c.HasParent() {
		see = append(see, "evenhand(1)")
	} else {
		for _, s := range c.Commands() {
			see = append(see, "evenhand-"+s.Name()+"(1)")
		}
	}
	fmt.Fprintf(p, ".SH SEE ALSO\n%s\n", roffText(strings.Join(append(see, "evenhand-plan(5)"), ", ")))
	return p.String()
}

// roffText is text that roff shows as it is.
func roffText(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}
