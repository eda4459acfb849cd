// Package scheme takes the place of client-go's: the types of every API there is. What the
// engine renders has no types, and what it is made of uses those of four.
package scheme

import (
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	events "k8s.io/api/events/v1"
	eventsv1beta1 "k8s.io/api/events/v1beta1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
)

// What client-go's has, under the same names.
var (
	Scheme         = known()
	Codecs         = serializer.NewCodecFactory(Scheme)
	ParameterCodec = runtime.NewParameterCodec(Scheme)
)

// AddToScheme adds all types that Scheme has.
func AddToScheme(s *runtime.Scheme) error {
	meta.AddToGroupVersion(s, schema.GroupVersion{Version: "v1"})

	for _, add := range []func(*runtime.Scheme) error{
		core.AddToScheme, coordination.AddToScheme, events.AddToScheme, eventsv1beta1.AddToScheme,
	} {
		if err := add(s); err != nil {
			return err
		}
	}

	return nil
}

func known() *runtime.Scheme {
	s := runtime.NewScheme()
	utilruntime.Must(AddToScheme(s))

	return s
}
