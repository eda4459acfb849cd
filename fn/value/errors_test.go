package value

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestSentence(t *testing.T) {
	errs := field.ErrorList{}
	for i := range 7 {
		errs = append(errs, field.Required(field.NewPath("a").Index(i), ""))
	}

	want := "a[0]: Required value; a[1]: Required value; a[2]: Required value; a[3]: Required value; a[4]: Required value; and 2 more"
	if diff := cmp.Diff(want, Sentence(errs)); diff != "" {
		t.Errorf("Sentence(...): -want, +got:\n%s", diff)
	}
}

func TestClip(t *testing.T) {
	text := strings.Repeat("aü日🚀", 10)
	for n := 3; n <= len(text)+1; n++ {
		got := Clip(text, n)
		if len(got) > n || !utf8.ValidString(got) {
			t.Errorf("Clip(..., %d): got %q of %d bytes", n, got, len(got))
		}

		if n >= len(text) && got != text {
			t.Errorf("Clip(..., %d): want the text as it is, got %q", n, got)
		}
	}
}
