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
	Scheme         = runtime.NewScheme()
	Codecs         = serializer.NewCodecFactory(Scheme)
	ParameterCodec = runtime.NewParameterCodec(Scheme)
	types          = runtime.SchemeBuilder{
		core.AddToScheme, coordination.AddToScheme, events.AddToScheme, eventsv1beta1.AddToScheme,
	}
	AddToScheme = types.AddToScheme
)

func init() {
	meta.AddToGroupVersion(Scheme, schema.GroupVersion{Version: "v1"})
	utilruntime.Must(AddToScheme(Scheme))
}
