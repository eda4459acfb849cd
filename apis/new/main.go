// Command new writes a Configuration package for a kind of a platform team's own that is
// a WebApp, or has one: what developers write instead of example.com/v1 WebApp.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"
)

func main() {
	var a api

	kong.Parse(&a,
		kong.Name("new"),
		kong.Description("Writes a Crossplane Configuration package for a kind of your own, with the schema of a WebApp in it: definition, Composition, roles for people, health checks for Argo CD and Flux, an example and a README."),
	)

	if err := write(&a); err != nil {
		fmt.Fprintf(os.Stderr, "new: %v\n", err)
		os.Exit(1)
	}

	_, _ = fmt.Fprintf(os.Stdout, "wrote %s: its README.md says how to go on\n", a.Out)
}

// write writes the package into a folder that does not exist, or is empty: what a team
// has changed is not overwritten.
func write(a *api) error {
	files, err := a.files()
	if err != nil {
		return err
	}

	if a.Out == "" {
		a.Out = a.Plural
	}

	if there, err := os.ReadDir(a.Out); err == nil && len(there) > 0 {
		return fmt.Errorf("%s is not empty: name another folder with --out, or delete it", a.Out)
	}

	for name, content := range files {
		path := filepath.Join(a.Out, name)

		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return err
		}

		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}

	return nil
}
