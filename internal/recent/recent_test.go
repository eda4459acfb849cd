package recent

import (
	"sync"
	"testing"
)

func TestValues(t *testing.T) {
	var values Values[int]

	is := func(n int) func(*int) bool { return func(v *int) bool { return *v == n } }

	if got := values.Find(is(1)); got != nil {
		t.Errorf("nothing was made: got %d", *got)
	}

	for n := range most + 1 {
		values.Add(&n)
	}

	if got := values.Find(is(0)); got != nil {
		t.Errorf("the oldest of more than %d: want it forgotten, got %d", most, *got)
	}

	for n := 1; n <= most; n++ {
		if got := values.Find(is(n)); got == nil || *got != n {
			t.Errorf("one of the last %d: want %d, got %v", most, n, got)
		}
	}
}

// TestValuesTogether is for the race detector.
func TestValuesTogether(*testing.T) {
	var (
		values Values[int]
		done   sync.WaitGroup
	)

	for n := range 8 {
		done.Go(func() {
			for range 100 {
				if values.Find(func(v *int) bool { return *v == n }) == nil {
					values.Add(&n)
				}
			}
		})
	}

	done.Wait()
}
