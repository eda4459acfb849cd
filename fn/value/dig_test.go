package value

import (
	"math"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func TestNumber(t *testing.T) {
	cases := map[string]struct {
		reason string
		args   *structpb.Value
		want   int64
	}{
		"Nil":      {reason: "Nothing is no number.", want: 0},
		"Text":     {reason: "Text is none either.", args: structpb.NewStringValue("7"), want: 0},
		"Whole":    {reason: "Whole numbers arrive as floats.", args: structpb.NewNumberValue(7), want: 7},
		"Negative": {reason: "They may be negative.", args: structpb.NewNumberValue(-7), want: -7},
		"Part":     {reason: "No field of ours has a part.", args: structpb.NewNumberValue(0.5), want: 0},
		"NaN":      {reason: "Protobuf sends what JSON cannot.", args: structpb.NewNumberValue(math.NaN()), want: 0},
		"Infinite": {reason: "Or this.", args: structpb.NewNumberValue(math.Inf(1)), want: 0},
		"Huge":     {reason: "Beyond 2⁵³ floats are not exact.", args: structpb.NewNumberValue(1e300), want: 0},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Number(tc.args); got != tc.want {
				t.Errorf("\n%s\nnumber(%v): want %d, got %d", tc.reason, tc.args, tc.want, got)
			}
		})
	}
}
