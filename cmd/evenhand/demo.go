package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"evenhand/audit"
	"evenhand/fixtures"
	"evenhand/reports"
)

// demos are the audits of `evenhand demo`, in order.
var demos = []struct {
	name  string
	title audit.Text
	files func() fs.FS
}{
	{"book", audit.T("the embedded book: a made-up lender with planted faults", "内置账簿：虚构的贷款机构，其中埋有已知问题"), fixtures.Book},
	{"german", audit.T("German credit: 1,000 real applicants, decided by LightGBM and XGBoost", "德国信贷数据：1,000 位真实申请人，由 LightGBM 和 XGBoost 作出决定"), fixtures.German},
	{"loanapp", audit.T("the Boston Fed loan decisions: 1,989 real mortgage applications", "波士顿联储贷款决定数据：1,989 笔真实的按揭申请"), fixtures.Loanapp},
}

func demoCommand() *cobra.Command {
	var (
		out    string
		lang   string
		format string
		form   string // of the log
	)
	cmd := &cobra.Command{
		Use:   "demo [-o DIR]",
		Short: "audit the embedded book and two real data sets: the first thing to run",
		Long: `demo unpacks three small exports with their plans and audits them. The data and
plans stay in DIR, to look at, to change and to audit again.`,
		Example: `  evenhand demo
  evenhand demo -o /tmp/demo -lang zh`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			w := cmd.OutOrStdout()
			for i, d := range demos {
				dir := filepath.Join(out, d.name)
				if err := unpack(d.files(), dir); err != nil {
					return err
				}
				fmt.Fprintf(w, "== %s\n", d.title.In(printedIn(lang)))
				j := &auditJob{
					plan: filepath.Join(dir, "audit.yaml"), out: filepath.Join(dir, "report"),
					workers: runtime.GOMAXPROCS(0), lang: lang, format: format, stdout: w, stderr: cmd.ErrOrStderr(), noProgress: true,
					watch: watch{form: form},
				}
				if err := demoAudit(cmd.Context(), j); err != nil {
					if i > 0 && cmd.Context().Err() != nil {
						return errPartly
					}
					return err
				}
				fmt.Fprintf(w, "%sevenhand audit -c %s -o %s\n\n", in(printedIn(lang), "again: ", "再次运行："), j.plan, j.out)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "evenhand-demo", "directory for the data, the plans and the reports")
	cmd.Flags().StringVar(&lang, "lang", "both", langUsage)
	logFlag(cmd.Flags(), &form)
	cmd.Flags().StringVar(&format, "format", "", reports.FormatFlag())
	return cmd
}

// demoAudit audits; findings are what a demo is for, so the gate is no error.
func demoAudit(ctx context.Context, j *auditJob) error {
	err := j.watch.observe(ctx, j, "demo", j.run)
	var gate *gateError
	if errors.As(err, &gate) {
		return nil
	}
	return err
}

// unpack writes the files of an embedded tree below dir.
func unpack(files fs.FS, dir string) error {
	return fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		to := filepath.Join(dir, filepath.FromSlash(path))
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, data, 0o644)
	})
}
