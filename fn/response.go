package fn

import (
	"fmt"
	"maps"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

const (
	// maxMessage is what the API server accepts as an event's message (1,024
	// bytes), less the room that Crossplane's own words around it take.
	maxMessage = 900

	// maxErrors is how many errors one message names.
	maxErrors = 5
)

// passThrough returns an answer that leaves everything as earlier steps of the
// pipeline want it. Its maps are its own, so that filling it in does not change
// the request.
func passThrough(req *fnv1.RunFunctionRequest) *fnv1.RunFunctionResponse {
	resources := make(map[string]*fnv1.Resource, len(req.GetDesired().GetResources())+len(children))
	maps.Copy(resources, req.GetDesired().GetResources())

	desired := &fnv1.State{Composite: req.GetDesired().GetComposite(), Resources: resources}
	keepUnknown(desired, req.GetDesired())

	return &fnv1.RunFunctionResponse{
		Meta:    &fnv1.ResponseMeta{Tag: req.GetMeta().GetTag(), Ttl: durationpb.New(defaultTTL)},
		Desired: desired,
		Context: req.GetContext(),
	}
}

// keepUnknown copies fields of a protocol that is newer than this function.
func keepUnknown(to, from proto.Message) {
	to.ProtoReflect().SetUnknown(from.ProtoReflect().GetUnknown())
}

// checkDesired refuses desired resources of earlier steps that have one of our
// keys: replacing them would delete what they stand for.
func checkDesired(desired *fnv1.State) error {
	for _, c := range children {
		if _, taken := desired.GetResources()[c.key]; taken {
			return fmt.Errorf("an earlier step of the pipeline already desires a resource named %q, which is the %s of the WebApp: give it another name there", c.key, c.kind)
		}
	}

	return nil
}

// accepted returns our condition.
func accepted(s fnv1.Status, reason v1.Reason, message string) *fnv1.Condition {
	return &fnv1.Condition{
		Type:    v1.ConditionAccepted,
		Status:  s,
		Reason:  string(reason),
		Message: &message,
		Target:  fnv1.Target_TARGET_COMPOSITE.Enum(),
	}
}

func readiness(ready bool) fnv1.Ready {
	if ready {
		return fnv1.Ready_READY_TRUE
	}

	return fnv1.Ready_READY_FALSE
}

// require asks Crossplane for objects of the cluster. They have to be asked for in
// every answer.
func require(rsp *fnv1.RunFunctionResponse, name string, what *fnv1.ResourceSelector) {
	if rsp.GetRequirements() == nil {
		rsp.Requirements = &fnv1.Requirements{}
	}

	if rsp.GetRequirements().GetResources() == nil {
		rsp.Requirements.Resources = map[string]*fnv1.ResourceSelector{}
	}

	rsp.Requirements.Resources[name] = what
}

// requireSchema asks Crossplane for the schema of a kind, in the same way.
func requireSchema(rsp *fnv1.RunFunctionResponse, name string, what *fnv1.SchemaSelector) {
	if rsp.GetRequirements() == nil {
		rsp.Requirements = &fnv1.Requirements{}
	}

	if rsp.GetRequirements().GetSchemas() == nil {
		rsp.Requirements.Schemas = map[string]*fnv1.SchemaSelector{}
	}

	rsp.Requirements.Schemas[name] = what
}

// withStatus returns the desired composite with our status in it. What earlier
// steps put there stays, unless it is a field of ours.
func withStatus(earlier *fnv1.Resource, composite *structpb.Struct, s status) *fnv1.Resource {
	fields := maps.Clone(earlier.GetResource().GetFields())
	if fields == nil {
		fields = make(map[string]*structpb.Value, 3)
	}

	fields["apiVersion"] = composite.GetFields()["apiVersion"]
	fields["kind"] = composite.GetFields()["kind"]

	all := maps.Clone(fields["status"].GetStructValue().GetFields())
	if all == nil {
		all = make(map[string]*structpb.Value, 8)
	}

	s.writeTo(all)
	fields["status"] = structpb.NewStructValue(&structpb.Struct{Fields: all})

	out := &fnv1.Resource{
		Resource:          &structpb.Struct{Fields: fields},
		ConnectionDetails: earlier.GetConnectionDetails(),
		Ready:             earlier.GetReady(),
	}
	keepUnknown(out, earlier)

	return out
}

// sentence joins errors to one message that fits an event.
func sentence(errs field.ErrorList) string {
	s := ""

	for i, err := range errs {
		if i == maxErrors {
			return fmt.Sprintf("%s; and %d more", s, len(errs)-maxErrors)
		}

		if i > 0 {
			s += "; "
		}

		s += err.Error()
	}

	return s
}

// clip shortens s to at most n bytes and never cuts a character in two: protobuf
// refuses to send text that is not UTF-8.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}

	const ellipsis = "…"

	end := n - len(ellipsis)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}

	return s[:end] + ellipsis
}
