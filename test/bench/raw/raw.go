// Package raw is a codec for gRPC that takes messages for the bytes that they
// are.
package raw

// A Codec sends and receives *[]byte.
type Codec struct{}

// Marshal implements encoding.Codec.
func (Codec) Marshal(v any) ([]byte, error) {
	b, _ := v.(*[]byte)
	return *b, nil
}

// Unmarshal implements encoding.Codec.
func (Codec) Unmarshal(data []byte, v any) error {
	b, _ := v.(*[]byte)
	*b = data

	return nil
}

// Name implements encoding.Codec. It is that of the codec whose bytes these are.
func (Codec) Name() string { return "proto" }
