package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/webapp-operator/function-webapp/test/e2e/checkout"
	"github.com/webapp-operator/function-webapp/test/e2e/processes"
)

// What Crossplane's own ImageConfig may ask for, of packages in one organization.
const (
	byKey     = `{name: key, key: {secretRef: {name: cosign, key: cosign.pub}, hashAlgorithm: sha256}}`
	byKeyWith = `{name: key, key: {secretRef: {name: cosign, key: cosign.pub}, hashAlgorithm: sha256}, attestations: [{name: provenance, predicateType: slsaprovenance1}]}`
	// No certificate of the test is in a log of certificates.
	byWorkflow = `{name: releases, keyless: {insecureIgnoreSCT: true, identities: [{issuer: "` + issuer + `", subjectRegExp: '^https://github\.com/acme/function-webapp/\.github/workflows/release\.yaml@refs/tags/v.+$'}]}}`
)

const (
	issuer   = "https://token.actions.githubusercontent.com"
	workflow = "https://github.com/acme/function-webapp/.github/workflows/release.yaml@refs/tags/" + version

	// legacy has cosign put signatures where Crossplane 2.4 looks.
	legacy = "--new-bundle-format=false"
)

// signatures are the ways in which a package may come to a cluster whose platform team
// wants it signed, and what becomes of it. docs/release.md has the same table.
var signatures = []struct {
	reason    string
	name      string
	sign      func(*testing.T, *signer, string)
	authority string
	// refused is why it is not installed. If it is empty, it is.
	refused string
}{
	{
		reason: "A package that nobody has signed is refused.", name: "unsigned",
		sign: func(*testing.T, *signer, string) {}, authority: byKey,
		refused: `authority "key": signature verification failed with no signatures found`,
	},
	{
		reason: "A signature by the key is enough.", name: "key",
		sign: func(t *testing.T, s *signer, image string) {
			s.cosign(t, "sign", image, legacy, "--key="+s.key)
		}, authority: byKey,
	},
	{
		reason: "One by another key is not.", name: "other-key",
		sign: func(t *testing.T, s *signer, image string) {
			s.cosign(t, "sign", image, legacy, "--key="+s.otherKey)
		}, authority: byKey,
		refused: "no matching signatures",
	},
	{
		reason: "Crossplane 2.4 does not see what cosign 3 makes unless it is told otherwise.", name: "bundle",
		sign: func(t *testing.T, s *signer, image string) {
			s.cosign(t, "sign", image, "--key="+s.key)
		}, authority: byKey,
		refused: "no signatures found",
	},
	{
		reason: "A signature that is in no log is refused, by a key, too.", name: "unlogged",
		sign: func(t *testing.T, s *signer, image string) {
			s.cosign(t, "sign", image, legacy, "--key="+s.key, "--tlog-upload=false")
		}, authority: byKey,
		refused: "rekor client not provided for online verification",
	},
	{
		reason: "Where provenance is wanted, a signature alone is not enough.", name: "unattested",
		sign: func(t *testing.T, s *signer, image string) {
			s.cosign(t, "sign", image, legacy, "--key="+s.key)
		}, authority: byKeyWith,
		refused: "no matching attestations",
	},
	{
		reason: "And another attestation is not either.", name: "other-attestation",
		sign: func(t *testing.T, s *signer, image string) {
			s.attest(t, image, "cyclonedx", s.released("function-webapp-linux-amd64.cdx.json"))
		}, authority: byKeyWith,
		refused: `no attestation of type "slsaprovenance1" found`,
	},
	{
		reason: "An attestation is enough, and stands for the signature.", name: "attested",
		sign: func(t *testing.T, s *signer, image string) {
			s.attest(t, image, "slsaprovenance1", filepath.Join(s.release.Repository, "_output", version, "provenance.json"))
		}, authority: byKeyWith,
	},
	{
		reason: "Without a key, a workflow signs as itself.", name: "workflow",
		sign: func(t *testing.T, s *signer, image string) {
			s.cosign(t, "sign", image, legacy, "--fulcio-url="+s.sigstore, "--identity-token="+token(workflow))
		}, authority: byWorkflow,
	},
	{
		reason: "Another workflow is somebody else.", name: "other-workflow",
		sign: func(t *testing.T, s *signer, image string) {
			s.cosign(t, "sign", image, legacy, "--fulcio-url="+s.sigstore, "--identity-token="+token(strings.Replace(workflow, "release.yaml", "nightly.yaml", 1)))
		}, authority: byWorkflow,
		refused: "none of the expected identities matched what was in the certificate",
	},
}

// TestSignatures makes a release, signs it, and has a Crossplane that verifies
// signatures install it, and refuse what is not signed as its platform team wants.
func TestSignatures(t *testing.T) {
	c := newCluster(t, false)
	s := c.newSigner(t)

	t.Log("Crossplane needs to know whom to trust before it starts")
	c.restartVerifying(t, "TUF_ROOT="+s.nowhere(t))
	c.everywhere().eventually(t, func() error {
		if p, _ := c.Process("crossplane"); p.Running() {
			return fmt.Errorf("want Crossplane to end where it cannot know whom to trust; it says %s", c.LastWords("crossplane"))
		}

		return nil
	})

	if said := c.LastWords("crossplane"); !strings.Contains(said, "cannot create cosign signature validator") {
		t.Errorf("want Crossplane to say why it ends, got %s", said)
	}

	c.restartVerifying(t, "TUF_ROOT="+s.trust(t, "crossplane"))

	public, err := os.ReadFile(strings.TrimSuffix(s.key, ".key") + ".pub")
	must(t, err)
	(&namespace{cluster: c, name: "crossplane-system"}).apply(t, fmt.Sprintf(`{apiVersion: v1, kind: Secret, metadata: {name: cosign}, stringData: {cosign.pub: %q}}`, public))

	s.make(t, checkout.Organization)
	t.Run("Release", func(t *testing.T) { testRelease(t, c, s) })

	for _, tc := range signatures {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			t.Log(tc.reason)

			image := s.push(t, tc.name)
			tc.sign(t, s, image)
			c.verify(t, tc.name, tc.authority)

			c.apply(t, fmt.Sprintf(`{apiVersion: pkg.crossplane.io/v1, kind: Function, metadata: {name: %s}, spec: {package: %q}}`, tc.name, image))

			all := c.everywhere()
			if tc.refused == "" {
				all.expect(t, functions, tc.name, health+` {.status.appliedImageConfigRefs[*].reason}`, healthy+" VerifyImage")
				return
			}

			all.refused(t, functions, tc.name, tc.refused)
		})
	}
}

// TestSignaturesAreTold holds docs/release.md to what is tested.
func TestSignaturesAreTold(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/release.md"))
	must(t, err)

	refused, installed := 0, 0

	for _, tc := range signatures {
		if tc.refused == "" {
			installed++
			continue
		}

		refused++

		if !strings.Contains(string(page), "| refused: `"+tc.refused+"` |") {
			t.Errorf("docs/release.md does not say that this is refused, with %q: %s", tc.refused, tc.reason)
		}
	}

	if got := [2]int{strings.Count(string(page), "| refused: `"), strings.Count(string(page), "| installed |")}; got != [2]int{refused, installed} {
		t.Errorf("docs/release.md: want %d rows that are refused and %d that are installed, got %v", refused, installed, got)
	}
}

// testRelease installs a release that "make sign" has signed.
func testRelease(t *testing.T, c *cluster, s *signer) {
	c.verify(t, checkout.Organization, byKeyWith)
	must(t, c.Install(t.Context(), version))

	all := c.everywhere()
	for _, kind := range []schema.GroupVersionResource{configurations, functions} {
		name := checkout.Organization + "-" + strings.TrimSuffix(kind.Resource, "s") + "-webapp"
		all.expect(t, kind, name, health+` {.status.appliedImageConfigRefs[*].reason}`, healthy+" VerifyImage")
	}

	t.Log("make verify-release sees when a file is another")

	file := s.released("SHA256SUMS")
	must(t, os.WriteFile(file, []byte(strings.Repeat("0", 64)+"  provenance.intoto.json\n"), 0o600))

	if err := s.verify(t, checkout.Organization); err == nil {
		t.Error("want make verify-release to refuse another SHA256SUMS")
	}
}

// verify has Crossplane verify packages of an organization.
func (c *cluster) verify(t *testing.T, organization, authority string) {
	t.Helper()

	registry, err := c.Registry()
	must(t, err)
	c.apply(t, fmt.Sprintf(`{apiVersion: pkg.crossplane.io/v1beta1, kind: ImageConfig, metadata: {name: %s}, spec: {matchImages: [{prefix: "%s/%s/"}], verification: {provider: Cosign, cosign: {authorities: [%s]}}}}`,
		organization, registry, organization, authority))
}

// refused waits until a package says why it is not installed, and checks that there is
// nothing of it.
func (n *namespace) refused(t *testing.T, kind schema.GroupVersionResource, name, why string) {
	t.Helper()

	n.eventually(t, func() error {
		object := n.get(t, kind, name)

		said := read(t, object, `{.status.conditions[?(@.type=="Installed")].status} {.status.conditions[?(@.type=="Installed")].message}`)
		if !strings.HasPrefix(said, "False cannot unpack package: signature verification failed") || !strings.Contains(said, why) {
			return fmt.Errorf("%s %s: want it refused for %q, got %q", kind.Resource, name, why, said)
		}

		t.Log(said)

		return nil
	})

	if revisions := n.do(t, "get", "functionrevisions", "-l", "pkg.crossplane.io/package="+name, "-o", "name"); revisions != "" {
		t.Errorf("want nothing of it installed, got %s", revisions)
	}
}

// restartVerifying starts Crossplane again, as one that verifies signatures.
func (c *cluster) restartVerifying(t *testing.T, environment string) {
	t.Helper()

	const flag = "--enable-signature-verification"

	p, _ := c.Process("crossplane")
	must(t, c.Stop(t.Context(), p.Name))
	must(t, c.Forget(p.Name))

	if p.Args[len(p.Args)-1] != flag {
		p.Args = append(p.Args, flag)
	}

	p.Environment = append(p.Environment, environment)
	must(t, c.Run(t.Context(), p))
}

// A signer has a release, keys, and a Sigstore of its own.
type signer struct {
	cluster       *cluster
	release       checkout.Checkout
	sigstore      string
	dir           string
	key, otherKey string
}

// newSigner starts Sigstore, and makes keys.
func (c *cluster) newSigner(t *testing.T) *signer {
	t.Helper()

	s := &signer{cluster: c, dir: c.Path("sigstore")}
	must(t, os.MkdirAll(s.dir, 0o700))
	must(t, c.Run(t.Context(), processes.Process{Name: "sigstore", Program: c.Program("sigstore"), Args: []string{"--dir", s.dir}}))
	c.everywhere().eventually(t, func() error {
		said, err := os.ReadFile(c.Log("sigstore"))
		if err == nil && !strings.HasSuffix(string(said), "\n") {
			err = fmt.Errorf("it does not say where it is: %s", said)
		}

		s.sigstore = "http://" + strings.TrimSpace(string(said))

		return err
	})

	// For cosign, from now on.
	t.Setenv("TUF_ROOT", s.trust(t, "cosign"))
	t.Setenv("COSIGN_PASSWORD", "")

	for name, key := range map[string]*string{"key": &s.key, "other": &s.otherKey} {
		*key = filepath.Join(s.dir, name+".key")
		s.run(t, "generate-key-pair", "--output-key-prefix="+strings.TrimSuffix(*key, ".key"))
	}

	return s
}

// trust makes a folder that says whom to trust, as a platform team does that has a
// Sigstore of its own.
func (s *signer) trust(t *testing.T, name string) string {
	t.Helper()

	dir := filepath.Join(s.dir, "tuf-"+name)
	cmd := exec.CommandContext(t.Context(), s.cluster.Program("cosign"), "initialize", "--mirror="+s.sigstore, "--root="+filepath.Join(s.dir, "root.json"))
	cmd.Env = append(os.Environ(), "TUF_ROOT="+dir)

	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("cosign initialize: %v\n%s", err, out)
	}

	return dir
}

// nowhere is a folder by which nobody is found.
func (s *signer) nowhere(t *testing.T) string {
	t.Helper()

	dir := filepath.Join(s.dir, "tuf-nowhere")
	must(t, os.MkdirAll(dir, 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "remote.json"), []byte(`{"mirror": "http://127.0.0.1:1"}`), 0o600))

	return dir
}

// make makes a release of what is committed, as a maintainer does: in a clone, under a
// tag. It is pushed, signed and verified.
func (s *signer) make(t *testing.T, organization string) {
	t.Helper()

	dir := s.cluster.Path("release")
	for _, args := range [][]string{
		{"git", "clone", "--quiet", "--no-tags", s.cluster.Repository, dir},
		{"git", "-C", dir, "tag", version},
		// What is cloned is new, and the tools are not older than what they are made of.
		{"find", filepath.Join(dir, "test/tools"), "-type", "f", "-exec", "touch", "-t", "200001010000", "{}", "+"},
	} {
		out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}

	must(t, os.Symlink(filepath.Join(s.cluster.Repository, ".cache"), filepath.Join(dir, ".cache")))

	var err error

	s.release, err = checkout.New(dir)
	must(t, err)

	for _, args := range [][]string{
		{"release"},
		{"push"},
		{"sign", "KEY=" + s.key, "SIGN_FLAGS=--rekor-url=" + s.sigstore},
	} {
		must(t, s.release.Make(t.Context(), append(args, s.where(t, organization)...)...))
	}

	must(t, s.verify(t, organization))
}

// verify checks the release as anyone would who has the public key.
func (s *signer) verify(t *testing.T, organization string) error {
	t.Helper()

	return s.release.Make(t.Context(), append([]string{
		"verify-release", "KEY=" + strings.TrimSuffix(s.key, ".key") + ".pub",
		"VERIFY_FLAGS=--trusted-root=" + filepath.Join(s.dir, "trusted_root.json"),
	}, s.where(t, organization)...)...)
}

// where are the version and the place of a release.
func (s *signer) where(t *testing.T, organization string) []string {
	t.Helper()

	registry, err := s.cluster.Registry()
	must(t, err)

	return []string{"VERSION=" + version, "REGISTRY=" + registry, "ORG=" + organization}
}

// released is a file of the release.
func (s *signer) released(name string) string {
	return filepath.Join(s.release.Repository, "_output", version, "release", name)
}

// push pushes the function's package of the release to an organization, unsigned.
func (s *signer) push(t *testing.T, organization string) string {
	t.Helper()

	registry, err := s.cluster.Registry()
	must(t, err)

	image := registry + "/" + organization + "/function-webapp:" + version

	out, err := exec.CommandContext(t.Context(), s.cluster.Program("crossplane"), "xpkg", "push",
		"--package-files="+s.released("function-webapp-linux-amd64.xpkg")+","+s.released("function-webapp-linux-arm64.xpkg"), image).CombinedOutput()
	if err != nil {
		t.Fatalf("crossplane xpkg push: %v\n%s", err, out)
	}

	return image
}

// attest attests something of a package.
func (s *signer) attest(t *testing.T, image, kind, predicate string) {
	t.Helper()
	s.cosign(t, "attest", image, legacy, "--key="+s.key, "--type="+kind, "--predicate="+predicate)
}

// cosign signs or attests an image.
func (s *signer) cosign(t *testing.T, command, image string, args ...string) {
	t.Helper()
	s.run(t, append([]string{command, "--yes", "--use-signing-config=false", "--rekor-url=" + s.sigstore, image}, args...)...)
}

func (s *signer) run(t *testing.T, args ...string) {
	t.Helper()

	if out, err := exec.CommandContext(t.Context(), s.cluster.Program("cosign"), args...).CombinedOutput(); err != nil {
		t.Fatalf("cosign %s: %v\n%s", args[0], err, out)
	}
}

// token says who somebody is. Only the Sigstore of the test believes it.
func token(subject string) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

	return part(`{"alg":"RS256"}`) + "." + part(fmt.Sprintf(`{"iss":%q,"sub":%q,"aud":"sigstore","exp":4102444800}`, issuer, subject)) + "." + part("x")
}
