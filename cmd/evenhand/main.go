// Command evenhand audits a consumer lender's own credit decisions. See
// README.md, or `evenhand help`.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // the plan's zone must mean the same on every host

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"evenhand/audit/driver"
)

func main() {
	// Also when run has let go of signals: a report that is out is not to end in
	// 143 because the signal came a moment before the exit.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM)
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its effects as arguments; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ignoreSizeLimit()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := command()
	args, stdout, flush := oneDash(args, stdout)
	defer flush()
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetArgs(longFlags(root, args))
	cmd, err := execute(ctx, root)
	code, err := ending(ctx, err)
	sayEnd(cmd, err, code, func(err error) { fmt.Fprintf(stderr, "evenhand: %s\n", told(err, args)) })
	return code
}

// execute runs the command; a panic is a broken contract inside, and an error
// like any other to the caller.
func execute(ctx context.Context, root *cobra.Command) (cmd *cobra.Command, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &driver.Broken{Cause: fmt.Sprintf("%v\n%s", p, debug.Stack())}
		}
	}()
	return root.ExecuteContextC(ctx)
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:   "evenhand",
		Short: "audit a consumer lender's own credit decisions",
		Long: `evenhand reads Parquet exports of credit decisions, repayments and limit
events, recomputes the scores from the model files, and reports denials and
limits that are unfair, inconsistent, unexplained or simply wrong.

Start with "evenhand demo", then "evenhand init FILE…" on your own export.`,
		Example: `  evenhand demo
  evenhand init decisions.parquet > audit.yaml
  evenhand audit -c audit.yaml -o report`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%q is no command; see evenhand -h", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; see %s -h", err, cmd.CommandPath())
	})
	root.AddCommand(demoCommand(), initCommand(), auditCommand(), scenarioCommand(), explainCommand(), resolveCommand(), diffCommand(), scoreCommand(), packCommand(), verifyCommand(), checksCommand(), schemaCommand(), manCommand(), completionCommand())
	h := helpCommand()
	root.SetHelpCommand(h)
	root.AddCommand(h)
	addLang(root)
	addCompletions(root)
	root.SetHelpTemplate(helpTemplate)
	return root
}

// longFlags lets long flags be written with one dash, as in -workers 4: the
// form of the documentation. An argument is rewritten only when it names a
// flag that some command has.
func longFlags(root *cobra.Command, args []string) []string {
	known := map[string]bool{"help": true}
	for _, c := range root.Commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) { known[f.Name] = true })
	}
	out := make([]string, len(args))
	for i, a := range args {
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		if strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "--") && len(name) > 1 && known[name] {
			a = "-" + a
		}
		out[i] = a
		if a == "--" {
			copy(out[i:], args[i:])
			break
		}
	}
	return out
}

const helpTemplate = `{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}
Exit status:
` + exitStatus
