package wire

import "google.golang.org/protobuf/encoding/protowire"

// The first byte of every field that is read or written here, by message and
// name: number << 3 | type, as in
// https://protobuf.dev/programming-guides/encoding/.
const (
	// Of RunFunctionRequest. The library reads the others.
	tagRequestObserved = 2<<3 | byte(protowire.BytesType)
	tagRequestDesired  = 3<<3 | byte(protowire.BytesType)
	tagRequestInput    = 4<<3 | byte(protowire.BytesType)
	tagRequestContext  = 5<<3 | byte(protowire.BytesType)
	tagRequestRequired = 8<<3 | byte(protowire.BytesType)

	// Of RunFunctionResponse.
	tagResponseMeta         = 1<<3 | byte(protowire.BytesType)
	tagResponseDesired      = 2<<3 | byte(protowire.BytesType)
	tagResponseResults      = 3<<3 | byte(protowire.BytesType)
	tagResponseContext      = 4<<3 | byte(protowire.BytesType)
	tagResponseRequirements = 5<<3 | byte(protowire.BytesType)
	tagResponseConditions   = 6<<3 | byte(protowire.BytesType)
	tagResponseOutput       = 7<<3 | byte(protowire.BytesType)

	// Of State.
	tagStateComposite = 1<<3 | byte(protowire.BytesType)
	tagStateResources = 2<<3 | byte(protowire.BytesType)

	// Of Resource.
	tagResourceObject  = 1<<3 | byte(protowire.BytesType)
	tagResourceDetails = 2<<3 | byte(protowire.BytesType)
	tagResourceReady   = 3<<3 | byte(protowire.VarintType)

	// Of Resources.
	tagResourcesItems = 1<<3 | byte(protowire.BytesType)

	// Of an entry: every map is a list of them.
	tagEntryKey   = 1<<3 | byte(protowire.BytesType)
	tagEntryValue = 2<<3 | byte(protowire.BytesType)

	// Of google.protobuf.Struct.
	tagStructFields = 1<<3 | byte(protowire.BytesType)

	// Of google.protobuf.ListValue.
	tagListValues = 1<<3 | byte(protowire.BytesType)

	// Of google.protobuf.Value.
	tagValueNull   = 1<<3 | byte(protowire.VarintType)
	tagValueNumber = 2<<3 | byte(protowire.Fixed64Type)
	tagValueText   = 3<<3 | byte(protowire.BytesType)
	tagValueBool   = 4<<3 | byte(protowire.VarintType)
	tagValueObject = 5<<3 | byte(protowire.BytesType)
	tagValueList   = 6<<3 | byte(protowire.BytesType)
)
