package main

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"google.golang.org/protobuf/proto"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/internal/sample"
)

// check holds that an answer has the three children of the WebApp in a request,
// and what matters of them. Functions may give them any keys, and more fields.
func check(answer []byte, r request) error {
	rsp := &fnv1.RunFunctionResponse{}
	if err := proto.Unmarshal(answer, rsp); err != nil {
		return fmt.Errorf("the answer is no RunFunctionResponse: %w", err)
	}

	for _, result := range rsp.GetResults() {
		if result.GetSeverity() == fnv1.Severity_SEVERITY_FATAL {
			return errors.New("the answer is fatal: " + result.GetMessage())
		}
	}

	got := map[string]map[string]any{}

	for _, desired := range rsp.GetDesired().GetResources() {
		object := desired.GetResource().AsMap()
		kind, _ := object["kind"].(string)
		object["env"] = variables(object)
		got[kind] = object
	}

	takeFromConfigMap(got["Deployment"], got["ConfigMap"])

	for kind, fields := range wants(r.env) {
		if got[kind] == nil {
			return errors.New("the answer has no " + kind)
		}

		for path, want := range fields {
			if have, ok := dig(got[kind], path); !ok || have != want {
				return fmt.Errorf("%s: %s should be %v, and is %v", kind, path, want, have)
			}
		}
	}

	return nil
}

// A path leads to a field: names of fields, and numbers of items.
type path [8]any

// String is the path as people write it.
func (p path) String() string {
	b := &strings.Builder{}

	for _, step := range p {
		switch step := step.(type) {
		case string:
			b.WriteString("." + step)
		case int:
			fmt.Fprintf(b, "[%d]", step)
		}
	}

	return strings.TrimPrefix(b.String(), ".")
}

// wants are fields that every function must get right that does the job.
func wants(env int) map[string]map[path]any {
	deployment := map[path]any{
		{"apiVersion"}:                                         "apps/v1",
		{"metadata", "name"}:                                   "my-app",
		{"spec", "replicas"}:                                   2.0,
		{"metadata", "namespace"}:                              "default",
		{"spec", "selector", "matchLabels", "app"}:             "my-app",
		{"spec", "template", "metadata", "labels", "app"}:      "my-app",
		{"spec", "template", "spec", "containers", 0, "image"}: "nginxinc/nginx-unprivileged:1.27",
		{"spec", "template", "spec", "containers", 0, "ports", 0, "containerPort"}: 8080.0,
	}
	configMap := map[path]any{{"metadata", "name"}: "my-app-config"}

	for i := range env {
		name, value := sample.Variable(i)
		configMap[path{"data", name}] = value
		deployment[path{"env", name}] = value
	}

	return map[string]map[path]any{
		"Deployment": deployment,
		"ConfigMap":  configMap,
		"Service": {
			{"metadata", "name"}:         "my-app",
			{"spec", "selector", "app"}:  "my-app",
			{"spec", "ports", 0, "port"}: 80.0,
		},
	}
}

// variables are those of the first container, by name: their order is free.
func variables(object map[string]any) map[string]any {
	env := map[string]any{}

	list, _ := dig(object, path{"spec", "template", "spec", "containers", 0, "env"})
	items, _ := list.([]any)

	for _, item := range items {
		if v, ok := item.(map[string]any); ok {
			name, _ := v["name"].(string)
			env[name] = v["value"]
		}
	}

	return env
}

// takeFromConfigMap adds what the first container takes from the ConfigMap: not
// every function can make a list of a map.
func takeFromConfigMap(deployment, configMap map[string]any) {
	env, _ := deployment["env"].(map[string]any)
	from, _ := dig(deployment, path{"spec", "template", "spec", "containers", 0, "envFrom", 0, "configMapRef"})
	name, _ := dig(from, path{"name"})

	if own, _ := dig(configMap, path{"metadata", "name"}); name == nil || name != own {
		return
	}

	data, _ := configMap["data"].(map[string]any)
	maps.Copy(env, data)
}

func dig(v any, p path) (any, bool) {
	for _, step := range p {
		switch step := step.(type) {
		case nil:
			return v, true
		case string:
			object, _ := v.(map[string]any)
			v = object[step]
		case int:
			list, _ := v.([]any)
			if step >= len(list) {
				return nil, false
			}

			v = list[step]
		}
	}

	return v, true
}
