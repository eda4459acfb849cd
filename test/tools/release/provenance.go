package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

const (
	// statementType and predicateType are those of in-toto 1 and SLSA 1.
	statementType = "https://in-toto.io/Statement/v1"
	predicateType = "https://slsa.dev/provenance/v1"

	// buildType is where it is told what the parameters mean and how to build it again.
	buildType = "https://github.com/webapp-operator/function-webapp/blob/main/docs/release.md"
)

type provenanceCmd struct {
	Source    string            `help:"Where the source is, such as git+https://…."                        required:""`
	Tag       string            `help:"Tag of the release."                                                required:""`
	Commit    string            `help:"Commit that it was built from."                                     required:""`
	Builder   string            `help:"Who vouches for the build, as a URI."                               required:""`
	Parameter map[string]string `help:"What make was given, as NAME=VALUE; may be repeated."`
	Binary    []string          `help:"Programs in the files; may be repeated."                            required:"" type:"existingfile"`
	Image     map[string]string `help:"Packages in a registry, as repository=sha256:…; may be repeated."`
	Output    string            `help:"File to write."                                                     required:"" short:"o"`

	Files []string `arg:"" help:"Files of the release." type:"existingfile"`
}

// Run writes the statement.
func (c *provenanceCmd) Run() error {
	statement, err := c.statement()
	if err != nil {
		return err
	}

	out, err := plain(statement)
	if err != nil {
		return err
	}

	return write(c.Output, out)
}

// statement says of files and packages from what, how and by whom they were made.
// It has no dates and no name of a run: who signs it, and when, is in the signature.
func (c *provenanceCmd) statement() (*intoto.Statement, error) {
	subjects, err := c.subjects()
	if err != nil {
		return nil, err
	}

	materials, err := c.materials()
	if err != nil {
		return nil, err
	}

	parameters := map[string]any{"tag": c.Tag, "target": "release"}
	for name, value := range c.Parameter {
		parameters[name] = value
	}

	external, err := structpb.NewStruct(parameters)
	if err != nil {
		return nil, err
	}

	predicate, err := plain(&provenance.Provenance{
		BuildDefinition: &provenance.BuildDefinition{
			BuildType:            buildType,
			ExternalParameters:   external,
			ResolvedDependencies: materials,
		},
		RunDetails: &provenance.RunDetails{Builder: &provenance.Builder{Id: c.Builder}},
	})
	if err != nil {
		return nil, err
	}

	fields, err := structpb.NewStruct(predicate)
	if err != nil {
		return nil, err
	}

	statement := &intoto.Statement{Type: statementType, Subject: subjects, PredicateType: predicateType, Predicate: fields}

	return statement, statement.Validate()
}

// subjects are the files, and the packages in a registry, with their digests.
func (c *provenanceCmd) subjects() ([]*intoto.ResourceDescriptor, error) {
	subjects := []*intoto.ResourceDescriptor{}

	for _, name := range slices.Sorted(slices.Values(c.Files)) {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}

		sum := sha256.Sum256(content)
		subjects = append(subjects, &intoto.ResourceDescriptor{Name: filepath.Base(name), Digest: map[string]string{"sha256": hex.EncodeToString(sum[:])}})
	}

	for _, name := range slices.Sorted(maps.Keys(c.Image)) {
		subjects = append(subjects, &intoto.ResourceDescriptor{Name: name, Digest: map[string]string{"sha256": strings.TrimPrefix(c.Image[name], "sha256:")}})
	}

	return subjects, nil
}

// materials are the source, the release of Go, and every module that is linked into
// one of the programs, with its digest.
func (c *provenanceCmd) materials() ([]*intoto.ResourceDescriptor, error) {
	source := &intoto.ResourceDescriptor{Uri: c.Source + "@refs/tags/" + c.Tag, Digest: map[string]string{"gitCommit": c.Commit}}
	linked := map[string]*intoto.ResourceDescriptor{}

	for _, binary := range c.Binary {
		info, err := buildinfo.ReadFile(binary)
		if err != nil {
			return nil, fmt.Errorf("%s does not say of what it is made: %w", binary, err)
		}

		// Go's own release has no digest that a program knows.
		uri := "pkg:golang/stdlib@" + strings.TrimPrefix(info.GoVersion, "go")
		linked[uri] = &intoto.ResourceDescriptor{Uri: uri, Name: info.GoVersion}

		for _, module := range info.Deps {
			if module.Replace != nil {
				module = module.Replace
			}

			sum, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(module.Sum, "h1:"))
			if err != nil || len(sum) != sha256.Size {
				return nil, fmt.Errorf("module %s has no checksum: %q", module.Path, module.Sum)
			}

			uri := "pkg:golang/" + module.Path + "@" + module.Version
			linked[uri] = &intoto.ResourceDescriptor{Uri: uri, Digest: map[string]string{"goModuleH1": hex.EncodeToString(sum)}}
		}
	}

	materials := []*intoto.ResourceDescriptor{source}
	for _, uri := range slices.Sorted(maps.Keys(linked)) {
		materials = append(materials, linked[uri])
	}

	return materials, nil
}

type predicateCmd struct {
	Statement string `arg:"" help:"File with a statement." type:"existingfile"`
}

// Run prints the predicate.
func (c *predicateCmd) Run() error {
	content, err := os.ReadFile(c.Statement)
	if err != nil {
		return err
	}

	statement := &intoto.Statement{}
	if err := protojson.Unmarshal(content, statement); err != nil {
		return fmt.Errorf("%s is no in-toto statement: %w", c.Statement, err)
	}

	return json.NewEncoder(os.Stdout).Encode(statement.GetPredicate().AsMap())
}

// plain returns a message as JSON has it. What protobuf itself prints has spaces by
// chance.
func plain(message proto.Message) (map[string]any, error) {
	content, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}

	out := map[string]any{}

	return out, json.Unmarshal(content, &out)
}
