package convert

import (
	"context"
	"maps"
	"slices"
)

// minimize takes out of a WebApp all without which it renders the same.
func (r *renderer) minimize(ctx context.Context, app fields) error {
	made, err := r.render(ctx, app)
	if err != nil {
		return err
	}

	want := normalizeMade(made)

	still := func() bool {
		made, err := r.render(ctx, app)
		return err == nil && same(normalizeMade(made), want)
	}

	shrink(object(app, "spec"), still)

	return nil
}

func shrink(in fields, still func() bool) {
	for _, name := range sorted(in) {
		was := in[name]

		delete(in, name)

		if still() {
			continue
		}

		in[name] = was

		switch v := was.(type) {
		case fields:
			shrink(v, still)
		case []any:
			shrinkList(in, name, v, still)
		}
	}
}

func shrinkList(in fields, name string, items []any, still func() bool) {
	for i, item := range slices.Backward(items) {
		less := append(append([]any{}, items[:i]...), items[i+1:]...)
		in[name] = less

		if still() {
			items = less
			continue
		}

		in[name] = items

		if o, ok := item.(fields); ok {
			shrink(o, still)
		}
	}
}

// normalizeMade is what a WebApp renders, in the form in which it is compared.
func normalizeMade(made map[string]fields) map[string]fields {
	out := maps.Clone(made)
	for kind, o := range out {
		out[kind], _ = clone(o).(fields)
	}

	normalize(out, "app")

	return out
}
