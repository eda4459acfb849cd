package diagnosis

import "regexp"

// heals is what a registry, a webhook, an API server or the network between them say of
// what they may do in a moment: that they are busy, late, not reached or not there.
var heals = regexp.MustCompile(`(?i)` +
	`too ?many ?requests|pull rate limit|rate exceeded|throttl` +
	`|\b(unexpected status|status code|http status|response code)\b[^"]*?\b(429|5\d\d)\b` +
	`|internal server error|bad gateway|service unavailable|gateway time-?out|temporarily unavailable|try again` +
	`|i/o timeout|handshake timeout|deadline exceeded|timed out|timeout (exceeded|awaiting)|request canceled` +
	`|connection (refused|reset|closed)|broken pipe|no route to host|(network|host) is (unreachable|down)|\bEOF\b` +
	`|no such host|server misbehaving|temporary failure in name resolution` +
	`|no endpoints available|leader changed|etcdserver|object has been modified|status unknown for quota` +
	`|is reserved for|already in use by container|resource busy|no space left|failed to sync (secret|configmap) cache`)

// lasts is what a registry says of an image that it does not give, today or tomorrow,
// and what a runtime says of one that it cannot take.
var lasts = regexp.MustCompile(`(?i)` +
	`not found|(manifest|name|tag|repository)[ _]unknown|does not exist` +
	`|unauthorized|authentication required|no basic auth|denied|forbidden|insufficient_scope` +
	`|invalid reference|no match for platform|no matching manifest|unsupported|x509|to HTTPS client` +
	`|\b(unexpected status|status code|http status|response code)\b[^"]*?\b(400|401|403|404|410)\b`)
