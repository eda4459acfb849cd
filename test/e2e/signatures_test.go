package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/controlplane"
)

// Who signs: the workflow that ImageConfigs want, and one that it is not.
const (
	releases = "acme/function-webapp/.github/workflows/release.yaml@refs/tags/v0.1.0"
	pushes   = "acme/function-webapp/.github/workflows/pull-request.yaml@refs/heads/main"
)

// What ImageConfigs want.
const (
	keyed      = `name: key, key: {secretRef: {name: cosign, key: cosign.pub}, hashAlgorithm: sha256}`
	otherKeyed = `name: other, key: {secretRef: {name: cosign, key: other.pub}, hashAlgorithm: sha256}`
	keyless    = `name: releases, keyless: {identities: [{issuer: "https://token.actions.githubusercontent.com", subjectRegExp: "^https://github\\.com/acme/function-webapp/\\.github/workflows/release\\.yaml@refs/tags/v.+$"}]}`
	provenance = `, attestations: [{name: provenance, predicateType: slsaprovenance1}]`
)

// What is said of a package. Both of its conditions say the same. That an ImageConfig
// had it verified is forgotten as soon as Crossplane finds it in its cache.
const verdict = `{.status.conditions[?(@.type=="Installed")].status} {.status.conditions[?(@.type=="Installed")].reason}: {.status.conditions[?(@.type=="Installed")].message}, ` +
	`{.status.conditions[?(@.type=="Healthy")].reason}: {.status.conditions[?(@.type=="Healthy")].message}`

// TestSignatures holds docs/release.md to a control plane that installs only signed
// packages: the table of what it makes of them, and the rules below the table.
//
// Packages are signed by cosign's code in the version that Crossplane links, or by
// COSIGN, a program of cosign, if it is set.
func TestSignatures(t *testing.T) {
	t.Parallel()

	p := newControlPlane(t)

	p.Cosign = p.Program("sigstore")
	if set := os.Getenv("COSIGN"); set != "" {
		p.Cosign = set
	}

	c := &signedCluster{start(t, p)}
	must(t, c.Push(t.Context(), version))
	c.prepare(t)

	t.Run("Packages", func(t *testing.T) {
		for _, test := range []struct {
			// name is that of the package, too.
			name, reason string

			// signed is by which commands of cosign it is signed.
			signed []string

			// wanted is what the ImageConfig wants, and refused what is said of a package that
			// is not installed.
			wanted, refused string
		}{
			{
				name: "unsigned", reason: "not signed",
				wanted: "[{" + keyed + "}]", refused: `authority "key": signature verification failed with no signatures found`,
			},
			{
				name: "signed", reason: "signed with the key",
				signed: []string{"sign --new-bundle-format=false --key cosign.key"},
				wanted: "[{" + keyed + "}]",
			},
			{
				name: "other-key", reason: "signed with another key",
				signed: []string{"sign --new-bundle-format=false --key other.key"},
				wanted: "[{" + keyed + "}]", refused: `authority "key": signature verification failed with no matching signatures`,
			},
			{
				name: "bundle", reason: "signed as cosign 3 does by itself, in the new bundle format",
				signed: []string{"sign --key cosign.key"},
				wanted: "[{" + keyed + "}]", refused: `authority "key": signature verification failed with no signatures found`,
			},
			{
				name: "unlogged", reason: "signed with the key, without an entry in the log",
				signed: []string{"sign --new-bundle-format=false --tlog-upload=false --key cosign.key"},
				wanted: "[{" + keyed + "}]", refused: `authority "key": signature verification failed with no matching signatures: rekor client not provided for online verification`,
			},
			{
				name: "signed-only", reason: "signed with the key and nothing else, where provenance is wanted",
				signed: []string{"sign --new-bundle-format=false --key cosign.key"},
				wanted: "[{" + keyed + provenance + "}]", refused: `authority "key": signature verification failed with no matching attestations`,
			},
			{
				name: "sbom-only", reason: "attested by the key, with an SBOM only, where provenance is wanted",
				signed: []string{"attest --new-bundle-format=false --key cosign.key --type cyclonedx --predicate sbom.json"},
				wanted: "[{" + keyed + provenance + "}]", refused: `authority "key": no attestation of type "slsaprovenance1" found for "provenance"`,
			},
			{
				name: "attested", reason: "attested by the key, with provenance, and not signed: attestations stand for the signature",
				signed: []string{"attest --new-bundle-format=false --key cosign.key --type slsaprovenance1 --predicate provenance.json"},
				wanted: "[{" + keyed + provenance + "}]",
			},
			{
				name: "workflow", reason: "signed by the workflow of releases, without a key",
				signed: []string{"sign --new-bundle-format=false --identity-token releases.jwt"},
				wanted: "[{" + keyless + "}]",
			},
			{
				name: "other-workflow", reason: "signed by another workflow",
				signed: []string{"sign --new-bundle-format=false --identity-token pushes.jwt"},
				wanted: "[{" + keyless + "}]", refused: `authority "releases": signature verification failed with no matching signatures: none of the expected identities matched what was in the certificate, got subjects [https://github.com/` + pushes + `] with issuer https://token.actions.githubusercontent.com`,
			},
			{
				name: "one-of-two", reason: "one authority that agrees is enough",
				signed: []string{"sign --new-bundle-format=false --key cosign.key"},
				wanted: "[{" + otherKeyed + "}, {" + keyed + "}]",
			},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				t.Log(test.reason)

				c.push(t, test.name)
				c.want(t, test.name, test.wanted)

				for _, command := range test.signed {
					c.sign(t, command, c.image(t, test.name))
				}

				c.installFunction(t, test.name)
				c.judged(t, test.name, test.refused)
			})
		}
	})

	// What comes late, and what comes early.
	t.Run("Late", func(t *testing.T) { t.Parallel(); testSignedLate(t, c) })
	t.Run("Cached", func(t *testing.T) { t.Parallel(); testNotVerifiedAgain(t, c) })
	t.Run("Shipped", func(t *testing.T) { t.Parallel(); testShippedImageConfig(t, c) })
	t.Run("NobodyToTrust", func(t *testing.T) { t.Parallel(); testNobodyToTrust(t, c) })
}

// testSignedLate signs a package that was refused.
func testSignedLate(t *testing.T, c *signedCluster) {
	c.push(t, "late")
	c.want(t, "late", "[{"+keyed+"}]")
	c.installFunction(t, "late")
	c.judged(t, "late", `authority "key": signature verification failed with no signatures found`)

	c.sign(t, "sign --new-bundle-format=false --key cosign.key", c.image(t, "late"))

	signed := time.Now()

	c.judged(t, "late", "")
	t.Logf("installed %.1f s after it was signed", time.Since(signed).Seconds())
}

// testNotVerifiedAgain installs what nobody signed, before somebody wants it signed.
func testNotVerifiedAgain(t *testing.T, c *signedCluster) {
	all := c.everywhere()

	c.push(t, "cached")
	c.installFunction(t, "cached")
	all.expect(t, functions, "cached", health, healthy)

	c.want(t, "cached", "[{"+keyed+"}]")
	all.do(t, "delete", "function", "cached", "--timeout=120s")
	c.installFunction(t, "cached")
	all.expect(t, functions, "cached", health, healthy)
}

// testShippedImageConfig installs the packages as somebody does who has put a registry
// into install/signatures. The function, which comes as a dependency, is signed late.
func testShippedImageConfig(t *testing.T, c *signedCluster) {
	manifest, err := os.ReadFile(filepath.Join(c.Repository, "install/signatures/imageconfig.yaml"))
	must(t, err)

	registry, err := c.Registry()
	must(t, err)

	must(t, c.Apply(t.Context(), strings.ReplaceAll(string(manifest), "ghcr.io/acme/", registry+"/"+checkout.Organization+"/")))

	configuration, function := c.image(t, "configuration-webapp"), c.image(t, "function-webapp")
	attest := "attest --new-bundle-format=false --identity-token releases.jwt --type slsaprovenance1 --predicate provenance.json"

	c.sign(t, attest, configuration)
	must(t, c.Apply(t.Context(), fmt.Sprintf(`
apiVersion: pkg.crossplane.io/v1
kind: Configuration
metadata: {name: %s}
spec: {package: %q}
`, controlplane.ConfigurationName, configuration)))

	c.judged(t, controlplane.FunctionName, `authority "releases": signature verification failed with no matching attestations`)
	t.Log(c.everywhere().do(t, "get", "configurations,functions", "-o", "yaml"))

	c.sign(t, attest, function)
	must(t, c.Installed(t.Context()))
}

// testNobodyToTrust starts Crossplane where it cannot learn whom to trust.
func testNobodyToTrust(t *testing.T, c *signedCluster) {
	crossplane := exec.CommandContext(t.Context(), c.Program("crossplane-core"), "core", "start", "--enable-webhooks=false", "--enable-signature-verification",
		"--tls-client-certs-dir="+c.Path("crossplane-tls-client"), "--metrics-port=0", "--health-probe-port=0", "--xpkg-cache-dir="+t.TempDir())
	crossplane.Env = append(os.Environ(), "KUBECONFIG="+c.Kubeconfig(), "HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=")

	out, err := crossplane.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "cannot create cosign signature validator") {
		t.Errorf("want Crossplane to end, and to say why: %v\n%s", err, out)
	}
}

// A signedCluster installs only packages that are signed, where an ImageConfig says so.
type signedCluster struct{ *cluster }

// prepare makes what is needed to sign.
func (c *signedCluster) prepare(t *testing.T) {
	t.Helper()

	for _, key := range []string{"cosign", "other"} {
		_, err := c.Sign(t.Context(), "generate-key-pair", "--output-key-prefix="+key)
		must(t, err)
	}

	c.everywhere().do(t, "--namespace=crossplane-system", "create", "secret", "generic", "cosign",
		"--from-file="+c.Path("sigstore", "cosign.pub"), "--from-file="+c.Path("sigstore", "other.pub"))

	for file, workflow := range map[string]string{"releases.jwt": releases, "pushes.jwt": pushes} {
		token, err := exec.CommandContext(t.Context(), c.Program("sigstore"), "token", workflow).Output()
		// Cosign sends the file as it is.
		must(t, errors.Join(err, os.WriteFile(c.Path("sigstore", file), bytes.TrimSpace(token), 0o600)))
	}

	for file, predicate := range map[string]string{
		"provenance.json": `{"buildDefinition": {"buildType": "https://example.com/build"}, "runDetails": {"builder": {"id": "https://example.com/builder"}}}`,
		"sbom.json":       `{"bomFormat": "CycloneDX", "specVersion": "1.6"}`,
	} {
		must(t, os.WriteFile(c.Path("sigstore", file), []byte(predicate), 0o600))
	}
}

// image is where a package is.
func (c *signedCluster) image(t *testing.T, name string) string {
	t.Helper()

	image, err := c.Package(name, version)
	must(t, err)

	return image
}

// push pushes the function as a package of that name.
func (c *signedCluster) push(t *testing.T, name string) {
	t.Helper()

	out, err := exec.CommandContext(t.Context(), c.Program("crossplane"), "xpkg", "push",
		"--package-files="+filepath.Join(c.Repository, "_output", version, "function-webapp-linux-amd64.xpkg"), c.image(t, name)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// want has Crossplane want signatures of a package, by authorities as YAML flow.
func (c *signedCluster) want(t *testing.T, name, authorities string) {
	t.Helper()

	prefix, _ := strings.CutSuffix(c.image(t, name), version)
	c.apply(t, fmt.Sprintf(`{apiVersion: pkg.crossplane.io/v1beta1, kind: ImageConfig, metadata: {name: %s}, spec: {
  matchImages: [{type: Prefix, prefix: %q}],
  verification: {provider: Cosign, cosign: {authorities: %s}}}}`, name, prefix, authorities))
}

// sign runs a command of cosign on a package.
func (c *signedCluster) sign(t *testing.T, command, image string) {
	t.Helper()

	sigstore, err := c.Sigstore()
	must(t, err)

	_, err = c.Sign(t.Context(), append(strings.Fields(command), "--yes", "--use-signing-config=false", "--rekor-url="+sigstore, "--fulcio-url="+sigstore, image)...)
	must(t, err)
}

func (c *signedCluster) installFunction(t *testing.T, name string) {
	t.Helper()
	c.apply(t, fmt.Sprintf(`{apiVersion: pkg.crossplane.io/v1, kind: Function, metadata: {name: %s}, spec: {package: %q}}`, name, c.image(t, name)))
}

// judged waits until a function is installed because of its signature or, with words, is
// refused with them.
func (c *signedCluster) judged(t *testing.T, name, refused string) {
	t.Helper()

	all := c.everywhere()

	if refused == "" {
		all.expect(t, functions, name, verdict, "True ActivePackageRevision: , HealthyPackageRevision: ")
		return
	}

	// Some words end with keys.
	all.eventually(t, func() error {
		said := ""
		if object := all.get(t, functions, name); object != nil {
			said = read(t, object, verdict)
		}

		installed, unhealthy, _ := strings.Cut(said, ", UnhealthyPackageRevision: ")
		if !strings.HasPrefix(installed, refusal+refused) || installed != "False UnpackingPackage: "+unhealthy {
			return fmt.Errorf("function %s: want %q in both conditions, got %q", name, refused, said)
		}

		return nil
	})
}

// refusal is how the verdict on a package begins that is not installed.
const refusal = "False UnpackingPackage: cannot unpack package: signature verification failed: "
