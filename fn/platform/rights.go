package platform

import (
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/volume"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

func readServiceAccounts(in value.Reader, into *Policy) {
	into.serviceAccounts = readAllowance(in, "serviceAccounts", validation.IsDNS1123Subdomain)
}

func readVolumes(in value.Reader, into *Policy) {
	into.volumes = readAllowance(in, "volumes", oneOf(volume.Sources...))
}

// checkRights checks as whom pods run, and what they mount.
func (p *Policy) checkRights(spec value.Reader, app *webapp.App) {
	if name := app.Options["serviceAccountName"].GetStringValue(); name != "" && !p.serviceAccounts.has(name) {
		spec.Forbidden("serviceAccountName", demand("serviceAccounts", "allows %s", p.serviceAccounts))
	}

	for i, v := range app.Options["volumes"].GetListValue().GetValues() {
		at := spec.At(spec.Child("volumes").Index(i))
		p.checkSources(at, v)

		// What is not allowed by itself is not allowed as a part of something else.
		for j, source := range value.Dig(v, "projected", "sources").GetListValue().GetValues() {
			projected := at.Object("projected")
			p.checkSources(projected.At(projected.Child("sources").Index(j)), source)
		}
	}
}

// checkSources checks where files come from.
func (p *Policy) checkSources(at value.Reader, from *structpb.Value) {
	for _, source := range volume.Sources {
		if value.IsSet(value.Dig(from, source)) && !p.volumes.has(source) {
			at.Forbidden(source, demand("volumes", "allows %s", p.volumes))
		}
	}
}
