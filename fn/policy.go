package fn

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/input/v1beta1"
)

// A platformPolicy is what no WebApp of a Composition may go beyond, whoever asks for it.
// A WebApp that does is refused as a whole, and what exists of it stays: a policy
// that becomes stricter stops nothing that runs.
type platformPolicy struct {
	// registries are the starts of repositories, as repository returns them.
	registries      []string
	forbidLatestTag bool
	requiredLabels  []string
	maxReplicas     int32
	maxResources    resources
}

// policyParts are read in this order.
var policyParts = []part[platformPolicy]{
	{"registries", readRegistries},
	{"forbidLatestTag", func(in object, into *platformPolicy) { into.forbidLatestTag, _ = native[bool](in, "forbidLatestTag") }},
	{"requiredLabels", readRequiredLabels},
	{"maxReplicas", func(in object, into *platformPolicy) {
		into.maxReplicas, _ = in.integer("maxReplicas", v1.MinReplicas, v1.MaxAutoscaledReplicas)
	}},
	{"maxResources", func(in object, into *platformPolicy) {
		most := in.object("maxResources")
		most.only("requests", "limits")

		// These have nothing to do with each other.
		into.maxResources = resources{most.quantities("requests"), most.quantities("limits")}
	}},
}

// readPolicy reads the policy. Defaults that are against it would have every WebApp
// refused for what it did not ask for.
func readPolicy(root object, into *settings) {
	readParts(root.object("policy"), policyParts, &into.policy)

	path := root.child("defaults").Child("resources")
	notAbove(root, path.Child("requests"), into.resources.requests, into.policy.maxResources.requests)
	notAbove(root, path.Child("limits"), into.resources.limits, into.policy.maxResources.limits)
}

func notAbove(root object, path *field.Path, set, most corev1.ResourceList) {
	for _, name := range slices.Sorted(maps.Keys(most)) {
		quantity, limit := set[name], most[name]
		if quantity.Cmp(limit) > 0 {
			*root.errs = append(*root.errs, field.Invalid(path.Key(string(name)), quantity.String(), "must not exceed the policy's "+limit.String()))
		}
	}
}

var registriesPattern = regexp.MustCompile(v1beta1.RegistryPattern)

func readRegistries(in object, into *platformPolicy) {
	written, _ := native[[]string](in, "registries")

	for i, r := range written {
		if !registriesPattern.MatchString(r) {
			*in.errs = append(*in.errs, field.Invalid(in.child("registries").Index(i), clip(r, maxQuoted),
				"must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io"))
		}

		host, _, _ := strings.Cut(r, "/")
		into.registries = append(into.registries, canonical(host)+r[len(host):])
	}
}

func readRequiredLabels(in object, into *platformPolicy) {
	into.requiredLabels, _ = native[[]string](in, "requiredLabels")

	for i, key := range into.requiredLabels {
		for _, problem := range validation.IsQualifiedName(key) {
			*in.errs = append(*in.errs, field.Invalid(in.child("requiredLabels").Index(i), clip(key, maxQuoted), problem))
		}
	}
}

// specPath is the path of a WebApp's spec.
var specPath = field.NewPath("spec")

// check returns what of a WebApp is against the policy. The Deployment is the one
// that would be made of it, defaults and all.
func (p *platformPolicy) check(app *webApp, deployment *structpb.Struct) field.ErrorList {
	var errs field.ErrorList

	if len(p.registries) > 0 && !p.allows(repository(app.spec.Image)) {
		errs = append(errs, field.Forbidden(specPath.Child("image"), demand("registries", "allows images from %s only", clip(strings.Join(p.registries, ", "), maxMessage/3))))
	}

	if p.forbidLatestTag && isLatest(app.spec.Image) {
		errs = append(errs, field.Forbidden(specPath.Child("image"), demand("forbidLatestTag", "asks for a tag other than latest, or a digest")))
	}

	for _, key := range p.requiredLabels {
		if text(app.labels, key) == "" {
			errs = append(errs, field.Required(field.NewPath("metadata", "labels").Key(key), demand("requiredLabels", "asks for this label")))
		}
	}

	if p.maxReplicas > 0 && app.spec.Replicas > p.maxReplicas {
		errs = append(errs, field.Forbidden(specPath.Child("replicas"), demand("maxReplicas", "allows at most %d", p.maxReplicas)))
	}

	if p.maxReplicas > 0 && number(app.options["autoscaling"], "maxReplicas") > int64(p.maxReplicas) {
		errs = append(errs, field.Forbidden(specPath.Child("autoscaling", "maxReplicas"), demand("maxReplicas", "allows at most %d", p.maxReplicas)))
	}

	if len(p.maxResources.requests) > 0 || len(p.maxResources.limits) > 0 {
		errs = append(errs, p.checkResources(specPath.Child("resources"), dig(appContainer(deployment), "resources"))...)
	}

	return errs
}

// allows says whether a repository is one of the registries.
func (p *platformPolicy) allows(repository string) bool {
	return slices.ContainsFunc(p.registries, func(r string) bool { return isPartOf(repository, r) })
}

// checkResources checks what a container asks for and may use. A container without
// a limit may use all there is; one with a limit and no request asks for its limit.
func (p *platformPolicy) checkResources(path *field.Path, written *structpb.Value) field.ErrorList {
	errs := field.ErrorList{}
	read := object{fields: written.GetStructValue().GetFields(), errs: &field.ErrorList{}}
	have := resources{read.quantities("requests"), read.quantities("limits")}

	for _, name := range slices.Sorted(maps.Keys(p.maxResources.requests)) {
		most := p.maxResources.requests[name]

		request, asked := have.requests[name]
		if !asked {
			request = have.limits[name]
		}

		if request.Cmp(most) > 0 {
			errs = append(errs, field.Forbidden(path.Child("requests").Key(string(name)), demand("maxResources.requests", "allows at most %s", most.String())))
		}
	}

	for _, name := range slices.Sorted(maps.Keys(p.maxResources.limits)) {
		most, at := p.maxResources.limits[name], path.Child("limits").Key(string(name))

		limit, limited := have.limits[name]

		switch {
		case !limited:
			errs = append(errs, field.Required(at, demand("maxResources.limits", "asks for a limit of at most %s", most.String())))
		case limit.Cmp(most) > 0:
			errs = append(errs, field.Forbidden(at, demand("maxResources.limits", "allows at most %s", most.String())))
		}
	}

	return errs
}

// demand says what a part of the policy asks for.
func demand(part, format string, args ...any) string {
	return "policy." + part + " of the platform team " + fmt.Sprintf(format, args...)
}

// The registry of images that name none, and where it keeps those of no owner.
const (
	dockerHub      = "docker.io"
	dockerHubAlias = "index.docker.io"
	dockerLibrary  = "library/"
)

// repository returns an image's repository with the registry, and without tag and
// digest, as container runtimes complete it: see
// github.com/distribution/reference.ParseNormalizedNamed.
func repository(image string) string {
	name, _, _ := cutTag(image)

	host, path, found := strings.Cut(name, "/")
	if !found || !isHost(host) {
		host, path = dockerHub, name
	}

	host = canonical(host)
	if host == dockerHub && !strings.Contains(path, "/") {
		path = dockerLibrary + path
	}

	return host + "/" + path
}

// isHost says whether the first part of an image is a registry.
func isHost(part string) bool {
	return strings.ContainsAny(part, ".:") || part == "localhost" || strings.ToLower(part) != part
}

// canonical returns the one spelling of a registry's host.
func canonical(host string) string {
	host = strings.ToLower(host)
	if host == dockerHubAlias {
		return dockerHub
	}

	return host
}

// isPartOf says whether a repository is one, or in one, that begins like this: by
// whole names, so that acme-evil is no part of acme.
func isPartOf(repository, of string) bool {
	rest, found := strings.CutPrefix(repository, of)
	return found && (rest == "" || rest[0] == '/')
}

// isLatest says whether an image may be another one tomorrow: without a digest, and
// with the tag latest or none.
func isLatest(image string) bool {
	_, tag, digest := cutTag(image)
	return digest == "" && (tag == "" || tag == "latest")
}

// cutTag takes an image reference apart.
func cutTag(image string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(image, "@")

	// A colon before a slash belongs to a port.
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		name, tag = name[:i], name[i+1:]
	}

	return name, tag, digest
}
