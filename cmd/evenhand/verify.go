package main

import (
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"evenhand/reports/pack"
)

func verifyCommand() *cobra.Command {
	var (
		keys  []string
		tsa   string
		last  string
		quiet bool
	)
	cmd := &cobra.Command{
		Use:   "verify DIR…",
		Short: "verify reports, evidence packs and chains of packs",
		Long: `verify holds each DIR against what it says of itself: a report against its
manifest; a pack file by file against its manifests, its statement, its
signature and its timestamp; a directory of packs also as one chain. It needs
no network. What does not hold is named, and the exit code is 65.`,
		Example: `  evenhand verify report
  evenhand verify packs -key lender.pub.pem`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("verify wants at least one directory")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			trust, err := trusted(keys, tsa, last)
			if err != nil {
				return err
			}
			var wrong error
			for _, dir := range args {
				o, err := pack.Verify(dir, trust)
				if err != nil {
					return err
				}
				if !quiet {
					if err := printOutcome(cmd.OutOrStdout(), o, printedBy(cmd)); err != nil {
						return err
					}
				}
				if !o.OK() && wrong == nil {
					wrong = fmt.Errorf("%s: %w: %s", dir, pack.ErrDamaged, o.First())
				}
			}
			return wrong
		},
	}
	f := cmd.Flags()
	f.StringArrayVar(&keys, "key", nil, "PEM file with a public key that you trust; one of those given is to have signed")
	f.StringVar(&tsa, "tsa", "", "PEM file with the root certificates of the timestamp authorities that you trust")
	f.StringVar(&last, "last", "", "SHA-256 of the envelope of the last pack that you know of: shows when packs were cut off the end")
	f.BoolVarP(&quiet, "quiet", "q", false, "say only what is wrong")
	return cmd
}

func trusted(files []string, tsa, last string) (t pack.Trust, err error) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return t, usagef("-key: %v", err)
		}
		key, err := pack.ParsePublicKey(text)
		if err != nil {
			return t, usagef("-key %s: %v; `openssl pkey -in key.pem -pubout` prints the public key of a private one", file, err)
		}
		t.Keys = append(t.Keys, key)
	}
	if tsa != "" {
		text, err := os.ReadFile(tsa)
		if err != nil {
			return t, usagef("-tsa: %v", err)
		}
		if t.Authorities = x509.NewCertPool(); !t.Authorities.AppendCertsFromPEM(text) {
			return t, usagef("-tsa %s: holds no certificate in PEM", tsa)
		}
	}
	if raw, err := hex.DecodeString(last); err != nil || last != "" && len(raw) != 32 {
		return t, usagef("-last %s: is no SHA-256 in hex", last)
	}
	t.Last = last
	return t, nil
}

// outcomeZh are the words of an outcome that are no sentences.
var outcomeZh = map[string]string{
	"ok": "通过", "WRONG": "不符", "note": "注意",
	"files": "文件", "tags": "标签文件", "payload": "载荷", "statement": "声明", "signature": "签名", "timestamp": "时间戳", "report": "报告", "chain": "链",
}

// printOutcome prints one line a check, and the verdict last.
func printOutcome(w io.Writer, o *pack.Outcome, lang string) error {
	for _, p := range o.Packs {
		if err := printOutcome(w, p, lang); err != nil {
			return err
		}
	}
	line := func(how, about, text string) {
		fmt.Fprintf(w, "  %s %s %s\n", padded(in(lang, how, outcomeZh[how]), 5), padded(in(lang, about, outcomeZh[about]), 10), sayf(lang, "%s", text))
	}
	for _, l := range o.Lines {
		for _, wrong := range l.Wrong {
			line("WRONG", l.About, wrong)
		}
		if len(l.Wrong) == 0 && l.Text != "" {
			line("ok", l.About, l.Text)
		}
		if l.Note != "" {
			line("note", l.About, l.Note)
		}
	}
	_, err := fmt.Fprintf(w, "%s%s%s\n", o.Dir, in(lang, ": ", "："), sayf(lang, "%s", o.Verdict()))
	return err
}
