package platform

import (
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// checkImage checks the image of one of a WebApp's containers.
func (p *Policy) checkImage(of value.Reader, image string) {
	if len(p.registries) > 0 && !p.allows(repository(image)) {
		of.Forbidden("image", demand("registries", "allows images from %s only", value.Clip(strings.Join(p.registries, ", "), value.MaxMessage/3)))
	}

	if p.forbidLatestTag && isLatest(image) {
		of.Forbidden("image", demand("forbidLatestTag", "asks for a tag other than latest, or a digest"))
	}
}

// allows says whether a repository is one of the registries.
func (p *Policy) allows(image string) bool {
	return slices.ContainsFunc(p.registries, func(r string) bool { return isPartOf(image, r) })
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
func isHost(first string) bool {
	return strings.ContainsAny(first, ".:") || first == "localhost" || strings.ToLower(first) != first
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
func isPartOf(image, of string) bool {
	rest, found := strings.CutPrefix(image, of)
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
