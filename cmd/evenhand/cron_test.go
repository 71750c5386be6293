package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCron: the script and the units that help cron shows are taken by sh and
// by systemd, and the script does as it says: it mails what is new, no more.
func TestCron(t *testing.T) {
	cut := func(from, to string) string {
		_, rest, ok := strings.Cut(cronText, from)
		text, _, ends := strings.Cut(rest, to)
		if !ok || !ends {
			t.Fatalf("help cron has no %q … %q", from, to)
		}
		return strings.ReplaceAll(strings.TrimPrefix(from, "\n")+text, "\n  ", "\n")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()

	t.Run("systemd", func(t *testing.T) {
		analyze, err := exec.LookPath("systemd-analyze")
		if err != nil {
			t.Skip("no systemd-analyze here")
		}
		service := "[Unit]" + strings.TrimPrefix(cut("[Unit]\n  Description=Audit of credit decisions\n", "\nand /etc"), "[Unit]")
		timer := cut("[Unit]\n  Description=Audit of credit decisions, every night", "\nThen:")
		write(t, filepath.Join(dir, "evenhand.service"), strings.ReplaceAll(service, "/usr/local/bin/evenhand", self)+"\n")
		write(t, filepath.Join(dir, "evenhand.timer"), timer+"\n")
		out, err := exec.Command(analyze, "verify", "--man=no", "--recursive-errors=one", filepath.Join(dir, "evenhand.service"), filepath.Join(dir, "evenhand.timer")).CombinedOutput()
		for _, line := range strings.Split(string(out), "\n") {
			if strings.Contains(line, "evenhand.") {
				t.Errorf("systemd-analyze: %s", line)
			}
		}
		if err != nil && !t.Failed() && !strings.Contains(string(out), "evenhand.") {
			t.Logf("systemd-analyze: %v: %s", err, out)
		}
	})

	t.Run("script", func(t *testing.T) {
		sh, err := exec.LookPath("sh")
		if err != nil {
			t.Skip("no sh here")
		}
		script := cut("#!/bin/sh", "\nThe same by systemd")
		script = strings.NewReplacer("/srv/evenhand", dir, "/etc/evenhand", dir).Replace(script)
		write(t, filepath.Join(dir, "nightly"), script)
		if err := os.MkdirAll(filepath.Join(dir, "metrics"), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(self, filepath.Join(dir, "evenhand")); err != nil {
			t.Fatal(err)
		}
		book, err := filepath.Abs("../../fixtures/book")
		if err != nil {
			t.Fatal(err)
		}
		plan := func(files string) {
			write(t, filepath.Join(dir, "audit.yaml"), "version: 1\nlender: Example\nas_of: 2026-06-30\nprivacy: {ids: plain}\ntables:\n  decisions:\n    files: ["+
				book+"/decisions/"+files+"]\nmodels: [{version: m1, file: "+book+"/models/card-v1.yaml}]\n")
		}
		night := func() (string, int) {
			cmd := exec.Command(sh, filepath.Join(dir, "nightly"))
			cmd.Env = append(os.Environ(), evenhandMain+"=1", "PATH="+dir+":"+os.Getenv("PATH"))
			out, _ := cmd.CombinedOutput()
			return string(out), cmd.ProcessState.ExitCode()
		}
		plan("part-0.parquet")
		if out, code := night(); out != "" || code != exitFindings {
			t.Fatalf("the first night: exit %d: %s", code, out)
		}
		if out, code := night(); out != "" || code != exitFindings {
			t.Errorf("nothing new is to mail nothing, though the gate fails still: exit %d: %s", code, out)
		}
		plan("part-*.parquet")
		if out, code := night(); !strings.Contains(out, "new: in the new report only") || code != exitFindings {
			t.Errorf("something new is to be mailed: exit %d: %s", code, out)
		}
		plan("nowhere.parquet")
		if out, code := night(); !strings.Contains(out, "nowhere.parquet") || code != exitInput {
			t.Errorf("an error is to be mailed: exit %d: %s", code, out)
		}
		for _, name := range []string{"report/manifest.json", "previous/manifest.json", "diff.html", "run.jsonl", "metrics/evenhand.prom"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
		if left := entries(t, dir); strings.Contains(strings.Join(left, " "), "next") || strings.Contains(strings.Join(left, " "), ".tmp") {
			t.Errorf("left behind: %v", left)
		}
	})
}
