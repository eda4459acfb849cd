package diagnosis

import (
	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// An asked is what a WebApp asks of one of the containers of its pods.
type asked struct {
	app *webapp.App

	// beside is the container's name, if it is not the application's.
	beside string

	// Reader is of its fields.
	value.Reader
}

// askedOf is what a WebApp asks of a container, if it asks for it: others add theirs to its
// pods.
func askedOf(app *webapp.App, name string) (a asked, ok bool) {
	if name == container.Application {
		return asked{app: app, Reader: value.Reader{Fields: app.Options}}, true
	}

	for _, c := range app.Options[webapp.InitContainers].GetListValue().GetValues() {
		if value.Text(c, "name") == name {
			return asked{app: app, beside: name, Reader: value.Quiet(c)}, true
		}
	}

	return asked{}, false
}

// field is the path of a field of the container, as people write it.
func (a asked) field(path string) string {
	if a.beside != "" {
		path = webapp.InitContainers + "[" + a.beside + "]." + path
	}

	return a.app.Field(path)
}

// image is the path of the field with the container's image.
func (a asked) image() string {
	if a.beside != "" && a.Get("image") == nil {
		return a.app.Field("image")
	}

	return a.field("image")
}

// mustEnd says whether nothing starts before the container has ended.
func (a asked) mustEnd() bool {
	return a.beside != "" && a.Get("restartPolicy") == nil
}
