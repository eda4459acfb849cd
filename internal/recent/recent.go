// Package recent remembers the last few values that were made of something that is the
// same in nearly every call: there are as many as there are Compositions.
package recent

import "sync/atomic"

// most is how many are remembered. Of more, the oldest is made again when it is needed.
const most = 32

// Values are those that were made last. None is changed once it is there. The zero value
// has none, and may be used by any number of goroutines.
type Values[V any] struct{ made atomic.Pointer[[]*V] }

// Find returns the one that is what is looked for, or nil.
func (v *Values[V]) Find(is func(*V) bool) *V {
	if made := v.made.Load(); made != nil {
		for _, value := range *made {
			if is(value) {
				return value
			}
		}
	}

	return nil
}

// Add remembers a value. Of two that are added at the same time, one may be forgotten.
func (v *Values[V]) Add(value *V) {
	now := []*V{value}

	if made := v.made.Load(); made != nil {
		now = append(now, (*made)[:min(len(*made), most-1)]...)
	}

	v.made.Store(&now)
}
