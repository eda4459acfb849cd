// Package webapp is what is asked for: a WebApp as it was read and checked (app.go),
// what the platform team and the namespace set for it (settings.go), and both
// together, with all that is decided before anything is built (plan.go). It has the
// labels and annotations by which others know what is ours (labels.go).
//
// It knows what the fields mean that are the WebApp's own. It must not know of what
// kinds of objects a WebApp is made, nor how the optional fields are checked: it is
// told ([Option]).
package webapp
