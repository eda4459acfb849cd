package rollout

import (
	"maps"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/pod"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// isCurrent says whether the pod template that was last written is the
// desired one.
func isCurrent(observed, desired *structpb.Struct) bool {
	written := value.Text(observed.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation)
	if written != "" {
		return written == value.Text(desired.GetFields()["metadata"], "annotations", webapp.TemplateHashAnnotation)
	}

	// Not by us, or somebody removed the annotation: compare what a WebApp sets.
	// What crossplane render is given may say nothing about it.
	have, want := pod.Container(observed), pod.Container(desired)
	if have == nil {
		return true
	}

	return value.Text(have, "image") == value.Text(want, "image") &&
		portOf(have) == portOf(want) &&
		maps.Equal(envDigests(have), envDigests(want))
}

func portOf(c *structpb.Value) int64 {
	for _, p := range value.Dig(c, "ports").GetListValue().GetValues() {
		if value.Text(p, "name") == container.PortName {
			return value.Number(p, "containerPort")
		}
	}

	return 0
}

// envDigests returns what each variable is set to, or taken from.
func envDigests(container *structpb.Value) map[string]value.Digest {
	values := value.Dig(container, "env").GetListValue().GetValues()
	env := make(map[string]value.Digest, len(values))

	for _, v := range values {
		env[value.Text(v, "name")] = value.NewDigest().Text(value.Text(v, "value")).Value(value.Dig(v, "valueFrom"))
	}

	return env
}
