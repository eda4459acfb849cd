package main

import (
	"fmt"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/CycloneDX/cyclonedx-gomod/pkg/generate/bin"
	"github.com/rs/zerolog"
)

type sbomCmd struct {
	Binary  string `arg:""                         help:"The program." type:"existingfile"`
	Version string `help:"Version of the release." required:""`
	Output  string `help:"File to write."          required:""         short:"o"`
}

// Run writes the SBOM of a program.
func (c *sbomCmd) Run() error {
	bom, err := describe(c.Binary, c.Version)
	if err != nil {
		return err
	}

	return write(c.Output, bom)
}

// describe returns what a program is made of, from the program itself: what go.mod
// names and nobody calls is not linked, and not in it. It has no serial number and no
// date, so that the same program has the same.
func describe(binary, version string) (*cdx.BOM, error) {
	generator, err := bin.NewGenerator(binary, bin.WithIncludeStdlib(true), bin.WithVersionOverride(version), bin.WithLogger(zerolog.Nop()))
	if err != nil {
		return nil, err
	}

	bom, err := generator.Generate()
	if err != nil {
		return nil, fmt.Errorf("cannot read what %s is made of: %w", binary, err)
	}

	found, err := licenses(binary)
	if err != nil {
		return nil, err
	}

	for i := range *bom.Components {
		component := &(*bom.Components)[i]
		component.Licenses = named(found[component.Name+"@"+component.Version])
	}

	bom.Metadata.Component.Licenses = named([]string{"Apache-2.0"})

	return bom, nil
}

// named are licences by their SPDX names.
func named(names []string) *cdx.Licenses {
	out := make(cdx.Licenses, 0, len(names))
	for _, name := range names {
		out = append(out, cdx.LicenseChoice{License: &cdx.License{ID: name}})
	}

	return &out
}
