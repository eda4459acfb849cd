package pod

import (
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// RequireShareable refuses a container that asks for large pages and neither for CPU nor
// memory, once what the platform team set is added.
func RequireShareable(app *webapp.App, settings *webapp.Settings) *field.Error {
	byDefault := settings.Resources

	for i, c := range app.Options[webapp.InitContainers].GetListValue().GetValues() {
		if !container.IsShareable(resourcesOf(value.Dig(c, container.Resources), byDefault)) {
			return askForMore(app.Composite.Path().Child(webapp.InitContainers).Index(i))
		}
	}

	if own := app.Options[container.Resources]; (own != nil || byDefault.Limits != nil) && !container.IsShareable(resourcesOf(own, byDefault)) {
		return askForMore(app.Composite.Path())
	}

	return nil
}

func askForMore(of *field.Path) *field.Error {
	return field.Required(of.Child(container.Resources, "requests"), "who asks for hugepages must ask for cpu or memory, too")
}

// resourcesOf are what is said of a container's resources over what the platform team set.
func resourcesOf(own *structpb.Value, byDefault webapp.Resources) webapp.Resources {
	return webapp.ReadResources(value.Quiet(own)).Over(byDefault)
}

func readDefaultResources(in value.Reader, into *webapp.Defaults) {
	into.Resources = webapp.ReadResources(in.Object(container.Resources)).Over(into.Resources)
}

func applyResources(t *template, v *structpb.Value) {
	t.container[container.Resources] = resourcesOf(v, t.defaults.Resources).Value()
}
