package config

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// app is a WebApp with these options.
func app(options string) *webapp.App {
	return &webapp.App{Composite: webapp.WebApp, Name: "shop", Namespace: "acme", Options: resource.MustStructJSON(options).GetFields()}
}

// sent is Crossplane's answer: a ConfigMap, or none, for each in the order of names.
func sent(configMaps ...string) map[string]*fnv1.Resources {
	answer := map[string]*fnv1.Resources{}

	for i, c := range configMaps {
		answer[requirement(i)] = &fnv1.Resources{}
		if c != "" {
			answer[requirement(i)].Items = []*fnv1.Resource{{Resource: resource.MustStructJSON(c)}}
		}
	}

	return answer
}

func TestAsked(t *testing.T) {
	const everything = `"envFrom": [{"configMapRef": {"name": "d"}}, {"secretRef": {"name": "x"}}], "secretEnv": {"X": {"name": "x", "key": "x"}},
		"initContainers": [{"envFrom": [{"configMapRef": {"name": "e"}}]}, {"configEnv": {"A": {"name": "f", "key": "k"}}, "secretEnv": {"X": {"name": "y", "key": "x"}}}],
		"configEnv": {"A": {"name": "c", "key": "k"}, "B": {"name": "a", "key": "k"}},
		"volumes": [{"configMap": {"name": "b"}}, {"secret": {"secretName": "x"}}, {"projected": {"sources": [{"configMap": {"name": "a"}}, {"secret": {"name": "x"}}]}}]`

	cases := map[string]struct {
		reason   string
		options  string
		defaults map[string]*structpb.Value
		want     []string
	}{
		"Off":         {reason: "Nobody has asked for it.", options: `{` + everything + `}`},
		"Everything":  {reason: "ConfigMaps are watched, each once, and Secrets are not.", options: `{"restartOnChange": true, ` + everything + `}`, want: []string{"a", "b", "c", "d", "e", "f"}},
		"Nothing":     {reason: "Nothing is read.", options: `{"restartOnChange": true}`},
		"ByDefault":   {reason: "The platform team has it for all.", options: `{"envFrom": [{"configMapRef": {"name": "a"}}]}`, defaults: value.Fields{Field: value.True}, want: []string{"a"}},
		"OffByWebApp": {reason: "But for one that says otherwise.", options: `{"restartOnChange": false, "envFrom": [{"configMapRef": {"name": "a"}}]}`, defaults: value.Fields{Field: value.True}},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w, err := NewWatch(app(tc.options), &webapp.Defaults{Pods: tc.defaults})
			if err != nil {
				t.Fatal(err)
			}

			asked := w.Asked()

			var got []string
			for _, name := range slices.Sorted(maps.Keys(asked)) {
				got = append(got, asked[name].GetMatchName())

				if s := asked[name]; s.GetApiVersion() != "v1" || s.GetKind() != "ConfigMap" || s.GetNamespace() != "acme" {
					t.Errorf("\n%s\nAsked(): got %v", tc.reason, s)
				}

				if _, read := Reads[name]; !read {
					t.Errorf("\n%s\n%s is asked for and not read", tc.reason, name)
				}
			}

			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("\n%s\nAsked(): -want, +got:\n%s", tc.reason, diff)
			}
		})
	}
}

func TestTooMany(t *testing.T) {
	sources := strings.Repeat(`{"configMapRef": {"name": "a%"}}, `, most+1)
	for i := range most + 1 {
		sources = strings.Replace(sources, "%", strconv.Itoa(i), 1)
	}

	_, err := NewWatch(app(`{"restartOnChange": true, "envFrom": [`+strings.TrimSuffix(sources, ", ")+`]}`), &webapp.Defaults{})

	if want := "spec.restartOnChange: the pods read 21 ConfigMaps, and 20 can be watched: set it to false, or put them together"; err == nil || err.Error() != want {
		t.Errorf("NewWatch(...): want error %q, got %v", want, err)
	}
}

// TestHash holds after which changes the hash is another.
func TestHash(t *testing.T) {
	const options = `{"restartOnChange": true, "envFrom": [{"configMapRef": {"name": "all"}}],
		"configEnv": {"A": {"name": "keys", "key": "a"}, "B": {"name": "maybe", "key": "b", "optional": true}},
		"volumes": [{"configMap": {"name": "keys", "items": [{"key": "file", "path": "b"}]}}]}`

	const (
		all   = `{"data": {"x": "1"}}`
		keys  = `{"data": {"a": "1", "other": "1"}, "binaryData": {"file": "AA=="}}`
		maybe = `{"data": {"b": "1"}}`
	)

	observed := resource.MustStructJSON(`{"spec": {"template": {"metadata": {"annotations": {"` + HashAnnotation + `": "before"}}}}}`)

	w, err := NewWatch(app(options), &webapp.Defaults{})
	if err != nil {
		t.Fatal(err)
	}

	same := w.Hash(sent(all, keys, maybe), observed)

	cases := map[string]struct {
		reason string
		sent   map[string]*fnv1.Resources

		// want is the hash, if it is a certain one, and else whether it stays the same.
		want  *structpb.Value
		stays bool
	}{
		"Same":         {reason: "The same is the same.", sent: sent(all, keys, maybe), stays: true},
		"OtherKey":     {reason: "Nobody reads that.", sent: sent(all, `{"data": {"a": "1", "other": "2"}, "binaryData": {"file": "AA=="}}`, maybe), stays: true},
		"Key":          {reason: "A variable has another value.", sent: sent(all, strings.Replace(keys, `"a": "1"`, `"a": "2"`, 1), maybe)},
		"File":         {reason: "A file has other bytes.", sent: sent(all, strings.Replace(keys, "AA==", "AQ==", 1), maybe)},
		"KeyGone":      {reason: "A variable is gone.", sent: sent(all, `{"binaryData": {"file": "AA=="}}`, maybe)},
		"AllMore":      {reason: "Where all is read, a new key is read, too.", sent: sent(`{"data": {"x": "1", "y": "2"}}`, keys, maybe)},
		"AllElsewhere": {reason: "What moves from data to binaryData is other bytes.", sent: sent(`{"binaryData": {"x": "1"}}`, keys, maybe)},
		"OptionalGone": {reason: "Pods start without it, and see that.", sent: sent(all, keys, "")},
		"NeededGone":   {reason: "Pods could not start: those that run go on.", sent: sent("", keys, maybe), want: value.String("before")},
		"NotSent":      {reason: "It is not known yet.", sent: sent(all), want: value.String("before")},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := w.Hash(tc.sent, observed)

			if tc.want != nil {
				if diff := cmp.Diff(tc.want, got, protocmp.Transform()); diff != "" {
					t.Errorf("\n%s\nHash(...): -want, +got:\n%s", tc.reason, diff)
				}

				return
			}

			if stays := got.GetStringValue() == same.GetStringValue(); stays != tc.stays || got.GetStringValue() == "" {
				t.Errorf("\n%s\nHash(...): want it to stay the same: %t, got %v and then %v", tc.reason, tc.stays, same, got)
			}
		})
	}
}
