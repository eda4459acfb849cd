package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// inputs are what one render takes. Empty paths are left out.
type inputs struct {
	webApp      string
	composition string
	definition  string
	observed    string
	required    string
	schemas     string
	functions   string
}

// An engine is the function, served on loopback, and the command that has Crossplane
// call it.
type engine struct {
	renderer []string
	function string
	root     string

	address string
	stop    func()
}

// start serves the function.
func (e *engine) start(ctx context.Context) error {
	var err error

	e.address, e.stop, err = serve(ctx, e.function, "--http-address=127.0.0.1:0")

	return err
}

// serve serves a function on a free port, and returns where, and what ends it.
func serve(ctx context.Context, function string, args ...string) (address string, stop func(), err error) {
	address, err = freeAddress(ctx)
	if err != nil {
		return "", nil, err
	}

	log := &bytes.Buffer{}
	serving := exec.CommandContext(ctx, function, append(args, "--insecure", "--address="+address)...)
	serving.Stdout, serving.Stderr = log, log

	if err := serving.Start(); err != nil {
		return "", nil, fmt.Errorf("cannot start the function: %w", err)
	}

	stop = func() {
		_ = serving.Process.Signal(syscall.SIGTERM)
		_ = serving.Wait()
	}

	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return address, stop, conn.Close()
		}
	}

	stop()

	return "", nil, fmt.Errorf("%s did not answer at %s; it said:\n%s", function, address, log)
}

// render returns the WebApp's status, its children and its events as YAML, in an
// order that does not change.
func (e *engine) render(ctx context.Context, in inputs) (string, error) {
	if in.composition == "" {
		in.composition = filepath.Join(e.root, "apis/webapp/composition.yaml")
	}

	if in.definition == "" {
		in.definition = filepath.Join(e.root, "apis/webapp/definition.yaml")
	}

	args := slices.Concat(e.renderer[1:], []string{"--xrd", in.definition})

	if in.functions == "" {
		in.functions = filepath.Join(e.root, "examples/functions.yaml")
		args = append(args, "--function-annotations", "render.crossplane.io/runtime-development-target="+e.address)
	}

	if in.observed != "" {
		args = append(args, "--observed-resources", in.observed)
	}

	if in.required != "" {
		args = append(args, "--required-resources", in.required)
	}

	if in.schemas != "" {
		args = append(args, "--required-schemas", in.schemas)
	}

	var stdout, stderr bytes.Buffer

	cmd := exec.CommandContext(ctx, e.renderer[0], append(args, in.webApp, in.composition, in.functions)...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	// The tool keeps settings of its user, which are not for a render.
	cmd.Env = append(os.Environ(), "CROSSPLANE_CONFIG=")

	if err := cmd.Run(); err != nil {
		return stdout.String(), explain(stderr.String(), err)
	}

	return withoutRoutine(stdout.String()), nil
}

// withoutRoutine drops the events that Crossplane itself adds to every render,
// in an order that changes: a Composition was selected, a resource is not ready.
func withoutRoutine(out string) string {
	const separator = "---\n"

	documents := strings.SplitAfter(out, separator)
	kept := slices.DeleteFunc(documents, func(d string) bool {
		return strings.Contains(d, "\nkind: Result\n") && strings.Contains(d, "\nseverity: Normal\n") && !strings.Contains(d, "Pipeline step")
	})

	return strings.TrimSuffix(strings.Join(kept, ""), separator)
}

// fatal is how Crossplane introduces a function's own words.
var fatal = regexp.MustCompile(`pipeline step "[^"]*" returned a fatal result: `)

// explain finds the function's own words in what crossplane printed. Behind
// them is a chain of causes that says where in the engine it was.
func explain(stderr string, err error) error {
	if at := fatal.FindStringIndex(stderr); at != nil {
		return errors.New(strings.TrimSpace(stderr[at[1]:]))
	}

	return fmt.Errorf("%s (%w)", strings.TrimSpace(stderr), err)
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("cannot find a free port: %w", err)
	}

	return l.Addr().String(), l.Close()
}
