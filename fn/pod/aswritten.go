package pod

import "google.golang.org/protobuf/types/known/structpb"

// applyToPod is for fields that are the pod's own, as they are written.
func applyToPod(name string) func(*template, *structpb.Value) {
	return func(t *template, v *structpb.Value) { t.spec[name] = v }
}

// applyToContainer is for those that are the container's.
func applyToContainer(name string) func(*template, *structpb.Value) {
	return func(t *template, v *structpb.Value) { t.container[name] = v }
}
