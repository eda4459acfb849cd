// Command release says of a release what others need to trust it: of what its
// programs are made, under which licences, from which source, and which digests a
// registry will have.
//
// The same release gives the same bytes each time: nothing it writes has a date, or
// knows the machine.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

type cli struct {
	SBOM       sbomCmd       `cmd:"" help:"Write the CycloneDX SBOM of a program, from what is linked into it."                          name:"sbom"`
	Licenses   licensesCmd   `cmd:"" help:"Print the licence of everything linked into a program, and fail for one that is not allowed."`
	Provenance provenanceCmd `cmd:"" help:"Write the in-toto statement of a release: SLSA provenance of its files."`
	Predicate  predicateCmd  `cmd:"" help:"Print the predicate of a statement, for those who attest it of something else."`
	Digest     digestCmd     `cmd:"" help:"Print the digest that a registry gives to packages that are pushed together."`
}

func main() {
	c := kong.Parse(&cli{}, kong.Name("release"), kong.UsageOnError())
	c.FatalIfErrorf(c.Run())
}

// write writes a value as JSON, with the fields in order and a line for each.
func write(file string, value any) error {
	out, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}

	if err := os.WriteFile(file, append(out, '\n'), 0o600); err != nil {
		return fmt.Errorf("cannot write: %w", err)
	}

	return nil
}
