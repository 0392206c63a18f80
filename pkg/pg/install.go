package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// ErrCannotInstall means that AptInstall cannot work here: our process is not root, or the machine has no apt-get.
var ErrCannotInstall = errors.New("PostgreSQL can be installed for you only as root on Debian or Ubuntu")

// AptInstall installs PostgreSQL's packages, without the cluster that Debian would create and start. It changes the
// machine. So Start never calls it, and the caller asks the user first, or announces it. On a slow connection it takes
// minutes; ctx ends it.
func AptInstall(ctx context.Context, log *slog.Logger) error {
	if os.Geteuid() != 0 {
		return ErrCannotInstall
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return ErrCannotInstall
	}
	return aptInstall(ctx, log, "/etc", runApt)
}

func aptInstall(ctx context.Context, log *slog.Logger, etc string, apt func(context.Context, ...string) error) error {
	log.Info("installing PostgreSQL with apt-get")
	if err := apt(ctx, "update"); err != nil {
		return err
	}
	// The common package owns the setting that keeps the server package from creating a cluster.
	if err := apt(ctx, "install", "-y", "--no-install-recommends", "postgresql-common"); err != nil {
		return err
	}
	if err := forbidMainCluster(filepath.Join(etc, "postgresql-common", "createcluster.conf")); err != nil {
		return err
	}
	return apt(ctx, "install", "-y", "--no-install-recommends", "postgresql")
}

var mainCluster = regexp.MustCompile(`(?m)^[# \t]*create_main_cluster[ \t]*=.*$`)

func forbidMainCluster(conf string) error {
	b, err := os.ReadFile(conf)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("read the cluster settings: %w", err)
	}
	const setting = "create_main_cluster = false"
	if mainCluster.Match(b) {
		b = mainCluster.ReplaceAllLiteral(b, []byte(setting))
	} else {
		b = append(b, "\n"+setting+"\n"...)
	}
	if err := os.WriteFile(conf, b, 0o644); err != nil {
		return fmt.Errorf("turn off the default cluster: %w", err)
	}
	return nil
}

func runApt(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("apt-get %v: %w\n%s", args, err, out[max(0, len(out)-2000):])
	}
	return nil
}
