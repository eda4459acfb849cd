package fn

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"
	appsv1 "k8s.io/api/apps/v1"
)

// A rollout is how far the Deployment has come towards what the WebApp asks for.
type rollout struct {
	app *webApp

	exists      bool
	terminating bool

	// Of the pod template: is the one we want the one that was written?
	templateCurrent bool
	image           string

	generation         int64
	observedGeneration int64

	written   int64 // replicas that the Deployment asks for
	replicas  int64
	updated   int64
	available int64

	progressing    condition
	replicaFailure condition
}

// A condition of a Deployment.
type condition struct {
	status, reason, message string
}

// observeRollout reads the observed Deployment, and compares it with the desired
// one.
func observeRollout(app *webApp, observed, desired *structpb.Struct) rollout {
	if observed == nil {
		return rollout{app: app}
	}

	metadata := observed.GetFields()["metadata"]
	spec := observed.GetFields()["spec"]
	status := observed.GetFields()["status"]

	written := int64(app.spec.Replicas)
	if dig(spec, "replicas") != nil {
		written = number(spec, "replicas")
	}

	return rollout{
		app:                app,
		exists:             true,
		terminating:        text(metadata, "deletionTimestamp") != "",
		templateCurrent:    templateCurrent(observed, desired),
		image:              text(appContainer(observed), "image"),
		generation:         number(metadata, "generation"),
		observedGeneration: number(status, "observedGeneration"),
		written:            written,
		replicas:           number(status, "replicas"),
		updated:            number(status, "updatedReplicas"),
		available:          number(status, "availableReplicas"),
		progressing:        conditionOf(status, string(appsv1.DeploymentProgressing)),
		replicaFailure:     conditionOf(status, string(appsv1.DeploymentReplicaFailure)),
	}
}

func conditionOf(status *structpb.Value, kind string) condition {
	for _, c := range dig(status, "conditions").GetListValue().GetValues() {
		if text(c, "type") == kind {
			return condition{status: text(c, "status"), reason: text(c, "reason"), message: text(c, "message")}
		}
	}

	return condition{}
}

// templateHashAnnotation is on the Deployment and says which pod template we
// wrote. Comparing what is written with what we want would not do: admission
// webhooks change images, and the API server rewrites quantities.
const templateHashAnnotation = "example.com/template-hash"

// stampTemplateHash notes the hash of a Deployment's pod template on it. It is
// not on the pods, so that it restarts none.
func stampTemplateHash(deployment *structpb.Struct) {
	h := fnv.New64a()
	digest(h, dig(deployment.GetFields()["spec"], "template"))

	metadata := deployment.GetFields()["metadata"].GetStructValue()
	if metadata.GetFields()["annotations"] == nil {
		metadata.Fields["annotations"] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{}})
	}

	metadata.GetFields()["annotations"].GetStructValue().Fields[templateHashAnnotation] = structpb.NewStringValue(strconv.FormatUint(h.Sum64(), 16))
}

// digest writes v to h so that equal values, and no others, write equal bytes.
func digest(h hash.Hash, v *structpb.Value) {
	writeNumber := func(n uint64) { _, _ = h.Write(binary.BigEndian.AppendUint64(nil, n)) }
	writeText := func(s string) {
		writeNumber(uint64(len(s)))
		_, _ = h.Write([]byte(s))
	}

	switch k := v.GetKind().(type) {
	case *structpb.Value_StructValue:
		writeText("object")
		writeNumber(uint64(len(k.StructValue.GetFields())))

		for _, name := range slices.Sorted(maps.Keys(k.StructValue.GetFields())) {
			writeText(name)
			digest(h, k.StructValue.GetFields()[name])
		}
	case *structpb.Value_ListValue:
		writeText("list")
		writeNumber(uint64(len(k.ListValue.GetValues())))

		for _, item := range k.ListValue.GetValues() {
			digest(h, item)
		}
	case *structpb.Value_StringValue:
		writeText("text")
		writeText(k.StringValue)
	case *structpb.Value_NumberValue:
		writeText("number")
		writeNumber(math.Float64bits(k.NumberValue))
	case *structpb.Value_BoolValue:
		writeText("boolean " + strconv.FormatBool(k.BoolValue))
	default:
		writeText("null")
	}
}

// templateCurrent says whether the pod template that was last written is the
// desired one.
func templateCurrent(observed, desired *structpb.Struct) bool {
	written := text(observed.GetFields()["metadata"], "annotations", templateHashAnnotation)
	if written != "" {
		return written == text(desired.GetFields()["metadata"], "annotations", templateHashAnnotation)
	}

	// Not by us, or somebody removed the annotation: compare what a WebApp sets.
	// What crossplane render is given may say nothing about it.
	have, want := appContainer(observed), appContainer(desired)
	if have == nil {
		return true
	}

	return text(have, "image") == text(want, "image") &&
		portOf(have) == portOf(want) &&
		maps.Equal(envOf(have), envOf(want))
}

func appContainer(deployment *structpb.Struct) *structpb.Value {
	containers := dig(deployment.GetFields()["spec"], "template", "spec", "containers").GetListValue().GetValues()

	i := slices.IndexFunc(containers, func(c *structpb.Value) bool { return text(c, "name") == containerName })
	if i < 0 {
		return nil
	}

	return containers[i]
}

func portOf(container *structpb.Value) int64 {
	for _, p := range dig(container, "ports").GetListValue().GetValues() {
		if text(p, "name") == portName {
			return number(p, "containerPort")
		}
	}

	return 0
}

func envOf(container *structpb.Value) map[string]string {
	values := dig(container, "env").GetListValue().GetValues()
	env := make(map[string]string, len(values))

	for _, v := range values {
		env[text(v, "name")] = text(v, "value")
	}

	return env
}
