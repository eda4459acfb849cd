package convert

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn"
	"github.com/webapp-operator/function-webapp/fn/child"
	"github.com/webapp-operator/function-webapp/fn/config"
	"github.com/webapp-operator/function-webapp/fn/platform"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A renderer asks the function what becomes of a WebApp where every feature is on and the
// platform team has set nothing.
type renderer struct {
	function *fn.Function
	request  *fnv1.RunFunctionRequest
}

func newRenderer() *renderer {
	features := []any{}
	schemas := map[string]*fnv1.Schema{}

	for _, c := range child.All {
		if c.Feature != "" {
			features = append(features, c.Feature)
		}

		if c.Custom {
			schemas["kind-"+c.Key] = &fnv1.Schema{OpenapiV3: structOf(fields{"type": "object"})}
		}
	}

	required := map[string]*fnv1.Resources{
		platform.GrantsRequirement: {Items: []*fnv1.Resource{{Resource: structOf(fields{"data": fields{"features": features}})}}},
	}

	// ConfigMaps with nothing in them: that they are read shows, and not what they say.
	for name := range config.Reads {
		required[name] = &fnv1.Resources{Items: []*fnv1.Resource{{Resource: structOf(fields{})}}}
	}

	return &renderer{
		function: fn.New(func() time.Time { return time.Unix(0, 0) }),
		request: &fnv1.RunFunctionRequest{
			Input:             structOf(fields{"apiVersion": "webapp.fn.example.com/v1beta1", "kind": "Input", "features": features}),
			RequiredResources: required,
			RequiredSchemas:   schemas,
		},
	}
}

// structOf is for JSON that was read, of which every value is one that a Struct may have.
func structOf(v fields) *structpb.Struct {
	s, err := structpb.NewStruct(v)
	if err != nil {
		return &structpb.Struct{}
	}

	return s
}

// manifestOf is a WebApp as it is written. Where nobody has said in which namespace, whoever
// applies it does.
func manifestOf(namespace, name string, spec fields) fields {
	metadata := fields{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}

	return fields{"apiVersion": v1.GroupVersion.String(), "kind": v1.Kind, "metadata": metadata, "spec": spec}
}

// render returns the objects of a WebApp by kind, or why the function refuses it.
func (r *renderer) render(ctx context.Context, app fields) (map[string]fields, error) {
	req := &fnv1.RunFunctionRequest{
		Observed:          &fnv1.State{Composite: &fnv1.Resource{Resource: structOf(app)}},
		Input:             r.request.GetInput(),
		RequiredResources: r.request.GetRequiredResources(),
		RequiredSchemas:   r.request.GetRequiredSchemas(),
	}

	rsp, err := r.function.RunFunction(ctx, req)
	if err != nil {
		return nil, err
	}

	for _, result := range rsp.GetResults() {
		if result.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			return nil, fmt.Errorf("%s", result.GetMessage())
		}
	}

	made := map[string]fields{}
	for _, c := range child.All {
		if resource := rsp.GetDesired().GetResources()[c.Key]; resource != nil {
			made[c.Kind] = resource.GetResource().AsMap()
		}
	}

	return made, nil
}

// A refusal is a part of a WebApp that was left out, and why.
type refusal struct {
	path, why string
	value     any
}

// settle takes out of a WebApp what it has no field for, and what the function refuses. An
// error says that it cannot be one without.
func settle(app fields) ([]refusal, error) {
	var out []refusal

	prune(app["spec"], reflect.TypeFor[v1.WebAppSpec](), "spec", func(path string, v any) {
		out = append(out, refusal{path: path, value: v})
	})

	for {
		_, errs := webapp.Read(webapp.WebApp, structOf(app), nil, child.Options())
		if len(errs) == 0 {
			return out, nil
		}

		path := errs[0].Field
		if errs[0].Type == field.ErrorTypeRequired {
			path = above(path)
		}

		v, cut := cut(app, path)
		if !cut {
			return out, fmt.Errorf("%s", value.Sentence(errs))
		}

		out = append(out, refusal{path: path, value: v, why: errs[0].ErrorBody()})
	}
}

// prune removes fields that a type does not have.
func prune(v any, t reflect.Type, path string, removed func(string, any)) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}

	// What has its own way of being read has no fields.
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return
	}

	switch v := v.(type) {
	case fields:
		known := map[string]reflect.Type{}
		if t.Kind() == reflect.Struct {
			fieldsOf(t, known)
		}

		for _, name := range sorted(v) {
			switch of, ok := known[name]; {
			case t.Kind() == reflect.Map:
				prune(v[name], t.Elem(), path+"["+name+"]", removed)
			case t.Kind() == reflect.Struct && !ok:
				removed(path+"."+name, v[name])
				delete(v, name)
			case ok:
				prune(v[name], of, path+"."+name, removed)
			}
		}
	case []any:
		for i, item := range v {
			if t.Kind() == reflect.Slice {
				prune(item, t.Elem(), path+"["+strconv.Itoa(i)+"]", removed)
			}
		}
	}
}

func fieldsOf(t reflect.Type, into map[string]reflect.Type) {
	for f := range t.Fields() {
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if rest == "inline" {
			fieldsOf(f.Type, into)
			continue
		}

		into[name] = f.Type
	}
}

// above is the path of the object that a field is in.
func above(path string) string {
	if i := strings.LastIndexAny(path, ".["); i > 0 {
		return path[:i]
	}

	return ""
}

// cut removes what is at a path, as errors name it, and returns it. What a WebApp must have
// cannot be removed.
func cut(app fields, path string) (any, bool) {
	steps := stepsOf(path)
	if len(steps) < 2 || steps[0] != "spec" || path == "spec.image" {
		return nil, false
	}

	return cutAt(app, steps)
}

func cutAt(in any, steps []string) (any, bool) {
	step, last := steps[0], len(steps) == 1

	switch v := in.(type) {
	case fields:
		there, ok := v[step]
		if !ok {
			return nil, false
		}

		if last {
			delete(v, step)
			return there, true
		}

		// The list itself has to be changed.
		if items, isList := there.([]any); isList && len(steps) == 2 {
			i, err := strconv.Atoi(steps[1])
			if err != nil || i >= len(items) {
				return nil, false
			}

			v[step] = append(append([]any{}, items[:i]...), items[i+1:]...)

			return items[i], true
		}

		return cutAt(there, steps[1:])
	case []any:
		i, err := strconv.Atoi(step)
		if err != nil || i >= len(v) || last {
			return nil, false
		}

		return cutAt(v[i], steps[1:])
	default:
		return nil, false
	}
}

// stepsOf are the names, indexes and keys of a path such as spec.env[A.B] or
// spec.volumes[2].name.
func stepsOf(path string) []string {
	var steps []string

	for path != "" {
		if key, found := strings.CutPrefix(path, "["); found {
			name, rest, _ := strings.Cut(key, "]")
			steps, path = append(steps, name), strings.TrimPrefix(rest, ".")

			continue
		}

		end := strings.IndexAny(path, ".[")
		if end < 0 {
			return append(steps, path)
		}

		steps, path = append(steps, path[:end]), strings.TrimPrefix(path[end:], ".")
	}

	return steps
}
