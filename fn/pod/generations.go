package pod

import (
	"strconv"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// A release that changes a default of ours must not restart anybody's pods. So defaults
// have generations: a Deployment says which one its template was made with
// ([webapp.GenerationAnnotation]), and keeps that until the template changes for
// another cause, with which it takes the newest. What is not a number of a generation,
// such as latest, takes the newest at once.
//
// Generations are data, and frozen: testdata has what was made with each.
var generations = [...]struct {
	// pause is for how many seconds a container goes on serving before it is asked to
	// stop, where nobody says, and pauseInGrace where the WebApp says how long it has to
	// stop.
	pause, pauseInGrace int32
	// pulls says that the policy by which the image is pulled is sent.
	pulls bool
}{
	oldest: {pauseInGrace: 5},
	2:      {pause: 5, pauseInGrace: 5},
	newest: {pause: 5, pauseInGrace: 5, pulls: true},
}

const (
	// oldest is that of Deployments that do not say, which are those of v0.1.0.
	oldest = 1
	newest = 3
)

// IsNewest says whether annotations of a Deployment are of the newest generation.
func IsNewest(made *structpb.Value) bool {
	return value.Text(made, webapp.GenerationAnnotation) == strconv.Itoa(newest)
}

// generationOf returns the generation of the defaults that an observed Deployment was
// made with. One that does not exist yet gets the newest.
func generationOf(observed *structpb.Struct) int {
	if observed == nil {
		return newest
	}

	written := value.Text(observed.GetFields()["metadata"], "annotations", webapp.GenerationAnnotation)
	if written == "" {
		return oldest
	}

	generation, err := strconv.Atoi(written)
	if err != nil || generation < oldest || generation > newest {
		return newest
	}

	return generation
}
