package install

import (
	"context"
	"errors"
	"os/exec"
	"testing"
)

// background is for what is made once for all tests.
var background = context.Background()

func must(t *testing.T, err error) {
	t.Helper()

	if err != nil {
		t.Fatal(err)
	}
}

// stderr is what a program said before it failed.
func stderr(err error) string {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return string(exit.Stderr)
	}

	return ""
}
