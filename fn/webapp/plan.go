package webapp

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// AutoscalingOption is the field by which a WebApp asks for an autoscaler.
const AutoscalingOption = "autoscaling"

// A Plan is what the objects of a WebApp are built from. It is made once, before
// anything is built, and not changed.
type Plan struct {
	App      *App
	Settings *Settings

	// Autoscaled says that an autoscaler is among the objects, which decides how
	// many replicas there are.
	Autoscaled bool

	// Labels are on the pods; objects have the platform team's, too.
	Labels *structpb.Value

	// Selector selects the pods, and Matching does so as a LabelSelector.
	Selector, Matching *structpb.Value

	// Env is the environment, in the order of names.
	Env []Variable

	// ConfigHash is that of what the pods read of ConfigMaps, if they are to be replaced
	// when that changes, and nil if not.
	ConfigHash *structpb.Value
}

// A Variable is one of the environment.
type Variable struct {
	Name  string
	Value *structpb.Value
}

// NewPlan returns the plan of a WebApp.
func NewPlan(app *App, settings *Settings, autoscaled bool) Plan {
	selector := Selector(app.Name)

	return Plan{
		App:        app,
		Settings:   settings,
		Autoscaled: autoscaled,
		Labels:     labels(app.Name),
		Selector:   selector,
		Matching:   value.Object(value.Fields{"matchLabels": selector}),
		Env:        environment(app.Spec.Env),
	}
}

func environment(env map[string]string) []Variable {
	variables := make([]Variable, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		variables = append(variables, Variable{name, value.String(env[name])})
	}

	return variables
}

// LeastReplicas is how many replicas there are at least.
func (p *Plan) LeastReplicas() int32 { return p.App.LeastReplicas(p.Autoscaled) }

// LeastReplicas is how many replicas there are at least, with an autoscaler or
// without.
func (a *App) LeastReplicas(autoscaled bool) int32 {
	if !autoscaled {
		return a.Spec.Replicas
	}

	return max(1, int32(value.Number(a.Options[AutoscalingOption], "minReplicas"))) //nolint:gosec // It was checked.
}

// MostReplicas is how many replicas there are at most, with an autoscaler or without.
func (a *App) MostReplicas(autoscaled bool) int32 {
	if !autoscaled {
		return a.Spec.Replicas
	}

	return int32(value.Number(a.Options[AutoscalingOption], "maxReplicas")) //nolint:gosec // It was checked.
}
