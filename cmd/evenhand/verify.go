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
					if err := printOutcome(cmd.OutOrStdout(), o); err != nil {
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

// printOutcome prints one line a check, and the verdict last.
func printOutcome(w io.Writer, o *pack.Outcome) error {
	for _, p := range o.Packs {
		if err := printOutcome(w, p); err != nil {
			return err
		}
	}
	for _, l := range o.Lines {
		switch {
		case len(l.Wrong) > 0:
			for _, wrong := range l.Wrong {
				fmt.Fprintf(w, "  WRONG %-10s %s\n", l.About, wrong)
			}
		case l.Text != "":
			fmt.Fprintf(w, "  ok    %-10s %s\n", l.About, l.Text)
		}
		if l.Note != "" {
			fmt.Fprintf(w, "  note  %-10s %s\n", l.About, l.Note)
		}
	}
	_, err := fmt.Fprintf(w, "%s: %s\n", o.Dir, o.Verdict())
	return err
}
