package fn

import (
	"maps"
	"slices"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"

	"github.com/webapp-operator/function-webapp/fn/child"
)

// A takeover is what becomes of the objects in the way of a WebApp.
type takeover struct {
	// blocked says that one of them may not be taken over. Then nothing is that does not
	// exist: pods of a half composed WebApp could receive the traffic of the Service that
	// is in the way, so it is all or nothing.
	blocked bool

	// taken are taken over with this answer, and held when the WebApp runs.
	taken, held []child.Conflict

	// seen are the observed objects, and those that are taken over: all that is asked and
	// answered of the one holds for the other.
	seen map[string]*fnv1.Resource
}

// takeOver decides what is taken over. Where a Deployment is new, or does not run, what sends
// traffic to other pods goes on doing so until it runs. A Deployment that is taken over itself
// has the WebApp's selector: what led to its pods will.
func (c *call) takeOver() *refusal {
	c.takeover = takeover{seen: c.observed}
	if len(c.conflicts) == 0 {
		return nil
	}

	if slices.ContainsFunc(c.conflicts, func(o child.Conflict) bool { return !o.MayBeTaken() }) {
		c.blocked = true
		return nil
	}

	all := c.take(c.conflicts, nil)

	var first, later []child.Conflict

	for _, o := range c.conflicts {
		switch o.Child.Key {
		case child.KeyDeployment:
			c.takeover = all
			return nil
		case child.KeyConfigMap:
			first = append(first, o)
		default:
			later = append(later, o)
		}
	}

	if c.takeover = c.take(first, later); len(later) > 0 && c.wouldRun() {
		c.takeover = all
	}

	return nil
}

// take is what becomes of objects of which some are taken over, and others are held.
func (c *call) take(taken, held []child.Conflict) takeover {
	seen := maps.Clone(c.observed)
	if seen == nil {
		seen = make(map[string]*fnv1.Resource, len(taken))
	}

	for _, o := range taken {
		seen[o.Child.Key] = &fnv1.Resource{Resource: o.Object}
	}

	return takeover{taken: taken, held: held, seen: seen}
}

// wouldRun says whether the WebApp runs without what is held. It walks ahead, and notes
// nothing.
func (c *call) wouldRun() bool {
	ahead := *c

	for _, take := range []func(*call) *refusal{(*call).readConfig, (*call).makePlan, (*call).build, (*call).observe, (*call).lookAtPods, (*call).judge} {
		if take(&ahead) != nil {
			return false
		}
	}

	return ahead.running
}

func (t *takeover) holds(key string) bool {
	return slices.ContainsFunc(t.held, func(o child.Conflict) bool { return o.Child.Key == key })
}

// made are the children that are not held back. Leaving out what does not exist deletes
// nothing.
func (c *call) made() []*child.Child {
	if !c.blocked && len(c.held) == 0 {
		return c.choice.Children
	}

	return slices.DeleteFunc(slices.Clone(c.choice.Children), func(chosen *child.Child) bool {
		_, seen := c.seen[chosen.Key]
		return c.holds(chosen.Key) || c.blocked && !seen
	})
}
