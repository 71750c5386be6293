package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"evenhand/reports/pack"
)

// signingKey is the environment variable with the signing key, as PEM text.
const signingKey = "EVENHAND_SIGNING_KEY"

// packJob makes an evidence pack of a published report.
type packJob struct {
	out      string // "": none
	previous string
	keyFile  string
	unsigned bool
	token    string

	options pack.Options
}

// flags adds the flags that `pack` and `audit` share.
func (j *packJob) flags(f *pflag.FlagSet) {
	f.StringVar(&j.previous, "previous", "", "the pack before this one, to chain it to; in a directory of packs it is found")
	f.StringVar(&j.keyFile, "sign-key", "", "PEM file with the ECDSA P-256 key that signs the pack (default the PEM text in "+signingKey+")")
	f.BoolVar(&j.unsigned, "unsigned", false, "make a pack that is not signed: it proves nothing to anybody else")
}

func packCommand() *cobra.Command {
	j, quiet := &packJob{}, false
	cmd := &cobra.Command{
		Use:   "pack REPORT -o DIR",
		Short: "make an evidence pack of a report",
		Long: `pack copies a published report into a bag (RFC 8493) with one signed in-toto
statement that names every file and everything that went in, and chains it to
the pack before. With a slash at its end DIR is a directory of packs: the new
one goes below it under its number. Evidence is never replaced; the same report
packed again is the same bytes.`,
		Example: `  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
  evenhand pack report -o packs/ -sign-key key.pem
  evenhand verify packs`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("pack wants one report directory, got %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if j.out == "" {
				return usagef("pack wants -o DIR; with a slash at its end DIR is a directory of packs")
			}
			if err := j.validate(); err != nil {
				return err
			}
			return j.run(cmd.Context(), args[0], cmd.OutOrStdout(), quiet, printedBy(cmd))
		},
	}
	f := cmd.Flags()
	f.StringVarP(&j.out, "out", "o", "", "directory of the pack, or of the packs when it ends in a slash")
	j.flags(f)
	f.StringVar(&j.token, "timestamp-token", "", "RFC 3161 response over the pack's envelope.json, to put into the pack")
	f.BoolVarP(&quiet, "quiet", "q", false, "say nothing when all is well")
	return cmd
}

// validate reads the key and the token, before anything is done.
func (j *packJob) validate() error {
	if j.out == "" {
		if j.previous != "" || j.keyFile != "" || j.unsigned {
			return usagef("-previous, -sign-key and -unsigned are about a pack: say where with -pack DIR")
		}
		return nil
	}
	j.options.Previous = j.previous
	if err := j.readKey(); err != nil {
		return err
	}
	if j.token != "" {
		token, err := os.ReadFile(j.token)
		if err != nil {
			return err
		}
		j.options.Token = token
	}
	return nil
}

func (j *packJob) readKey() error {
	text, from := []byte(os.Getenv(signingKey)), signingKey
	switch {
	case j.unsigned && j.keyFile != "":
		return usagef("-unsigned and -sign-key contradict each other")
	case j.unsigned:
		return nil
	case j.keyFile != "":
		var err error
		if text, err = os.ReadFile(j.keyFile); err != nil {
			return usagef("-sign-key: %v", err)
		}
		from = j.keyFile
	case len(text) == 0:
		return usagef("there is no key to sign the pack with: give -sign-key FILE, set %s, or say -unsigned", signingKey)
	}
	key, err := pack.ParseSigningKey(text)
	if err != nil {
		return usagef("%s: %v", from, err)
	}
	j.options.Key = key
	return nil
}

// allows refuses, before the audit, a pack whose ids nobody could resolve, and
// one that the next report would replace.
func (j *packJob) allows(ids *identities, report string) error {
	if j.out != "" && pack.Inside(j.out, report) {
		return usagef("-pack %s: is inside the report's directory, which a later report replaces; name a place outside", j.out)
	}
	if j.out != "" && !ids.plain && ids.key == nil {
		return usagef("-pack %s: %w: ids would be pseudonyms under a key made from the export itself, which nobody keeps; set %s, or write `privacy: {ids: plain}` into the plan", j.out, pack.ErrIDs, idKeyVariable)
	}
	return nil
}

// run makes the pack, if one is asked for, and says where it is.
func (j *packJob) run(ctx context.Context, report string, w io.Writer, quiet bool, lang string) error {
	if j.out == "" {
		return nil
	}
	made, err := pack.Make(ctx, report, j.out, j.options)
	if err != nil || quiet {
		return err
	}
	text := sayf(lang, "%s: pack %d, envelope %s", made.Dir, made.Sequence, made.Envelope)
	if made.Existed {
		text += " " + sayf(lang, "(it was there already)")
	}
	if j.options.Key == nil {
		text += " " + sayf(lang, "NOT SIGNED")
	}
	_, err = fmt.Fprintln(w, text)
	return err
}

// packExit is the exit code of an error of packing or verifying, exitOK when it
// is none of theirs.
func packExit(err error) int {
	switch {
	case errors.Is(err, pack.ErrIDs), errors.Is(err, pack.ErrExists), errors.Is(err, pack.ErrOptions):
		return exitUsage
	case errors.Is(err, pack.ErrDamaged):
		return exitData
	}
	return exitOK
}
