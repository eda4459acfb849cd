// Package esapi is what Jaeger calls of Elasticsearch's API.
package esapi

import "io"

// Indices are none.
type Indices struct {
	PutIndexTemplate func(name string, body io.Reader) (*Response, error)
}

// Response is what nobody answers.
type Response struct {
	StatusCode int
}
