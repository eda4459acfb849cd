package pod

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Default reads what the platform team, or a namespace, says of a field for all, over what
// is set already. It is nil if nobody can.
func (f *Field) Default() func(defaults value.Reader, into *webapp.Defaults) {
	if f.over == nil {
		return f.byDefault
	}

	return f.asWritten
}

// asWritten reads the default of a field that is written and checked as in a WebApp. What
// was set already may be that of others, too, and stays as it is.
func (f *Field) asWritten(in value.Reader, into *webapp.Defaults) {
	v := in.Get(f.Name)
	if v == nil {
		return
	}

	f.Check(in)

	all := maps.Clone(into.Pods)
	if all == nil {
		all = map[string]*structpb.Value{}
	}

	all[f.Name] = f.merged(all[f.Name], v)
	into.Pods = all
}

// merged is what a WebApp says of a field, over what the platform team says. Either may be
// nil.
func (f *Field) merged(byDefault, own *structpb.Value) *structpb.Value {
	if byDefault == nil || own == nil {
		return value.Or(own, byDefault)
	}

	return f.over(byDefault, own)
}

// fieldByField is what a WebApp says of an object, over what the platform team says.
func fieldByField(byDefault, own *structpb.Value) *structpb.Value {
	return value.With(byDefault, own.GetStructValue().GetFields())
}

// inAddition is a list with what the platform team says, and then what a WebApp does.
func inAddition(byDefault, own *structpb.Value) *structpb.Value {
	return value.List(slices.Concat(byDefault.GetListValue().GetValues(), own.GetListValue().GetValues())...)
}

// instead is what a WebApp says.
func instead(_, own *structpb.Value) *structpb.Value { return own }
