package platform

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
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
	"github.com/webapp-operator/function-webapp/input/v1beta1"
)

// A Policy is what no WebApp of a Composition may go beyond, whoever asks for it.
// A WebApp that does is refused as a whole, and what exists of it stays: a policy
// that becomes stricter stops nothing that runs.
type Policy struct {
	// registries are the starts of repositories, as repository returns them.
	registries      []string
	forbidLatestTag bool
	requiredLabels  []string
	maxReplicas     int32
	maxResources    webapp.Resources

	// What WebApps may ask for, beside what all of them have by default.
	priorities, tolerations, serviceTypes, volumes, serviceAccounts, hosts allowance

	// byDefault is what the platform team sets of the pods.
	byDefault map[string]*structpb.Value
}

// policyParts are read in this order.
var policyParts = []part[Policy]{
	{name: "registries", read: readRegistries},
	{name: "forbidLatestTag", read: func(in value.Reader, into *Policy) {
		into.forbidLatestTag, _ = value.Native[bool](in, "forbidLatestTag")
	}},
	{name: "requiredLabels", read: readRequiredLabels},
	{name: "maxReplicas", read: func(in value.Reader, into *Policy) {
		into.maxReplicas, _ = in.Integer("maxReplicas", v1.MinReplicas, v1.MaxAutoscaledReplicas)
	}},
	{name: "maxResources", read: func(in value.Reader, into *Policy) {
		into.maxResources = webapp.ReadQuantities(in.Object("maxResources"))
	}},
	{name: "priorityClassNames", read: readPriorityClassNames},
	{name: "tolerations", read: readTolerations},
	{name: "serviceAccounts", read: readServiceAccounts},
	{name: "volumes", read: readVolumes},
	{name: "serviceTypes", read: readServiceTypes},
	{name: "hosts", read: readHosts},
}

// readPolicy reads the policy. Defaults that are against it would have every WebApp
// refused for what it did not ask for.
func readPolicy(root value.Reader, into *Input) {
	in := root.Object("policy")
	if len(in.Fields) == 0 {
		return
	}

	into.Policy = &Policy{}
	readParts(in, policyParts, into.Policy)

	into.Policy.byDefault = into.Settings.Pods

	if t := into.Settings.ServiceType; t != "" && !into.Policy.serviceTypes.has(t) {
		root.Object("defaults").Object("service").Invalid("type", t, "must be one of the policy's: "+into.Policy.serviceTypes.String())
	}

	into.Policy.checkDefaultHosts(root.Object("defaults"), &into.Settings)

	resources, most := into.Settings.Resources, into.Policy.maxResources
	notAbove(root.Entries("defaults", "resources", "requests"), resources.Requests, most.Requests)
	notAbove(root.Entries("defaults", "resources", "limits"), resources.Limits, most.Limits)
}

func notAbove(at value.Reader, set, most corev1.ResourceList) {
	for _, name := range slices.Sorted(maps.Keys(most)) {
		quantity, limit := set[name], most[name]
		if quantity.Cmp(limit) > 0 {
			at.Invalid(string(name), quantity.String(), "must not exceed the policy's "+limit.String())
		}
	}
}

var registriesPattern = regexp.MustCompile(v1beta1.RegistryPattern)

func readRegistries(in value.Reader, into *Policy) {
	written, _ := value.Native[[]string](in, "registries")

	for i, r := range written {
		if !registriesPattern.MatchString(r) {
			in.Items("registries")[i].Invalid("", r,
				"must be a registry such as ghcr.io, or a part of one such as ghcr.io/acme, without https://, a tag or a slash at the end; Docker Hub is docker.io")
		}

		host, _, _ := strings.Cut(r, "/")
		into.registries = append(into.registries, canonical(host)+r[len(host):])
	}
}

func readRequiredLabels(in value.Reader, into *Policy) {
	into.requiredLabels, _ = value.Native[[]string](in, "requiredLabels")

	for i, key := range into.requiredLabels {
		for _, problem := range validation.IsQualifiedName(key) {
			in.Items("requiredLabels")[i].Invalid("", key, problem)
		}
	}
}

// Check returns what of a WebApp is against the policy, if there is one. What is built is
// what would be made of it, defaults and all.
func (p *Policy) Check(app *webapp.App, built map[string]*structpb.Struct) field.ErrorList {
	if p == nil {
		return nil
	}

	deployment := built[child.KeyDeployment]

	root, errs := value.Read(nil)
	spec := root.At(app.Composite.Path())

	p.checkImage(spec, app.Spec.Image)

	for _, key := range p.requiredLabels {
		if value.Text(app.Labels, key) == "" {
			root.Object("metadata").Entries("labels").Required(key, demand("requiredLabels", "asks for this label"))
		}
	}

	if p.maxReplicas > 0 && app.Spec.Replicas > p.maxReplicas {
		spec.Forbidden("replicas", demand("maxReplicas", "allows at most %d", p.maxReplicas))
	}

	if p.maxReplicas > 0 && value.Number(app.Options[webapp.AutoscalingOption], "maxReplicas") > int64(p.maxReplicas) {
		spec.Object(webapp.AutoscalingOption).Forbidden("maxReplicas", demand("maxReplicas", "allows at most %d", p.maxReplicas))
	}

	pods := value.Dig(deployment.GetFields()["spec"], "template", "spec")
	p.checkResources(spec.Object(container.Resources), pod.Container(deployment))
	p.checkOthers(spec, app, pods)
	p.checkPlacement(spec, pods)
	p.checkRights(spec, app)
	p.checkExposure(spec, app, built)

	return *errs
}

// checkOthers checks the containers beside the application's. They are no way around what
// holds for that one.
func (p *Policy) checkOthers(spec value.Reader, app *webapp.App, pods *structpb.Value) {
	built := value.Dig(pods, webapp.InitContainers).GetListValue().GetValues()

	for i, c := range app.Options[webapp.InitContainers].GetListValue().GetValues() {
		at := spec.At(spec.Child(webapp.InitContainers).Index(i))

		if image := value.Text(c, "image"); image != "" {
			p.checkImage(at, image)
		}

		p.checkResources(at.Object(container.Resources), built[i])
	}
}

// checkResources checks what a container asks for and may use, as it was built. A container
// without a limit may use all there is; one with a limit and no request asks for its limit.
func (p *Policy) checkResources(in value.Reader, built *structpb.Value) {
	if len(p.maxResources.Requests) == 0 && len(p.maxResources.Limits) == 0 {
		return
	}

	have := webapp.ReadQuantities(value.Quiet(value.Dig(built, container.Resources)))
	requests, limits := in.Entries("requests"), in.Entries("limits")

	for _, name := range slices.Sorted(maps.Keys(p.maxResources.Requests)) {
		most := p.maxResources.Requests[name]

		request, asked := have.Requests[name]
		if !asked {
			request = have.Limits[name]
		}

		if request.Cmp(most) > 0 {
			requests.Forbidden(string(name), demand("maxResources.requests", "allows at most %s", most.String()))
		}
	}

	for _, name := range slices.Sorted(maps.Keys(p.maxResources.Limits)) {
		most := p.maxResources.Limits[name]

		limit, limited := have.Limits[name]

		switch {
		case !limited:
			limits.Required(string(name), demand("maxResources.limits", "asks for a limit of at most %s", most.String()))
		case limit.Cmp(most) > 0:
			limits.Forbidden(string(name), demand("maxResources.limits", "allows at most %s", most.String()))
		}
	}
}

// demand says what a part of the policy asks for.
func demand(rule, format string, args ...any) string {
	return "policy." + rule + " of the platform team " + fmt.Sprintf(format, args...)
}
