package main

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"evenhand/audit/checks"
	"evenhand/reports"
)

// shells maps the shells to what writes their scripts.
var shells = map[string]func(root *cobra.Command, w io.Writer) error{
	"bash":       func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) },
	"zsh":        func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) },
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) },
}

func completionCommand() *cobra.Command {
	names := slices.Sorted(maps.Keys(shells))
	return &cobra.Command{
		Use:   "completion bash|fish|powershell|zsh",
		Short: "print what makes a shell complete commands, flags and their values",
		Long: `completion prints a script for a shell, which then completes commands, flags,
names of checks, tables, formats and languages. Long flags complete with one
dash and with two: -workers and --workers are the same.`,
		Example: `  evenhand completion bash > /etc/bash_completion.d/evenhand
  evenhand completion zsh > "${fpath[1]}/_evenhand"
  evenhand completion fish > ~/.config/fish/completions/evenhand.fish
  evenhand completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: names,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || shells[args[0]] == nil {
				return usagef("name a shell: %s", either(names))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return shells[args[0]](cmd.Root(), cmd.OutOrStdout()) },
	}
}

// complete is what the shell asks for a command's first argument; whatever is
// not listed here completes as a file.
var complete = map[string]func() []string{
	"checks":   checkNames,
	"help":     func() []string { return slices.Concat(checkNames(), topicNames()) }, // and the commands
	"schema":   func() []string { return append(tableNames(), schemaTopics()...) },
	"audit":    none,
	"scenario": none,
	"demo":     none,
	"explain":  none,
	"man":      none,
}

// completeFlags are the values of flags, by name; those of a command alone by
// command and name.
var completeFlags = map[string]func() []string{
	"lang": func() []string { return pageLangs }, "log": func() []string { return logForms },
	"fail-on": func() []string { return []string{"fail", "warn", "info", "never"} }, "diff fail-on": func() []string { return diffGates },
	"checks lang": twoLangs, "help lang": twoLangs, "schema lang": twoLangs, "explain lang": func() []string { return pageLangs },
	"format": extraFormats, "workers": none, "memory": none, "today": none,
}

// schemaTopics are what schema prints besides tables, as its usage names them.
func schemaTopics() []string {
	_, list, _ := strings.Cut(schemaCommand().Use, "TABLE|")
	return strings.Split(strings.TrimSuffix(list, "]"), "|")
}

func none() []string { return nil }

func twoLangs() []string { return pageLangs[:2] }

func checkNames() (out []string) {
	for _, c := range checks.Known() {
		out = append(out, c.Name+"\t"+c.Title.En)
	}
	return out
}

func extraFormats() (out []string) {
	for _, f := range reports.Formats {
		if f.Extra {
			out = append(out, f.Name+"\t"+f.Doc)
		}
	}
	return append(out, reports.AllFormats)
}

// addCompletions tells cobra what completes.
func addCompletions(root *cobra.Command) {
	root.CompletionOptions.DisableDefaultCmd = true
	var commands []string
	for _, c := range root.Commands() {
		commands = append(commands, c.Name()+"\t"+c.Short)
	}
	for _, c := range root.Commands() {
		if list := complete[c.Name()]; list != nil && c.ValidArgs == nil {
			c.ValidArgsFunction = func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
				if len(args) > 0 {
					return nil, cobra.ShellCompDirectiveNoFileComp
				}
				all := list()
				if c.Name() == "help" {
					all = append(all, commands...)
				}
				return beginning(begun, all), cobra.ShellCompDirectiveNoFileComp
			}
		}
		for name, list := range completeFlags {
			if of, flag, ok := strings.Cut(name, " "); ok {
				if of != c.Name() {
					continue
				}
				name = flag
			} else if completeFlags[c.Name()+" "+name] != nil {
				continue
			}
			if c.Flags().Lookup(name) == nil {
				continue
			}
			err := c.RegisterFlagCompletionFunc(name, func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
				return beginning(begun, list()), cobra.ShellCompDirectiveNoFileComp
			})
			if err != nil {
				panic("completion of -" + name + ": " + err.Error())
			}
		}
		if c.Flags().Lookup("plan") != nil {
			_ = c.MarkFlagFilename("plan", "yaml", "yml") // the flag is there
		}
	}
}

// beginning keeps what begins as the user began it.
func beginning(begun string, words []string) (out []string) {
	for _, w := range words {
		if strings.HasPrefix(w, begun) {
			out = append(out, w)
		}
	}
	return out
}

// oneDash lets the shell complete long flags after one dash, as the
// documentation writes them: what it asks for is turned into two dashes, and
// the answers back into one. The result is done with by calling flush.
func oneDash(args []string, stdout io.Writer) (_ []string, _ io.Writer, flush func()) {
	last := ""
	if len(args) > 1 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		last = args[len(args)-1]
	}
	if !strings.HasPrefix(last, "-") || strings.HasPrefix(last, "--") || strings.Contains(last, "=") {
		return args, stdout, func() {}
	}
	args = slices.Clone(args)
	if len(last) > 1 {
		args[len(args)-1] = "-" + last
	}
	var b bytes.Buffer
	return args, &b, func() {
		for line := range strings.Lines(b.String()) {
			if strings.HasPrefix(line, "--") {
				line = line[1:]
			}
			io.WriteString(stdout, line)
		}
	}
}
