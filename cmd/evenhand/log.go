package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"evenhand/features/parquetfile"
)

// logForms are the values of -log.
var logForms = []string{"text", "json"}

const logUsage = "what goes to stderr: text, for people, or json, a record a line, for collectors"

// logFlag gives a command its -log.
func logFlag(f *pflag.FlagSet, form *string) {
	f.StringVar(form, "log", "text", logUsage)
}

func validLog(form string) error {
	if form != "" && !slices.Contains(logForms, form) {
		return usagef("-log %s: use %s", form, either(logForms))
	}
	return nil
}

// newLogger writes records as JSON lines; nil for text, which has its own
// words. Quiet keeps the records, but for progress. Records hold counts, names of tables, files
// and checks: no ids, no values of cells. Times are in UTC.
func newLogger(w io.Writer, form string) *slog.Logger {
	if form != "json" {
		return nil
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Time(slog.TimeKey, a.Value.Time().UTC())
		}
		return a
	}}))
}

// ending is how the command ended: the exit code, and the error as users get to
// see it.
func ending(ctx context.Context, err error) (int, error) {
	var gate *gateError
	if ctx.Err() != nil && err != nil && !errors.As(err, &gate) && !errors.Is(err, errUnpacked) && !errors.Is(err, errPartly) {
		err = errStopped
	}
	return exitCode(err), err
}

// sayEnd tells how the command ended: in a sentence, or in a record.
func sayEnd(cmd *cobra.Command, err error, code int, say func(error)) {
	log := jsonLogger(cmd)
	var gate *gateError
	gated := errors.As(err, &gate) // the report is out, whatever came after
	switch {
	case err == nil:
	case log != nil && gated:
		log.Warn("a gate failed", "gates", gate.sentences, "exit", code)
	case log != nil:
		log.Error("failed", append([]any{"error", err.Error(), "exit", code}, refused(err)...)...)
	case gated:
		if err := gate.said(); err != nil {
			say(err)
		}
	default:
		say(err)
	}
}

// jsonLogger is the logger that a command's flags ask for.
func jsonLogger(cmd *cobra.Command) *slog.Logger {
	if cmd == nil {
		return nil
	}
	form := cmd.Flags().Lookup("log")
	if form == nil {
		return nil
	}
	return newLogger(cmd.ErrOrStderr(), form.Value.String())
}

// refused names the file that an error is about.
func refused(err error) []any {
	var file *parquetfile.DataError
	if !errors.As(err, &file) {
		return nil
	}
	out := []any{"file", file.File}
	if file.RowGroup >= 0 {
		out = append(out, "row_group", file.RowGroup)
	}
	if file.Column != "" {
		out = append(out, "column", file.Column)
	}
	return out
}

// either lists words: a, b or c.
func either(words []string) string {
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " or " + words[n]
}
